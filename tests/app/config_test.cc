#include "app/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace doorward::app {
namespace {

// A configuration file in a folder of its own, gone with the test.
class ConfigurationFile : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("doorward-config-" + std::to_string(getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& text) {
    const auto path = (folder_ / "doorward.toml").string();
    std::ofstream(path) << text;
    return path;
  }
  std::expected<Config, std::vector<Mistake>> load(const std::string& text,
                                                   NamedTexts environment = {},
                                                   NamedTexts flags = {}) {
    return load_config({.path = file(text),
                        .path_was_given = true,
                        .environment = std::move(environment),
                        .flags = std::move(flags)});
  }
  // Every mistake, one a line, with the folder left out.
  std::string mistakes(const std::string& text, NamedTexts environment = {}) {
    const auto config = load(text, std::move(environment));
    if (config) return "none";
    std::string told;
    for (const auto& mistake : config.error()) told += mistake.text() + "\n";
    const std::string prefix = folder_.string() + "/";
    for (auto at = told.find(prefix); at != std::string::npos; at = told.find(prefix)) {
      told.erase(at, prefix.size());
    }
    return told;
  }

  std::filesystem::path folder_;
};

constexpr const char* kUrl = "public_url = \"https://sso.example.com\"\n";

TEST_F(ConfigurationFile, HasTheDocumentedDefaults) {
  const auto config = load(kUrl);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->public_url.origin(), "https://sso.example.com");
  EXPECT_EQ(config->listen.str(), "127.0.0.1:8080");
  EXPECT_EQ(config->admin_listen.str(), "127.0.0.1:8081");
  EXPECT_EQ(config->admin_hosts, (std::vector<std::string>{"127.0.0.1:8081", "localhost:8081"}));
  EXPECT_EQ(config->trusted_proxies, (std::vector<std::string>{"127.0.0.0/8", "::1"}));
  EXPECT_EQ(config->store_path, "/var/lib/doorward/doorward.db");
  EXPECT_EQ(config->data_key_file, "/etc/doorward/data.key");
  EXPECT_EQ(config->ladder.names(),
            (std::vector<std::string>{"viewer", "editor", "admin", "owner"}));
  EXPECT_EQ(config->session.idle, std::chrono::hours(8));
  EXPECT_EQ(config->session.absolute, std::chrono::hours(24));
  EXPECT_EQ(config->limits.form, 1U << 20U);
  EXPECT_EQ(config->limits.message, 512U << 10U);
  EXPECT_EQ(config->limits.depth, 64U);
  EXPECT_EQ(config->limits.elements, 2000U);
  EXPECT_EQ(config->limits.attributes, 64U);
  EXPECT_FALSE(config->fetch_allow_private);
  EXPECT_EQ(config->log.personal, PersonalData::hash);
}

TEST_F(ConfigurationFile, ReadsEveryKeyOfTheFile) {
  const auto config = load(R"(public_url = "http://localhost:9000"
listen = "[::]:9000"
admin_listen = "0.0.0.0:9001"
admin_hosts = ["admin.internal"]
trusted_proxies = ["10.0.0.0/8"]
[store]
url = "sqlite:./x.db"
[keys]
data_key_file = "./data.key"
[admin]
token_file = "./token"
[roles]
ladder = ["guest", "boss"]
[session]
idle = "10m"
absolute = "1h"
[limits]
form = 2048
message = "1KiB"
depth = 10
elements = 20
attributes = 30
[fetch]
allow_private = true
[log]
format = "json"
level = "warning"
personal = "none"
[apps.demo]
url = "https://app.example.com"
orgs = ["acme", "globex"]
headers = "oauth2proxy"
user = "member"
)");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->listen.str(), "[::]:9000");
  EXPECT_EQ(config->admin_listen.str(), "0.0.0.0:9001");
  EXPECT_EQ(config->admin_hosts, (std::vector<std::string>{"admin.internal"}));
  EXPECT_EQ(config->store_path, "./x.db");
  EXPECT_EQ(config->admin_token_file, "./token");
  EXPECT_EQ(config->ladder.highest(), "boss");
  EXPECT_EQ(config->session.idle, std::chrono::minutes(10));
  EXPECT_EQ(config->limits.form, 2048U);
  EXPECT_EQ(config->limits.message, 1024U);
  EXPECT_TRUE(config->fetch_allow_private);
  EXPECT_EQ(config->log.format, LogFormat::json);
  const auto& app = config->apps.at(base::AppId("demo"));
  EXPECT_EQ(app.url.origin(), "https://app.example.com");
  EXPECT_EQ(app.orgs, (std::vector<std::string>{"acme", "globex"}));
  EXPECT_EQ(app.headers, session::HeaderFamily::oauth2proxy);
  EXPECT_EQ(app.user, session::UserKey::member);
}

