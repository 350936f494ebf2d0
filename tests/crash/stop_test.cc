#include <gtest/gtest.h>
#include <signal.h>

#include "tests/crash/load.h"
#include "tests/crash/store_facts.h"

// The shipped program is told to stop while people sign in.
namespace doorward::tests {
namespace {

TEST(Stop, UnderLoadAnswersWhatItTookAndEndsInTime) {
  Installation installation;
  std::size_t acknowledged = 0;
  for (std::size_t round = 0; round < 3; ++round) {
    ServerProcess server(installation);
    ASSERT_TRUE(server.ready()) << server.log();
    LoginLoad load(installation, server.port(), 8, 1'000'000 * (round + 1));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    server.signal(SIGTERM);
    EXPECT_EQ(server.ended(std::chrono::seconds(15)), 0) << server.log();
    load.stop();
    EXPECT_NE(server.log().find("event=stopped"), std::string::npos);
    EXPECT_EQ(load.halves(), 0U) << "an answer comes whole or not at all";
    for (const auto& wrong : load.wrong()) ADD_FAILURE() << wrong;
    EXPECT_FALSE(load.acknowledged().empty());
    acknowledged += load.acknowledged().size();
    // What was done was said, and what was said was done.
    EXPECT_EQ(expect_whole_logins(installation.store_path()), static_cast<long long>(acknowledged));
  }
  EXPECT_EQ(installation.command({"audit", "verify", "--org", "acme"}), 0);
}

TEST(Stop, RestartsAtOnceOnTheSameStore) {
  Installation installation;
  ServerProcess first(installation);
  ASSERT_TRUE(first.ready());
  first.signal(SIGTERM);
  EXPECT_EQ(first.ended(std::chrono::seconds(3)), 0) << "nothing to wait for";
  ServerProcess second(installation);
  EXPECT_TRUE(second.ready()) << second.log();
}

}  // namespace
}  // namespace doorward::tests
