#include "app/serve.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "app/version.h"
#include "tests/app/terminal.h"
#include "tests/support/paths.h"

namespace doorward::app {
namespace {

// The whole answer to one GET on loopback.
std::string get(std::uint16_t port, const std::string& target, const std::string& host) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close(socket);
    return "";
  }
  const std::string request =
      "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  (void)!::write(socket, request.data(), request.size());
  std::string answer;
  char piece[4096];
  for (ssize_t n = 0; (n = ::read(socket, piece, sizeof piece)) > 0;) {
    answer.append(piece, static_cast<std::size_t>(n));
  }
  close(socket);
  return answer;
}

class Serve : public tests::Terminal {
 protected:
  Fallible<void> run(const std::function<void(const Serving&)>& while_running) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    auto process = process_on(in, out, err);
    ConfigSources sources;
    sources.path = path("doorward.toml");
    sources.path_was_given = true;
    sources.environment = environment_;
    auto served = serve(process, sources, while_running);
    logged_ = err.str();
    return served;
  }
  std::string logged_;
};

TEST_F(Serve, AnswersOnBothListenersAndStops) {
  set_up_acme();
  connect();
  std::uint16_t port = 0;
  const auto served = run([&](const Serving& serving) {
    port = serving.public_port;
    const auto metadata = get(port, "/saml/acme-generic/metadata", "gate.example.com");
    EXPECT_TRUE(metadata.starts_with("HTTP/1.1 200")) << metadata;
    const auto ready = get(serving.admin_port, "/livez", "127.0.0.1:0");
    EXPECT_TRUE(ready.starts_with("HTTP/1.1 200")) << ready;
  });
  ASSERT_TRUE(served);
  EXPECT_NE(logged_.find("event=ready version=" + std::string(kVersion)), std::string::npos);
  EXPECT_NE(logged_.find("event=stopped"), std::string::npos);
  EXPECT_EQ(get(port, "/", "gate.example.com"), "");
}

TEST_F(Serve, ConfirmsWhatACommandChanges) {
  set_up_acme();
  connect();
  const auto served = run([&](const Serving& serving) {
    EXPECT_EQ(type({"connection", "disable", "acme-generic"}).code, 0);
    const auto login =
        get(serving.public_port, "/login?connection=acme-generic", "gate.example.com");
    EXPECT_FALSE(login.starts_with("HTTP/1.1 303")) << login;
  });
  ASSERT_TRUE(served);
}

TEST_F(Serve, RefusesASecondServerOnOneStore) {
  set_up_acme();
  const auto served = run([&](const Serving&) {
    const auto second = type({"serve"});
    EXPECT_EQ(second.code, 1);
    EXPECT_NE(second.err.find("already runs"), std::string::npos) << second.err;
  });
  ASSERT_TRUE(served);
}

TEST_F(Serve, SaysThatAPortIsTaken) {
  set_up_acme();
  const auto served = run([&](const Serving& serving) {
    write("doorward.toml",
          "public_url = \"https://gate.example.com\"\nlisten = \"" + serving.public_address +
              "\"\nadmin_listen = \"127.0.0.1:0\"\n[store]\nurl = \"sqlite:" + path("e.db") +
              "\"\n[keys]\ndata_key_file = \"" + path("data.key") + "\"\n");
    const auto second = type({"serve"});
    EXPECT_EQ(second.code, 1);
    EXPECT_NE(second.err.find("cannot listen"), std::string::npos) << second.err;
  });
  ASSERT_TRUE(served);
}

TEST_F(Serve, RefusesAShortTokenForMetrics) {
  ask({"key", "init"});
  environment_ = {{"DOORWARD_ADMIN_TOKEN", "short"}};
  const auto served = run([](const Serving&) { ADD_FAILURE() << "it serves"; });
  ASSERT_FALSE(served);
  EXPECT_NE(served.error().what.find("shorter than 16"), std::string::npos);
}

TEST(Version, IsThatOfTheBuild) {
  const auto lists = tests::read_file(tests::source_path("CMakeLists.txt"));
  EXPECT_NE(lists.find("project(doorward VERSION " + std::string(kVersion)), std::string::npos);
}

}  // namespace
}  // namespace doorward::app
