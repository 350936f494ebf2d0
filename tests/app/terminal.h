#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "base/json.h"
#include "certs/seal.h"
#include "http/dns_resolver.h"
#include "store/store.h"
#include "tests/support/paths.h"
#include "tests/support/world.h"

namespace doorward::tests {

// What a command said and how it ended.
struct Said {
  int code = -1;
  std::string out;
  std::string err;
  [[nodiscard]] base::Json json() const { return base::parse_json(out).value_or(nullptr); }
};

// Answers the URLs that a test wrote down.
class CannedFetcher : public base::Fetcher {
 public:
  explicit CannedFetcher(const std::map<std::string, std::string>& pages) : pages_(pages) {}
  std::expected<std::string, Failure> get(const std::string& url, std::size_t) override {
    const auto found = pages_.find(url);
    if (found == pages_.end()) return std::unexpected(Failure{base::FetchError::status, "404"});
    return found->second;
  }

 private:
  const std::map<std::string, std::string>& pages_;
};

// A host with a configuration in a folder of its own, where commands are typed.
class Terminal : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("doorward-cli-" + std::to_string(getpid()) + "-" + info->name());
    std::filesystem::create_directories(folder_);
    write("doorward.toml",
          "public_url = \"https://gate.example.com\"\n"
          "listen = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\n"
          "[store]\nurl = \"sqlite:" +
              path("d.db") +
              "\"\n"
              "[keys]\ndata_key_file = \"" +
              path("data.key") + "\"\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  // Runs one command with the folder's configuration.
  Said type(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.end(), {"--config", path("doorward.toml")});
    return type_alone(arguments, input);
  }
  Said type_alone(const std::vector<std::string>& arguments, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    app::Process process = process_on(in, out, err);
    const int code = app::run(arguments, process);
    return {code, out.str(), err.str()};
  }
  app::Process process_on(std::istream& in, std::ostream& out, std::ostream& err) {
    return {.in = in,
            .out = out,
            .err = err,
            .environment = environment_,
            .clock = clock_,
            .rng = rng_,
            .make_fetcher =
                [this](const app::Config&) { return std::make_unique<CannedFetcher>(pages_); },
            .make_resolver =
                [](const app::Config& config) {
                  return std::make_unique<http::DnsResolver>(
                      http::ResolverOptions{.servers = config.dns_servers,
                                            .try_for = std::chrono::milliseconds(150),
                                            .timeout = std::chrono::seconds(3)});
                }};
  }
  // The same, which must succeed, with --json.
  base::Json ask(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.emplace_back("--json");
    const auto said = type(std::move(arguments), input);
    EXPECT_EQ(said.code, 0) << said.err;
    return said.json();
  }

  // A data key and the organisation acme with the verified domain acme.com.
  void set_up_acme() {
    ask({"key", "init"});
    ask({"org", "create", "acme", "--name", "Acme Ltd"});
    ask({"domain", "add", "acme.com", "--org", "acme"});
    ask({"domain", "verify", "acme.com", "--trust"});
  }
  // A connection made by hand of the test vectors' identity provider.
  base::Json connect(std::vector<std::string> more = {}, const std::string& idp = kIdpEntity) {
    std::vector<std::string> arguments = {"connection",
                                          "create",
                                          "--org",
                                          "acme",
                                          "--preset",
                                          "generic",
                                          "--idp-entity-id",
                                          idp,
                                          "--idp-sso-url",
                                          "https://idp.example.com/sso",
                                          "--idp-certificate",
                                          certificate("idp")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ask(std::move(arguments));
  }
  static std::string certificate(const std::string& name) {
    return source_path("tests/vectors/keys/" + name + ".pem");
  }
  // The store as another process would open it.
  std::unique_ptr<store::Store> open_store() {
    auto opened = store::open_sqlite(
        {.path = path("d.db"), .role = store::Role::command, .data_key_id = ""}, log_);
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }
  // Actions of acme's audit records, oldest first.
  std::vector<std::string> actions() {
    std::vector<std::string> names;
    for (const auto& record : ask({"audit", "list", "--org", "acme"})) {
      EXPECT_EQ(record["actor"], "operator");
      EXPECT_EQ(record["via"], "cli");
      names.push_back(record["action"]);
    }
    return names;
  }

  static constexpr const char* kIdpEntity = "https://idp.example.com/saml";
  std::filesystem::path folder_;
  HandClock clock_{at("2026-03-01T12:00:00Z")};
  SeededRng rng_;
  SilentLog log_;
  std::map<std::string, std::string> pages_;
  app::NamedTexts environment_;
};

}  // namespace doorward::tests
