#include <sys/stat.h>

#include "base/encoding.h"
#include "tests/app/terminal.h"

namespace doorward::app {
namespace {

// What keeps the server from starting, and what it says then to whoever has to mend it.
class StartRefusal : public tests::Terminal {
 protected:
  // What `doorward serve` says; it must not start.
  std::string refusal() {
    const auto said = type({"serve"});
    EXPECT_EQ(said.code, 1) << said.err;
    EXPECT_EQ(said.out, "");
    return said.err;
  }
  void configure(const std::string& keys, const std::string& more = "") const {
    write("doorward.toml",
          "public_url = \"https://gate.example.com\"\nlisten = \"127.0.0.1:0\"\n"
          "admin_listen = \"127.0.0.1:0\"\n[store]\nurl = \"sqlite:" +
              path("d.db") + "\"\n[keys]\n" + keys + "\n" + more);
  }
  static std::string base64(std::size_t size) {
    return base::base64_encode(std::string(size, 'k'));
  }
};

void expect_says(const std::string& told, const std::string& part) {
  EXPECT_NE(told.find(part), std::string::npos) << told;
}

TEST_F(StartRefusal, NamesFileLineAndNearestKnownKeyOfEachMistake) {
  ask({"key", "init"});
  configure("data_key_file = \"" + path("data.key") + "\"",
            "[session]\nidel = \"8h\"\nabsolute = 24\n[limits]\ndepth = \"deep\"\n"
            "[apps.demo]\nurl = \"https://app.example.com\"\nusr = \"email\"\n");
  const auto told = refusal();
  const std::string file = path("doorward.toml");
  expect_says(told, file + ":9: unknown key `session.idel`; did you mean `session.idle`?");
  expect_says(told, file + ":10: `session.absolute` is a duration such as");
  expect_says(told, file + ":12: `limits.depth` is a whole number");
  expect_says(told, file + ":15: unknown key `apps.demo.usr`; did you mean `apps.demo.user`?");
  expect_says(told, file + ":13: `apps.demo.orgs` is missing");
}

TEST_F(StartRefusal, NamesTheLineWhereTheFileStopsBeingToml) {
  write("doorward.toml", "public_url = \"https://gate.example.com\"\nlisten = \"a\nb\"\n");
  expect_says(refusal(), path("doorward.toml") + ":2: ");
  write("doorward.toml", "listen = \"127.0.0.1:0\"\nlisten = \"127.0.0.1:1\"\n");
  expect_says(refusal(), path("doorward.toml") + ":2: ");
}

TEST_F(StartRefusal, SaysWhyTheFileCannotBeRead) {
  std::filesystem::remove(path("doorward.toml"));
  expect_says(refusal(), path("doorward.toml") + ": cannot be read: No such file or directory");
  std::filesystem::create_directory(path("doorward.toml"));
  expect_says(refusal(), path("doorward.toml") + ": cannot be read: Is a directory");
}

TEST_F(StartRefusal, NamesTheVariableOfTheEnvironmentThatIsWrong) {
  ask({"key", "init"});
  environment_ = {{"DOORWARD_LIMITS_DEPTHS", "8"}, {"DOORWARD_LOG_LEVEL", "loud"}};
  const auto told = refusal();
  expect_says(told,
              "environment DOORWARD_LIMITS_DEPTHS: unknown variable; did you mean "
              "`DOORWARD_LIMITS_DEPTH`?");
  expect_says(told, "environment DOORWARD_LOG_LEVEL: `log.level` is one of");
}

TEST_F(StartRefusal, NeedsADataKey) {
  const auto told = refusal();
  expect_says(told, "There is no data key at " + path("data.key"));
  expect_says(told, "`doorward key init`");
  EXPECT_FALSE(std::filesystem::exists(path("d.db")));
}

TEST_F(StartRefusal, TakesADataKeyOf32BytesOnly) {
  for (const auto& text : {std::string("secret"), base64(31), base64(33), base64(32) + "\nmore",
                           std::string(64, 'a'), std::string(32, '\0')}) {
    write("data.key", text);
    chmod(path("data.key").c_str(), 0600);
    expect_says(refusal(), "is not the base64 text of 32 bytes; `doorward key init` makes one");
  }
  write("data.key", "\n");
  expect_says(refusal(), "data.key is empty");
  EXPECT_FALSE(std::filesystem::exists(path("d.db")));
}

TEST_F(StartRefusal, SaysWhyADataKeyCannotBeRead) {
  std::filesystem::create_directory(path("data.key"));
  chmod(path("data.key").c_str(), 0700);
  expect_says(refusal(),
              "The data key cannot be used: cannot read " + path("data.key") + ": Is a directory");
  write("file", "");
  configure("data_key_file = \"" + path("file") + "/data.key\"");
  expect_says(refusal(), "The data key " + path("file") + "/data.key cannot be read: ");
}

TEST_F(StartRefusal, TakesNoDataKeyThatOthersCanReadOrChange) {
  ask({"key", "init"});
  for (const mode_t mode : {0644U, 0604U, 0602U, 0601U, 0620U, 0666U, 0777U}) {
    chmod(path("data.key").c_str(), mode);
    const auto told = refusal();
    expect_says(told, "The data key " + path("data.key"));
    expect_says(told, "`chmod 600` it");
  }
  for (const mode_t mode : {0600U, 0400U, 0640U}) {
    chmod(path("data.key").c_str(), mode);
    EXPECT_EQ(type({"org", "create", "acme-" + std::to_string(mode), "--name", "Acme"}).code, 0);
  }
}

TEST_F(StartRefusal, TakesNoDataKeyOfAnotherStore) {
  set_up_acme();
  std::filesystem::rename(path("data.key"), path("right.key"));
  ask({"key", "init"});
  const auto told = refusal();
  expect_says(told, path("d.db") + ": The data key is not the one that sealed this store");
  expect_says(told, "use the key it was made with");
  // Nor do commands, and the store is as it was.
  EXPECT_EQ(type({"org", "list"}).code, 1);
  std::filesystem::rename(path("right.key"), path("data.key"));
  EXPECT_EQ(ask({"org", "list"}).size(), 1U);
}

TEST_F(StartRefusal, TakesNoDataKeyOfAnotherStoreFromTheEnvironment) {
  set_up_acme();
  configure("");
  environment_ = {{"DOORWARD_KEYS_DATA_KEY", base64(32)}};
  expect_says(refusal(), "The data key is not the one that sealed this store");
  environment_ = {{"DOORWARD_KEYS_DATA_KEY", tests::read_file(path("data.key"))}};
  EXPECT_EQ(ask({"org", "list"}).size(), 1U);
}

}  // namespace
}  // namespace doorward::app
