#include "http/dns_resolver.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <thread>

#include "tests/support/dns_server.h"

namespace doorward::http {
namespace {

using Mood = tests::DnsServer::Mood;
using Outcome = base::TxtObservation::Outcome;
using Texts = std::vector<std::string>;
using std::chrono::milliseconds;

constexpr const char* kName = "_doorward.acme.com";

class DnsResolverTest : public testing::Test {
 protected:
  base::TxtObservation ask(const std::string& name = kName) {
    DnsResolver resolver({.servers = {server_.address()},
                          .try_for = milliseconds(60),
                          .timeout = milliseconds(2000)});
    const auto observations = resolver.txt(name);
    EXPECT_EQ(observations.size(), 1U);
    return observations.at(0);
  }
  // What a server in such a mood makes of a record that is there.
  base::TxtObservation ask_in(Mood mood) {
    server_.put(kName, {"doorward-verify=abc"});
    server_.behave(mood);
    return ask();
  }
  tests::DnsServer server_;
};

TEST_F(DnsResolverTest, ReadsEveryRecordAndJoinsItsStrings) {
  const std::string longer = "doorward-verify=" + std::string(300, 'x');
  server_.put(kName, {"v=spf1 -all", longer, ""});
  const auto seen = ask();
  EXPECT_EQ(seen.server, server_.address());
  EXPECT_EQ(seen.outcome, Outcome::found) << seen.detail;
  Texts texts = seen.texts;
  std::ranges::sort(texts);
  EXPECT_EQ(texts, (Texts{"", longer, "v=spf1 -all"}));
}

TEST_F(DnsResolverTest, FollowsAnAlias) {
  server_.alias(kName, "acme.records.example");
  server_.put("acme.records.example", {"doorward-verify=abc"});
  EXPECT_EQ(ask().texts, Texts{"doorward-verify=abc"});
  server_.put("acme.records.example", {});
  EXPECT_EQ(ask().outcome, Outcome::absent);
}

TEST_F(DnsResolverTest, TellsNoNameFromNoRecord) {
  auto seen = ask();
  EXPECT_EQ(seen.outcome, Outcome::absent);
  EXPECT_NE(seen.detail.find("NXDOMAIN"), std::string::npos);
  server_.put(kName, {});
  seen = ask();
  EXPECT_EQ(seen.outcome, Outcome::absent);
  EXPECT_NE(seen.detail.find("no TXT record"), std::string::npos);
}

TEST_F(DnsResolverTest, AsksByTcpWhereAnAnswerIsCutShort) {
  EXPECT_EQ(ask_in(Mood::cut_short).texts, Texts{"doorward-verify=abc"});
  EXPECT_EQ(server_.asked_by_tcp(), 1);
  server_.behave(Mood::honest);
  server_.put(kName, Texts(40, std::string(200, 'y')));
  EXPECT_EQ(ask().texts.size(), 40U);
  EXPECT_EQ(server_.asked_by_tcp(), 2);
}

TEST_F(DnsResolverTest, TakesAServerThatFailsForNoAnswer) {
  const std::map<Mood, std::string> says = {{Mood::servfail, "SERVFAIL"},
                                            {Mood::refused, "REFUSED"},
                                            {Mood::silent, "no answer"},
                                            {Mood::cut_for_ever, "hung up"},
                                            {Mood::referral, "not responsible"}};
  for (const auto& [mood, word] : says) {
    const auto seen = ask_in(mood);
    EXPECT_EQ(seen.outcome, Outcome::failed) << word;
    EXPECT_TRUE(seen.texts.empty());
    EXPECT_NE(seen.detail.find(word), std::string::npos) << word << ": " << seen.detail;
  }
}

TEST_F(DnsResolverTest, BelievesNoForgedOrBrokenAnswer) {
  for (const auto mood :
       {Mood::wrong_id, Mood::other_name, Mood::looping_name, Mood::broken_text, Mood::no_bytes}) {
    const auto seen = ask_in(mood);
    EXPECT_EQ(seen.outcome, Outcome::failed) << static_cast<int>(mood);
    EXPECT_TRUE(seen.texts.empty()) << static_cast<int>(mood);
  }
}

TEST_F(DnsResolverTest, SaysThatNobodyListens) {
  const std::string gone = tests::DnsServer().address();
  DnsResolver resolver(
      {.servers = {gone}, .try_for = milliseconds(60), .timeout = milliseconds(2000)});
  const auto seen = resolver.txt(kName);
  EXPECT_EQ(seen.at(0).outcome, Outcome::failed);
  EXPECT_FALSE(seen.at(0).detail.empty());
}

TEST_F(DnsResolverTest, AsksAllAtOnceAndEndsInTime) {
  tests::DnsServer other;
  other.put(kName, {"doorward-verify=abc"});
  server_.behave(Mood::silent);
  DnsResolver resolver({.servers = {server_.address(), other.address(), server_.address()},
                        .try_for = milliseconds(5000),
                        .timeout = milliseconds(300)});
  const auto before = std::chrono::steady_clock::now();
  const auto seen = resolver.txt(kName);
  EXPECT_LT(std::chrono::steady_clock::now() - before, milliseconds(2000));
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].outcome, Outcome::failed);
  EXPECT_EQ(seen[1].outcome, Outcome::found);
  EXPECT_EQ(seen[2].outcome, Outcome::failed);
}

