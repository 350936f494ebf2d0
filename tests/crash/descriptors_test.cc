#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/crash/load.h"
#include "tests/crash/store_facts.h"

// The shipped program has no descriptor left.
namespace doorward::tests {
namespace {

// From now on `server` may open `more` descriptors than it has.
void leave_descriptors(const ServerProcess& server, std::size_t more) {
  rlimit limit{};
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_NOFILE, nullptr, &limit), 0);
  limit.rlim_cur = server.open_descriptors() + more;
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
}

void expect_sign_in(Installation& installation, RawClient& client, std::size_t person) {
  const auto login = prepare_login(installation, client, person_number(person));
  ASSERT_TRUE(login);
  const auto answer = client.ask(login->http);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 303);
}

TEST(Descriptors, ALowLimitMeansFewerConnectionsAndTheRestIsTurnedAway) {
  Installation installation;
  ServerProcess server(installation, {.environment = {}, .descriptors = 256});
  ASSERT_TRUE(server.ready()) << server.log();
  RawClient early(server.port());
  expect_sign_in(installation, early, 1);
  std::vector<std::unique_ptr<RawClient>> crowd;
  std::size_t turned_away = 0;
  for (int i = 0; i < 100; ++i) {
    crowd.push_back(RawClient::reach(server.port()));
    ASSERT_TRUE(crowd.back());
    crowd.back()->set_timeout(std::chrono::milliseconds(50));
    if (i < 32) continue;
    const auto answer = crowd.back()->read();
    if (answer && answer->status == 503) ++turned_away;
  }
  EXPECT_GE(turned_away, 60U);
  expect_sign_in(installation, early, 2);
  crowd.clear();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  RawClient late(server.port());
  expect_sign_in(installation, late, 3);
}

TEST(Descriptors, WithoutAnyItServesWhoIsConnectedDoesNotSpinAndRecovers) {
  Installation installation;
  ServerProcess server(installation);
  ASSERT_TRUE(server.ready()) << server.log();
  RawClient early(server.port());
  expect_sign_in(installation, early, 1);
  rlimit before{};
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_NOFILE, nullptr, &before), 0);

  leave_descriptors(server, 2);
  std::vector<std::unique_ptr<RawClient>> crowd;
  for (int i = 0; i < 40; ++i) crowd.push_back(RawClient::reach(server.port()));
  const double busy = server.cpu_seconds();
  std::this_thread::sleep_for(std::chrono::seconds(2));
  EXPECT_LT(server.cpu_seconds() - busy, 0.5) << "it spins";
  expect_sign_in(installation, early, 2);

  crowd.clear();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_NOFILE, &before, nullptr), 0);
  RawClient late(server.port());
  expect_sign_in(installation, late, 3);
  server.signal(SIGTERM);
  EXPECT_EQ(server.ended(std::chrono::seconds(15)), 0);
  EXPECT_EQ(expect_whole_logins(installation.store_path()), 3);
}

}  // namespace
}  // namespace doorward::tests
