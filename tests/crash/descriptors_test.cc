#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/crash/load.h"
#include "tests/crash/store_facts.h"

// The shipped program has no descriptor left.
namespace doorward::tests {
namespace {

// From now on `server` may open so many `more` descriptors than it has.
void leave_descriptors(const ServerProcess& server, std::size_t more) {
  rlimit limit{};
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_NOFILE, nullptr, &limit), 0);
  // The limit is one of numbers: those that are free below it can still be taken.
  const auto taken = server.open_descriptors();
  std::size_t number = 0;
  for (; taken.contains(static_cast<int>(number)) || more > 0; ++number) {
    if (!taken.contains(static_cast<int>(number))) --more;
  }
  limit.rlim_cur = number;
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
  EXPECT_LT(server.cpu_seconds() - busy, 0.3) << "it spins";
  EXPECT_LT(server.log().size(), 20'000U) << "and fills the log:\n" << server.log().substr(0, 2000);
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

// The sanitizer looks at memory through a pipe, and ends the server when it cannot have one.
#ifdef __has_feature
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

TEST(Descriptors, AStoreThatCannotOpenAnotherReaderIsNotAvailableAndNoMore) {
  if (kSanitized) GTEST_SKIP() << "the sanitizer itself needs descriptors";
  Installation installation;
  ServerProcess server(installation);
  ASSERT_TRUE(server.ready()) << server.log();
  std::vector<std::unique_ptr<RawClient>> clients;
  std::vector<PreparedLogin> logins;
  for (std::size_t i = 0; i < 8; ++i) {
    clients.push_back(RawClient::reach(server.port()));
    ASSERT_TRUE(clients.back());
    logins.push_back(prepare_login(installation, *clients.back(), person_number(i)).value());
  }
  rlimit before{};
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_NOFILE, nullptr, &before), 0);
  leave_descriptors(server, 0);
  // Nobody's cookie, so that each of them reads the store, all at once.
  const auto nobody = session_request(std::string(43, 'A'));
  std::map<int, int> answers;
  for (int round = 0; round < 20; ++round) {
    for (auto& client : clients) ASSERT_TRUE(client->send(nobody));
    for (auto& client : clients) {
      const auto answer = client->read();
      ASSERT_TRUE(answer);
      ++answers[answer->status];
    }
  }
  EXPECT_EQ(answers[401] + answers[503], 160) << "no other answer than these";
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const auto answer = clients[i]->ask(logins[i].http);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 303) << "the writer has what it needs";
  }
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_NOFILE, &before, nullptr), 0);
  EXPECT_EQ(clients[0]->ask(nobody).value().status, 401);
}

}  // namespace
}  // namespace doorward::tests
