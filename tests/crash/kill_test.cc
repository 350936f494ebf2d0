#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <random>

#include "base/json.h"
#include "tests/crash/load.h"
#include "tests/crash/store_facts.h"

// The shipped program is killed while people sign in, and started again on what it left behind.
namespace doorward::tests {
namespace {

int rounds() {
  const char* given = std::getenv("DOORWARD_TEST_CRASH_ROUNDS");
  return given != nullptr ? std::atoi(given) : 8;
}

void expect_sessions_work(std::uint16_t port, const std::vector<Acknowledged>& logins) {
  RawClient client(port);
  for (const auto& login : logins) {
    const auto answer = client.ask(session_request(login.cookie));
    ASSERT_TRUE(answer) << login.email;
    ASSERT_EQ(answer->status, 200) << login.email;
    const auto json = base::parse_json(answer->body);
    EXPECT_EQ(base::json_string((*json)["member"], "email"), login.email);
  }
}

TEST(Kill, LosesNoLoginThatWasAcknowledgedAndLeavesNoHalf) {
  Installation installation;
  std::vector<Acknowledged> all;
  std::mt19937 random(20260504);
  std::optional<std::string> last_post;
  for (int round = 0; round < rounds(); ++round) {
    ServerProcess server(installation);
    if (round % 10 == 9) {
      // Within its start, where what the last one left is read.
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
      server.signal(SIGKILL);
      continue;
    }
    ASSERT_TRUE(server.ready()) << "round " << round << ": " << server.log();
    if (last_post) {
      const auto again = RawClient(server.port()).ask(*last_post);
      ASSERT_TRUE(again);
      EXPECT_EQ(again->status, 400) << "a login is used up, kill or not";
    }
    LoginLoad load(installation, server.port(), 6, 1'000'000 * static_cast<std::size_t>(round + 1));
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 400));
    server.signal(SIGKILL);
    EXPECT_EQ(server.ended(std::chrono::seconds(10)), -SIGKILL);
    load.stop();
    EXPECT_EQ(load.unavailable(), 0U);
    for (const auto& wrong : load.wrong()) ADD_FAILURE() << wrong;
    all.insert(all.end(), load.acknowledged().begin(), load.acknowledged().end());
    if (!all.empty()) last_post = all.back().http;
  }
  EXPECT_GT(all.size(), static_cast<std::size_t>(rounds()));

  ServerProcess server(installation);
  ASSERT_TRUE(server.ready()) << server.log();
  expect_sessions_work(server.port(), all);
  server.signal(SIGTERM);
  EXPECT_EQ(server.ended(std::chrono::seconds(15)), 0);
  EXPECT_GE(expect_whole_logins(installation.store_path()), static_cast<long long>(all.size()));
  EXPECT_EQ(installation.command({"audit", "verify", "--org", "acme"}), 0);
  std::cout << rounds() << " kills, " << all.size() << " logins acknowledged\n";
}

}  // namespace
}  // namespace doorward::tests
