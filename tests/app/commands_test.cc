#include <sys/stat.h>

#include "tests/app/terminal.h"

namespace doorward::app {
namespace {

using tests::Terminal;
using Strings = std::vector<std::string>;

class CommandLine : public Terminal {};

TEST_F(CommandLine, AnswersTwoForWhatIsNoCommand) {
  EXPECT_EQ(type_alone({}).code, 2);
  EXPECT_EQ(type_alone({"org"}).code, 2);
  EXPECT_EQ(type_alone({"org", "create"}).code, 2);
  EXPECT_EQ(type_alone({"org", "list", "--frobnicate"}).code, 2);
  const auto typo = type_alone({"conection", "list"});
  EXPECT_EQ(typo.code, 2);
  EXPECT_EQ(typo.err, "doorward: There is no command `conection`; did you mean `connection`?\n");
  EXPECT_EQ(typo.out, "");
}

TEST_F(CommandLine, ShowsASentenceAndAnExampleOfEveryCommand) {
  const std::vector<Strings> commands = {{"serve"},
                                         {"org", "create"},
                                         {"org", "list"},
                                         {"org", "set"},
                                         {"org", "disable"},
                                         {"org", "enable"},
                                         {"domain", "add"},
                                         {"domain", "verify"},
                                         {"domain", "bind"},
                                         {"domain", "list"},
                                         {"connection", "create"},
                                         {"connection", "list"},
                                         {"connection", "show"},
                                         {"connection", "set"},
                                         {"connection", "disable"},
                                         {"connection", "enable"},
                                         {"connection", "delete"},
                                         {"connection", "test"},
                                         {"connection", "refresh"},
                                         {"member", "list"},
                                         {"member", "show"},
                                         {"member", "explain"},
                                         {"member", "suspend"},
                                         {"member", "restore"},
                                         {"member", "grant"},
                                         {"member", "revoke"},
                                         {"inspect"},
                                         {"key", "init"},
                                         {"key", "list"},
                                         {"key", "rotate"},
                                         {"key", "import"},
                                         {"audit", "list"},
                                         {"audit", "verify"},
                                         {"config", "validate"},
                                         {"config", "print"}};
  for (auto command : commands) {
    std::string written = "Example: doorward";
    for (const auto& word : command) written += " " + word;
    command.emplace_back("--help");
    const auto said = type_alone(command);
    EXPECT_EQ(said.code, 0) << written;
    EXPECT_NE(said.out.find(written), std::string::npos) << said.out;
    EXPECT_GT(said.out.find('.'), 10U) << said.out;
  }
}

TEST_F(CommandLine, TakesGlobalFlagsAnywhere) {
  set_up_acme();
  const auto file = path("doorward.toml");
  for (const auto& arguments : std::vector<Strings>{{"--json", "--config", file, "org", "list"},
                                                    {"org", "--json", "list", "--config", file},
                                                    {"org", "list", "--config", file, "--json"}}) {
    const auto said = type_alone(arguments);
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(said.json().size(), 1U);
  }
}

TEST_F(CommandLine, LetsFlagsWinOverTheFile) {
  const auto json = ask({"config", "print", "--effective", "--listen", "127.0.0.1:99"});
  EXPECT_EQ(json["listen"], "127.0.0.1:99");
}

TEST_F(CommandLine, TellsEveryMistakeOfTheConfiguration) {
  write("doorward.toml", "public_url = \"http://sso.example.com\"\nlissten = \"x\"\n");
  const auto said = type({"config", "validate", "--json"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.json()["valid"], false);
  ASSERT_EQ(said.json()["mistakes"].size(), 2U);
  EXPECT_EQ(said.json()["mistakes"][0]["where"], path("doorward.toml") + ":2");
  EXPECT_NE(said.err.find("did you mean `listen`?"), std::string::npos);
  EXPECT_EQ(type({"org", "list"}).code, 1);
}

TEST_F(CommandLine, ValidatesAGoodConfiguration) {
  EXPECT_EQ(ask({"config", "validate"})["valid"], true);
}

TEST_F(CommandLine, MakesADataKeyOfItsOwnerOnlyAndNeverOverOne) {
  const auto made = ask({"key", "init"});
  EXPECT_EQ(made["file"], path("data.key"));
  struct stat info{};
  ASSERT_EQ(stat(path("data.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  const auto before = tests::read_file(path("data.key"));
  EXPECT_EQ(made["id"], certs::DataKey::parse(before)->id());
  const auto again = type({"key", "init"});
  EXPECT_EQ(again.code, 1);
  EXPECT_NE(again.err.find("never overwritten"), std::string::npos);
  EXPECT_EQ(tests::read_file(path("data.key")), before);
}

TEST_F(CommandLine, SaysWhatToDoWithoutADataKeyOrAStore) {
  const auto keyless = type({"org", "list"});
  EXPECT_EQ(keyless.code, 1);
  EXPECT_NE(keyless.err.find("`doorward key init`"), std::string::npos);
  EXPECT_EQ(type({"serve"}).code, 1);
  ask({"key", "init"});
  const auto storeless = type({"org", "list"});
  EXPECT_EQ(storeless.code, 1);
  EXPECT_NE(storeless.err.find("`doorward org create SLUG --name NAME`"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path("d.db")));
}

TEST_F(CommandLine, RefusesADataKeyThatEverybodyReads) {
  ask({"key", "init"});
  chmod(path("data.key").c_str(), 0644);
  EXPECT_NE(type({"org", "create", "acme"}).err.find("chmod 600"), std::string::npos);
}

TEST_F(CommandLine, RefusesAnotherDataKeyThanTheStores) {
  set_up_acme();
  std::filesystem::remove(path("data.key"));
  ask({"key", "init"});
  EXPECT_EQ(type({"org", "list"}).code, 1);
}

class Organizations : public Terminal {};

TEST_F(Organizations, AreMadeOnceAndTellTheNextSteps) {
  ask({"key", "init"});
  const auto said = type({"org", "create", "acme", "--name", "Acme Ltd"});
  EXPECT_EQ(said.code, 0);
  EXPECT_NE(said.out.find("doorward member grant ID --role owner"), std::string::npos);
  EXPECT_EQ(type({"org", "create", "acme"}).code, 1);
  EXPECT_EQ(type({"org", "create", "Acme_1"}).code, 2);
  const auto made = ask({"org", "create", "globex", "--name", "Globex"});
  EXPECT_EQ(made["slug"], "globex");
  EXPECT_EQ(made["name"], "Globex");
  EXPECT_EQ(made["id"].get<std::string>().size(), 26U);
  EXPECT_EQ(ask({"org", "list"}).size(), 2U);
  EXPECT_EQ(actions(), Strings{"organization.created"});
}

TEST_F(Organizations, ChangeTheirPolicyWithARecord) {
  set_up_acme();
  const auto set = ask({"org", "set", "acme", "--jit", "invite_only", "--link", "never", "--lease",
                        "14d", "--seats", "200", "--scim-authoritative", "on"});
  EXPECT_EQ(set["jit"], "invite_only");
  EXPECT_EQ(set["link"], "never");
  EXPECT_EQ(set["lease"], "14d");
  EXPECT_EQ(set["seats"], 200);
  EXPECT_EQ(set["scim_authoritative"], true);
  EXPECT_EQ(ask({"org", "list"})[0], set);
  EXPECT_EQ(actions().back(), "organization.changed");
  const auto cleared = ask({"org", "set", "acme", "--lease", "none", "--seats", "none"});
  EXPECT_EQ(cleared["lease"], nullptr);
  EXPECT_EQ(cleared["seats"], nullptr);
  EXPECT_EQ(type({"org", "set", "acme", "--jit", "maybe"}).code, 2);
  EXPECT_EQ(type({"org", "set", "acme"}).code, 2);
  EXPECT_EQ(type({"org", "set", "acme", "--seats", "0"}).code, 1);
  EXPECT_EQ(type({"org", "set", "globex", "--jit", "on"}).code, 1);
}

TEST_F(Organizations, AreDisabledAndEnabled) {
  set_up_acme();
  EXPECT_EQ(type({"org", "disable", "acme", "--keep-sessions"}).code, 2) << "all of them end";
  EXPECT_EQ(ask({"org", "disable", "acme"})["enabled"], false);
  EXPECT_EQ(ask({"org", "enable", "acme"})["enabled"], true);
  const auto names = actions();
  EXPECT_EQ((Strings{names.end() - 2, names.end()}),
            (Strings{"organization.disabled", "organization.enabled"}));
}

}  // namespace
}  // namespace doorward::app
