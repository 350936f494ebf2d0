#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "tests/crash/load.h"
#include "tests/crash/store_facts.h"

// The shipped program on a disk that is full or that fails.
namespace doorward::tests {
namespace {

class Disk : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(installation.path("faults")); }

  [[nodiscard]] ServerProcess::Options on_faulty_disk() const {
    return {.environment = {std::string("LD_PRELOAD=") + DOORWARD_FAULTY_DISK,
                            "DOORWARD_TEST_FAULTS=" + installation.path("faults")},
            .descriptors = {}};
  }
  void begin(const std::string& fault) const {
    std::ofstream(installation.path("faults/" + fault)) << "now";
  }
  void end(const std::string& fault) const {
    std::filesystem::remove(installation.path("faults/" + fault));
  }

  Installation installation;
};

TEST_F(Disk, FullIsAnsweredAsUnavailableAndForgottenWhenThereIsSpace) {
  ServerProcess server(installation, on_faulty_disk());
  ASSERT_TRUE(server.ready()) << server.log();
  RawClient client(server.port());
  auto before = prepare_login(installation, client, person_number(1));
  ASSERT_TRUE(before);
  const auto signed_in = client.ask(before->http);
  ASSERT_TRUE(signed_in);
  ASSERT_EQ(signed_in->status, 303);

  begin("disk_full");
  auto login = prepare_login(installation, client, person_number(2));
  ASSERT_TRUE(login) << "a sign-in can still begin";
  for (int i = 0; i < 3; ++i) {
    const auto refused = client.ask(login->http);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 503);
    EXPECT_NE(refused->header("retry-after"), "");
    EXPECT_EQ(session_of(*refused), "");
  }
  const auto seen = client.ask(session_request(session_of(*signed_in)));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->status, 200) << "who is signed in stays so";

  end("disk_full");
  const auto done = client.ask(login->http);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->status, 303) << "the same message: nothing of it was used up";
  server.signal(SIGTERM);
  EXPECT_EQ(server.ended(std::chrono::seconds(15)), 0);
  EXPECT_EQ(expect_whole_logins(installation.store_path()), 2);
  EXPECT_EQ(installation.command({"audit", "verify", "--org", "acme"}), 0);
}

TEST_F(Disk, FullUnderLoadLosesNothing) {
  ServerProcess server(installation, on_faulty_disk());
  ASSERT_TRUE(server.ready()) << server.log();
  LoginLoad load(installation, server.port(), 6, 1'000'000);
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    begin("disk_full");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    end("disk_full");
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  load.stop();
  EXPECT_GT(load.unavailable(), 0U);
  for (const auto& wrong : load.wrong()) ADD_FAILURE() << wrong;
  server.signal(SIGTERM);
  EXPECT_EQ(server.ended(std::chrono::seconds(15)), 0);
  EXPECT_EQ(expect_whole_logins(installation.store_path()),
            static_cast<long long>(load.acknowledged().size()));
  EXPECT_EQ(installation.command({"audit", "verify", "--org", "acme"}), 0);
}

TEST_F(Disk, FullAtTheStartIsSaid) {
  begin("disk_full");
  ServerProcess server(installation, on_faulty_disk());
  EXPECT_EQ(server.ended(std::chrono::seconds(20)), 1);
  EXPECT_NE(server.log().find("disk"), std::string::npos) << server.log();
}

TEST_F(Disk, AnUnknownCommitEndsTheServerAndTheNextStartDecides) {
  std::vector<Acknowledged> acknowledged;
  {
    ServerProcess server(installation, on_faulty_disk());
    ASSERT_TRUE(server.ready()) << server.log();
    LoginLoad load(installation, server.port(), 6, 1'000'000);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    begin("sync_fails");
    EXPECT_EQ(server.ended(std::chrono::seconds(10)), 70);
    load.stop();
    acknowledged = load.acknowledged();
    for (const auto& wrong : load.wrong()) ADD_FAILURE() << wrong;
    EXPECT_NE(server.log().find("level=error event=store.commit_unknown"), std::string::npos)
        << server.log();
  }
  EXPECT_FALSE(acknowledged.empty());
  end("sync_fails");
  ServerProcess server(installation, on_faulty_disk());
  ASSERT_TRUE(server.ready()) << server.log();
  RawClient client(server.port());
  for (const auto& login : acknowledged) {
    const auto answer = client.ask(session_request(login.cookie));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
  }
  auto fresh = prepare_login(installation, client, person_number(1));
  ASSERT_TRUE(fresh);
  EXPECT_EQ(client.ask(fresh->http).value().status, 303);
  server.signal(SIGTERM);
  EXPECT_EQ(server.ended(std::chrono::seconds(15)), 0);
  EXPECT_GT(expect_whole_logins(installation.store_path()),
            static_cast<long long>(acknowledged.size()));
  EXPECT_EQ(installation.command({"audit", "verify", "--org", "acme"}), 0);
}

}  // namespace
}  // namespace doorward::tests