TEST_F(DnsResolverTest, RefusesNamesThatCannotBeAskedFor) {
  EXPECT_EQ(ask(std::string(64, 'x') + ".com").outcome, Outcome::failed);
  EXPECT_EQ(ask("a..com").outcome, Outcome::failed);
  EXPECT_EQ(server_.asked(), 0);
}

// A resolver that others wrote.
TEST(DnsResolverWithDnsmasq, ReadsWhatItServes) {
  const char* program = "/usr/sbin/dnsmasq";
  if (!std::filesystem::exists(program)) GTEST_SKIP() << "dnsmasq is not installed";
  const std::string address = tests::DnsServer().address();
  const std::string port = "--port=" + address.substr(address.rfind(':') + 1);
  std::vector<std::string> words = {program,
                                    "--keep-in-foreground",
                                    "--conf-file=/dev/null",
                                    "--pid-file=",
                                    "--no-resolv",
                                    "--no-hosts",
                                    "--user=",
                                    "--listen-address=127.0.0.1",
                                    "--bind-interfaces",
                                    port,
                                    "--local=/com/",
                                    "--txt-record=_doorward.acme.com,v=spf1",
                                    "--txt-record=_doorward.acme.com,doorward-verify=abc",
                                    "--host-record=_doorward.empty.com,127.0.0.1"};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  ASSERT_EQ(posix_spawn(&child, program, nullptr, nullptr, arguments.data(), environ), 0);
  DnsResolver resolver(
      {.servers = {address}, .try_for = milliseconds(200), .timeout = milliseconds(2000)});
  base::TxtObservation seen;
  for (int attempt = 0; attempt < 50 && seen.outcome != Outcome::found; ++attempt) {
    seen = resolver.txt(kName).at(0);
    if (seen.outcome != Outcome::found) std::this_thread::sleep_for(milliseconds(50));
  }
  std::ranges::sort(seen.texts);
  EXPECT_EQ(seen.texts, (Texts{"doorward-verify=abc", "v=spf1"})) << seen.detail;
  EXPECT_EQ(resolver.txt("_doorward.other.com").at(0).outcome, Outcome::absent);
  EXPECT_EQ(resolver.txt("_doorward.empty.com").at(0).outcome, Outcome::absent);
  kill(child, SIGTERM);
  waitpid(child, nullptr, 0);
}

TEST(DnsServers, AreAddressesWithAPort) {
  EXPECT_EQ(parse_dns_server("192.0.2.53"), "192.0.2.53:53");
  EXPECT_EQ(parse_dns_server("127.0.0.1:5301"), "127.0.0.1:5301");
  EXPECT_EQ(parse_dns_server("2001:db8::53"), "[2001:db8::53]:53");
  EXPECT_EQ(parse_dns_server("[::1]:5301"), "[::1]:5301");
  EXPECT_EQ(parse_dns_server("[0:0::0:1]"), "[::1]:53");
  for (const auto* wrong : {"", "dns.example", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
                            "[::1", "[127.0.0.1]:53", "[::1]53", "1.2.3", "127.0.0.1:53x"}) {
    EXPECT_EQ(parse_dns_server(wrong), std::nullopt) << wrong;
  }
}

TEST(DnsServers, AreReadFromResolvConf) {
  EXPECT_EQ(name_servers_of("# comment\nsearch example.com\nnameserver 192.0.2.1\n"
                            "  nameserver\t2001:db8::1  # two\nnameserver 192.0.2.1\n"
                            "nameservers 192.0.2.9\nnameserver nonsense\noptions rotate"),
            (Texts{"192.0.2.1:53", "[2001:db8::1]:53"}));
  EXPECT_TRUE(name_servers_of("").empty());
}

}  // namespace
}  // namespace doorward::http