TEST_F(ConfigurationFile, NamesFileLineAndNearestKeyOfAnUnknownOne) {
  EXPECT_EQ(mistakes(std::string(kUrl) + "\n[session]\nidel = \"8h\"\n"),
            "doorward.toml:4: unknown key `session.idel`; did you mean `session.idle`?\n");
  EXPECT_EQ(mistakes(std::string(kUrl) + "[sesion]\nidle = \"8h\"\n"),
            "doorward.toml:3: unknown key `sesion.idle`; did you mean `session.idle`?\n");
  EXPECT_EQ(mistakes(std::string(kUrl) + "[stor]\n"),
            "doorward.toml:2: unknown table `stor`; did you mean `store`?\n");
  EXPECT_EQ(mistakes(std::string(kUrl) +
                     "[apps.demo]\nurl = \"https://a.example\"\norgs = [\"a\"]\nheader = \"x\"\n"),
            "doorward.toml:5: unknown key `apps.demo.header`; did you mean `apps.demo.headers`?\n");
}

TEST_F(ConfigurationFile, CollectsAllMistakes) {
  EXPECT_EQ(mistakes(R"(lissten = "x"
listen = 8080
[session]
idle = "soon"
[log]
format = "xml"
)"),
            "doorward.toml:1: unknown key `lissten`; did you mean `listen`?\n"
            "`public_url` is missing: the URL that browsers reach doorward at\n"
            "doorward.toml:2: `listen` is a text in quotes\n"
            "doorward.toml:4: `session.idle` is a duration such as \"8h\", \"90s\" or \"14d\"\n"
            "doorward.toml:6: `log.format` is one of \"logfmt\", \"json\"\n");
}

TEST_F(ConfigurationFile, NamesTheLineOfASyntaxError) {
  const auto told = mistakes(std::string(kUrl) + "listen = \n");
  EXPECT_TRUE(told.starts_with("doorward.toml:2: ")) << told;
}

TEST_F(ConfigurationFile, LetsTheEnvironmentWinOverTheFileAndFlagsOverBoth) {
  const std::string text = std::string(kUrl) + "listen = \"127.0.0.1:1\"\n";
  const NamedTexts environment = {
      {"DOORWARD_LISTEN", "127.0.0.1:2"},       {"DOORWARD_STORE_URL", "sqlite:/tmp/a.db"},
      {"DOORWARD_ROLES_LADDER", "low, high"},   {"DOORWARD_LIMITS_DEPTH", "12"},
      {"DOORWARD_FETCH_ALLOW_PRIVATE", "true"}, {"PATH", "/bin"}};
  const auto config = load(text, environment);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->listen.port, 2);
  EXPECT_EQ(config->store_path, "/tmp/a.db");
  EXPECT_EQ(config->ladder.names(), (std::vector<std::string>{"low", "high"}));
  EXPECT_EQ(config->limits.depth, 12U);
  EXPECT_TRUE(config->fetch_allow_private);
  const auto flagged = load(text, environment, {{"listen", "127.0.0.1:3"}});
  ASSERT_TRUE(flagged);
  EXPECT_EQ(flagged->listen.port, 3);
}

TEST_F(ConfigurationFile, ReadsApplicationsFromTheEnvironment) {
  const auto config = load(kUrl, {{"DOORWARD_APPS_MY_APP_URL", "https://app.example.com"},
                                  {"DOORWARD_APPS_MY_APP_ORGS", "acme,globex"}});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->apps.at(base::AppId("my-app")).orgs,
            (std::vector<std::string>{"acme", "globex"}));
}

TEST_F(ConfigurationFile, RefusesUnknownVariablesAndIgnoresThoseOfTests) {
  EXPECT_EQ(mistakes(kUrl, {{"DOORWARD_SESSION_IDEL", "1h"}, {"DOORWARD_TEST_SAMPLES", "/x"}}),
            "environment DOORWARD_SESSION_IDEL: unknown variable; did you mean "
            "`DOORWARD_SESSION_IDLE`?\n");
}

TEST_F(ConfigurationFile, RefusesASecretGivenTwice) {
  EXPECT_EQ(mistakes(std::string(kUrl) + "[keys]\ndata_key_file = \"k\"\n",
                     {{"DOORWARD_KEYS_DATA_KEY", "abc"}}),
            "doorward.toml:3: `keys.data_key_file` gives a secret twice: `keys.data_key` stands "
            "in environment DOORWARD_KEYS_DATA_KEY\n");
  EXPECT_EQ(mistakes(std::string(kUrl) + "[admin]\ntoken = \"a\"\ntoken_file = \"b\"\n"),
            "doorward.toml:4: `admin.token_file` gives a secret twice: `admin.token` stands in "
            "doorward.toml:3\n");
}

TEST_F(ConfigurationFile, ADataKeyInPlaceReplacesTheDefaultFile) {
  const auto config = load(kUrl, {{"DOORWARD_KEYS_DATA_KEY", "abc"}});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->data_key, "abc");
  EXPECT_EQ(config->data_key_file, "");
}

TEST_F(ConfigurationFile, TakesPlainHttpOnLoopbackOnly) {
  EXPECT_TRUE(load("public_url = \"http://sso.localhost:8080\"\n"));
  EXPECT_TRUE(load("public_url = \"http://[::1]:8080\"\n"));
  EXPECT_EQ(mistakes("public_url = \"http://sso.example.com\"\n"),
            "doorward.toml:1: `public_url` may be http:// only on loopback (127.0.0.1, [::1], "
            "localhost)\n");
  EXPECT_EQ(mistakes("public_url = \"https://sso.example.com/sso\"\n"),
            "doorward.toml:1: `public_url` has a path; only scheme, host and port count\n");
}

TEST_F(ConfigurationFile, SaysThatPostgresIsNotSupportedYet) {
  EXPECT_EQ(mistakes(std::string(kUrl) + "[store]\nurl = \"postgresql://u@h/db\"\n"),
            "doorward.toml:3: `store.url` names PostgreSQL, and PostgreSQL is not supported yet\n");
}

TEST_F(ConfigurationFile, DemandsTheOrganisationsOfAnApplication) {
  EXPECT_EQ(mistakes(std::string(kUrl) + "[apps.demo]\nurl = \"https://a.example\"\n"),
            "doorward.toml:2: `apps.demo.orgs` is missing: the slugs of the organisations that "
            "may enter\n");
  EXPECT_EQ(mistakes(std::string(kUrl) +
                     "[apps.demo]\nurl = \"https://a.example\"\norgs = [\"*\", \"acme\"]\n"),
            "doorward.toml:4: `apps.demo.orgs` is a list of organisations' slugs, or [\"*\"]\n");
}

TEST_F(ConfigurationFile, RefusesTwoApplicationsOfOneOrigin) {
  EXPECT_EQ(
      mistakes(std::string(kUrl) + "[apps.a]\nurl = \"https://x.example\"\norgs = [\"o\"]\n"
                                   "[apps.b]\nurl = \"https://x.example:443\"\norgs = [\"o\"]\n"),
      "doorward.toml:6: `apps.b.url` is the origin of `apps.a` too\n");
}

TEST_F(ConfigurationFile, ChecksAddressesLaddersAndLimits) {
  const auto told = mistakes(std::string(kUrl) +
                             "listen = \"example.com:80\"\n"
                             "admin_listen = \"127.0.0.1:99999\"\n"
                             "trusted_proxies = [\"10.0.0.0/33\"]\n"
                             "[roles]\nladder = [\"only\"]\n"
                             "[limits]\ndepth = 0\nform = \"1GB\"\n");
  EXPECT_NE(told.find("doorward.toml:2: `listen` is ADDRESS:PORT"), told.npos) << told;
  EXPECT_NE(told.find("doorward.toml:3: `admin_listen` is ADDRESS:PORT"), told.npos) << told;
  EXPECT_NE(told.find("doorward.toml:4: `trusted_proxies` has \"10.0.0.0/33\""), told.npos);
  EXPECT_NE(told.find("doorward.toml:6: `roles.ladder`"), told.npos) << told;
  EXPECT_NE(told.find("doorward.toml:8: `limits.depth` is between 1 and 200"), told.npos) << told;
  EXPECT_NE(told.find("doorward.toml:9: `limits.form` is a size"), told.npos) << told;
}

TEST_F(ConfigurationFile, TellsWhenTheNamedFileCannotBeRead) {
  ConfigSources sources;
  sources.path = (folder_ / "none.toml").string();
  sources.path_was_given = true;
  const auto config = load_config(sources);
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().front().text().find("none.toml: cannot be read"), std::string::npos);
}

TEST_F(ConfigurationFile, PrintsWhatIsInForceWithoutSecrets) {
  const auto config =
      load(std::string(kUrl) + "[limits]\ndepth = 7\n", {{"DOORWARD_KEYS_DATA_KEY", "c2VjcmV0"}});
  ASSERT_TRUE(config);
  const auto json = effective_json(*config);
  EXPECT_EQ(json["keys"]["data_key"], "***");
  EXPECT_EQ(json["limits"]["depth"], 7);
  EXPECT_EQ(json["roles"]["ladder"].size(), 4U);
  const auto toml = effective_toml(*config);
  EXPECT_EQ(toml.find("c2VjcmV0"), std::string::npos);
  EXPECT_NE(toml.find("depth = 7  # "), std::string::npos);
  EXPECT_NE(toml.find("idle = \"8h\"  # default"), std::string::npos);
  // What is printed is itself a configuration.
  EXPECT_TRUE(load(toml)) << toml;
}

}  // namespace
}  // namespace doorward::app
