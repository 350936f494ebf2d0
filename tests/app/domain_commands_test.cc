#include <algorithm>
#include <thread>

#include "app/domain_watch.h"
#include "app/serve.h"
#include "tests/app/terminal.h"
#include "tests/support/dns_server.h"

namespace doorward::app {
namespace {

using std::chrono::days;
using std::chrono::hours;
using Mood = tests::DnsServer::Mood;
using Strings = std::vector<std::string>;

// Two resolvers of the host, and organisations that claim domains.
class Domains : public tests::Terminal {
 protected:
  void SetUp() override {
    Terminal::SetUp();
    environment_ = {{"DOORWARD_DNS_SERVERS", one_.address() + "," + two_.address()}};
  }
  base::Json claim(const std::string& domain, const std::string& org) {
    if (!std::filesystem::exists(path("data.key"))) ask({"key", "init"});
    (void)type({"org", "create", org});
    return ask({"domain", "add", domain, "--org", org});
  }
  void publish(const base::Json& claimed) {
    for (auto* server : {&one_, &two_}) {
      server->put(claimed["record"]["name"], {"v=spf1 -all", claimed["record"]["value"]});
    }
  }
  void take_down(const std::string& domain) {
    for (auto* server : {&one_, &two_}) server->remove("_doorward." + domain);
  }
  // A claim that is proven, of an organisation with one connection.
  void prove_acme() {
    publish(claim("acme.com", "acme"));
    connect();
    ask({"domain", "verify", "acme.com"});
  }
  base::Json show(const std::string& org) { return ask({"domain", "list", "--org", org})[0]; }
  Strings told(const std::string& org) {
    Strings lines;
    for (const auto& record : ask({"audit", "list", "--org", org})) {
      const std::string action = record["action"];
      if (action.starts_with("domain.")) lines.push_back(action);
    }
    return lines;
  }
  // What the server does in this time, a look-up at each time that is due.
  void pass(base::Duration time) {
    auto store = open_store();
    http::DnsResolver resolver({.servers = {one_.address(), two_.address()},
                                .try_for = std::chrono::milliseconds(50),
                                .timeout = std::chrono::seconds(2)});
    tests::NoMetrics metrics;
    DomainWatch watch(*store, resolver, clock_, log_, metrics);
    const auto end = clock_.now() + time;
    while (clock_.now() < end) {
      clock_.set(std::min(end, clock_.now() + hours(1)));
      looked_up_ += watch.run();
    }
  }
  tests::DnsServer one_;
  tests::DnsServer two_;
  std::size_t looked_up_ = 0;
};

TEST_F(Domains, NameTheRecordToPublish) {
  const auto added = claim("ACME.com", "acme");
  EXPECT_EQ(added["domain"], "acme.com");
  EXPECT_EQ(added["state"], "unverified");
  EXPECT_EQ(added["record"]["name"], "_doorward.acme.com");
  EXPECT_EQ(added["record"]["type"], "TXT");
  EXPECT_TRUE(added["record"]["value"].get<std::string>().starts_with("doorward-verify="));
  EXPECT_NE(claim("acme.com", "globex")["record"]["value"], added["record"]["value"]);
  EXPECT_EQ(type({"domain", "add", "gmail.com", "--org", "acme"}).code, 1);
  EXPECT_EQ(type({"domain", "add", "co.uk", "--org", "acme"}).code, 1);
  EXPECT_EQ(type({"domain", "add", "acme.com", "--org", "acme"}).code, 1);
}

TEST_F(Domains, AreProvenByTwoResolversThatSeeTheRecord) {
  const auto claimed = claim("acme.com", "acme");
  publish(claimed);
  const auto verified = ask({"domain", "verify", "acme.com"});
  EXPECT_EQ(verified["state"], "verified");
  EXPECT_EQ(verified["operator_vouched"], false);
  EXPECT_EQ(verified["checked_at"], "2026-03-01T12:00:00Z");
  EXPECT_EQ(verified["missing_since"], nullptr);
  EXPECT_EQ(told("acme"), (Strings{"domain.added", "domain.verified"}));
}

TEST_F(Domains, AreNotProvenByOneResolverAlone) {
  const auto claimed = claim("acme.com", "acme");
  // One lies, or the record has not come everywhere.
  one_.put("_doorward.acme.com", {claimed["record"]["value"]});
  two_.put("_doorward.acme.com", {"doorward-verify=of-another", "bell\x07"});
  const auto refused = type({"domain", "verify", "acme.com"});
  EXPECT_EQ(refused.code, 1);
  for (const auto& part :
       {"two resolvers must see", "the record is there", "\"doorward-verify=of-another\"",
        "\"bell?\"", "_doorward.acme.com", "where the console adds acme.com by itself"}) {
    EXPECT_NE(refused.err.find(part), std::string::npos) << part << "\n" << refused.err;
  }
  EXPECT_NE(refused.err.find(one_.address()), std::string::npos);
  EXPECT_NE(refused.err.find(claimed["record"]["value"].get<std::string>()), std::string::npos);
  EXPECT_EQ(show("acme")["state"], "unverified");
  EXPECT_EQ(told("acme"), Strings{"domain.added"});
}

TEST_F(Domains, SayWhatEachResolverAnswered) {
  publish(claim("acme.com", "acme"));
  one_.behave(Mood::servfail);
  two_.behave(Mood::silent);
  auto refused = type({"domain", "verify", "acme.com"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find(one_.address() + ": it could not find out (SERVFAIL)"),
            std::string::npos)
      << refused.err;
  EXPECT_NE(refused.err.find(two_.address() + ": no answer in time"), std::string::npos);
  one_.behave(Mood::honest);
  two_.behave(Mood::honest);
  take_down("acme.com");
  refused = type({"domain", "verify", "acme.com"});
  EXPECT_NE(refused.err.find("there is no such name (NXDOMAIN)"), std::string::npos);
}

TEST_F(Domains, NeedTwoResolversOnTheHost) {
  publish(claim("acme.com", "acme"));
  environment_ = {};
  const auto refused = type({"domain", "verify", "acme.com"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("servers = ["), std::string::npos) << refused.err;
  environment_ = {{"DOORWARD_DNS_SERVERS", one_.address()}};
  EXPECT_NE(type({"domain", "verify", "acme.com"}).err.find("names one resolver"),
            std::string::npos);
  environment_ = {{"DOORWARD_DNS_SERVERS", one_.address() + "," + one_.address()}};
  EXPECT_NE(type({"domain", "verify", "acme.com"}).err.find("twice"), std::string::npos);
  environment_ = {{"DOORWARD_DNS_SERVERS", "dns.example,192.0.2.1"}};
  EXPECT_NE(type({"domain", "verify", "acme.com"}).err.find("no IP address"), std::string::npos);
}

TEST_F(Domains, MayBeVouchedForByTheOperatorAndAreNotLookedUpThen) {
  claim("acme.com", "acme");
  const auto vouched = ask({"domain", "verify", "acme.com", "--trust"});
  EXPECT_EQ(vouched["state"], "verified");
  EXPECT_EQ(vouched["operator_vouched"], true);
  pass(days(3));
  EXPECT_EQ(looked_up_, 0U);
  EXPECT_EQ(one_.asked(), 0);
  EXPECT_EQ(show("acme")["state"], "verified");
}

TEST_F(Domains, BelongToOneOrganisation) {
  set_up_acme();
  ask({"org", "create", "globex"});
  ask({"domain", "add", "acme.com", "--org", "globex"});
  EXPECT_EQ(type({"domain", "verify", "acme.com", "--trust"}).code, 1);
  const auto taken = type({"domain", "verify", "acme.com", "--trust", "--org", "globex"});
  EXPECT_EQ(taken.code, 1);
  EXPECT_NE(taken.err.find("belongs to the organisation `acme`"), std::string::npos) << taken.err;
  publish(ask({"domain", "list", "--org", "globex"})[0]);
  EXPECT_EQ(type({"domain", "verify", "acme.com", "--org", "globex"}).code, 1)
      << "a proof does not take it away";
}

TEST_F(Domains, BindToTheFirstConnectionByThemselvesAndTheOtherWayRound) {
  set_up_acme();
  connect({"--id", "first"});
  EXPECT_EQ(ask({"domain", "list"})[0]["connections"], base::Json({"first"}));
  ask({"domain", "add", "acme.org", "--org", "acme"});
  EXPECT_EQ(ask({"domain", "verify", "acme.org", "--trust"})["connections"], base::Json({"first"}));
  connect({"--id", "second"}, "https://other.example");
  EXPECT_EQ(ask({"domain", "bind", "acme.com", "--connection", "second"})["connections"],
            base::Json({"first", "second"}));
  EXPECT_EQ(actions().back(), "domain.bound");
  ask({"domain", "add", "acme.net", "--org", "acme"});
  EXPECT_EQ(type({"domain", "bind", "acme.net", "--connection", "second"}).code, 1);
}

TEST_F(Domains, GoStaleAndAreReleasedWhenTheRecordStaysAway) {
  prove_acme();
  pass(days(3));
  EXPECT_GE(looked_up_, 2U) << "about once a day";
  EXPECT_LE(looked_up_, 3U);
  EXPECT_EQ(told("acme"), (Strings{"domain.added", "domain.verified"}));

  take_down("acme.com");
  pass(days(2));
  EXPECT_NE(show("acme")["missing_since"], nullptr);
  pass(days(7));
  EXPECT_EQ(show("acme")["state"], "stale");
  EXPECT_EQ(type({"domain", "bind", "acme.com", "--connection", "acme-generic"}).code, 1);
  claim("acme.com", "globex");
  EXPECT_EQ(type({"domain", "verify", "acme.com", "--trust", "--org", "globex"}).code, 1)
      << "a stale domain is still its owner's";
  pass(days(26));
  EXPECT_EQ(show("acme")["state"], "released");
  EXPECT_TRUE(show("acme")["connections"].empty());
  EXPECT_EQ(told("acme"), (Strings{"domain.added", "domain.verified", "domain.missing",
                                   "domain.stale", "domain.released"}));
  const auto records = ask({"audit", "list", "--org", "acme"});
  EXPECT_EQ(records.back()["actor"], "system");
  EXPECT_EQ(records.back()["before"]["state"], "stale");
  EXPECT_EQ(records.back()["after"]["state"], "released");
  EXPECT_EQ(type({"audit", "verify", "--org", "acme"}).code, 0);
}

TEST_F(Domains, ComeBackWithTheRecord) {
  prove_acme();
  take_down("acme.com");
  pass(days(10));
  ASSERT_EQ(show("acme")["state"], "stale");
  publish(show("acme"));
  pass(days(2));
  EXPECT_EQ(show("acme")["state"], "verified");
  EXPECT_EQ(show("acme")["connections"], base::Json({"acme-generic"}));
  take_down("acme.com");
  pass(days(10));
  publish(show("acme"));
  EXPECT_EQ(ask({"domain", "verify", "acme.com"})["state"], "verified") << "or at once, by hand";
}

TEST_F(Domains, AreNotLostWhileResolversFail) {
  prove_acme();
  take_down("acme.com");
  one_.behave(Mood::servfail);
  pass(days(9));
  EXPECT_EQ(show("acme")["state"], "verified");
  EXPECT_EQ(show("acme")["missing_since"], nullptr);
  EXPECT_GT(looked_up_, 150U) << "they are asked again each hour";
}

TEST_F(Domains, ReleasedByHandAreClaimedAnewWithAnotherValue) {
  prove_acme();
  const auto value = show("acme")["record"]["value"];
  EXPECT_EQ(ask({"domain", "release", "acme.com"})["state"], "released");
  EXPECT_EQ(type({"domain", "release", "acme.com"}).code, 1);
  const auto refused = type({"domain", "verify", "acme.com"});
  EXPECT_NE(refused.err.find("was released"), std::string::npos) << refused.err;
  const auto again = claim("acme.com", "acme");
  EXPECT_NE(again["record"]["value"], value);
  EXPECT_EQ(type({"domain", "verify", "acme.com"}).code, 1) << "the old record proves nothing";
  publish(again);
  EXPECT_EQ(ask({"domain", "verify", "acme.com"})["state"], "verified")
      << "who held it last does not wait";
  EXPECT_EQ(told("acme"), (Strings{"domain.added", "domain.verified", "domain.released",
                                   "domain.added", "domain.verified"}));
}

TEST_F(Domains, MakeANewOwnerWaitAndTellTheOldOne) {
  prove_acme();
  ask({"domain", "release", "acme.com"});
  publish(claim("acme.com", "globex"));
  auto waiting = ask({"domain", "verify", "acme.com"});
  EXPECT_EQ(waiting["org"], "globex") << "who let go of it stands in nobody's way";
  EXPECT_EQ(waiting["state"], "waiting");
  EXPECT_EQ(waiting["verified_from"], "2026-03-04T12:00:00Z");
  EXPECT_EQ(told("acme").back(), "domain.taken");
  const auto record = ask({"audit", "list", "--org", "acme"}).back();
  EXPECT_EQ(record["target"], "acme.com");
  EXPECT_EQ(record["after"]["verified_elsewhere_from"], "2026-03-04T12:00:00Z");
  EXPECT_EQ(base::dump_json(record).find("globex"), std::string::npos);

  pass(hours(71));
  EXPECT_EQ(ask({"domain", "verify", "acme.com"})["state"], "waiting");
  EXPECT_EQ(std::ranges::count(told("acme"), "domain.taken"), 1) << "told once";
  pass(hours(1));
  EXPECT_EQ(show("globex")["state"], "verified");
  EXPECT_EQ(told("globex"),
            (Strings{"domain.added", "domain.waiting", "domain.waiting", "domain.verified"}));
  EXPECT_EQ(type({"audit", "verify", "--org", "acme"}).code, 0);
}

TEST_F(Domains, AreTheOldOwnersAgainIfTheyProveThemInTime) {
  prove_acme();
  ask({"domain", "release", "acme.com"});
  publish(claim("acme.com", "globex"));
  ASSERT_EQ(ask({"domain", "verify", "acme.com"})["state"], "waiting");
  publish(claim("acme.com", "acme"));
  EXPECT_EQ(ask({"domain", "verify", "acme.com", "--org", "acme"})["state"], "verified");
  pass(days(4));
  EXPECT_EQ(show("globex")["state"], "unverified");
  EXPECT_EQ(told("globex").back(), "domain.unproven");
  EXPECT_EQ(show("acme")["state"], "verified");
}

TEST_F(Domains, WaitForAnOperatorsWordToo) {
  prove_acme();
  ask({"domain", "release", "acme.com"});
  claim("acme.com", "globex");
  EXPECT_EQ(ask({"domain", "verify", "acme.com", "--trust"})["state"], "waiting");
  pass(hours(73));
  EXPECT_EQ(show("globex")["state"], "verified");
  EXPECT_EQ(one_.asked(), 1) << "only acme's own proof";
}

TEST_F(Domains, AreLookedUpManyAtATime) {
  for (int i = 0; i < 70; ++i) {
    const std::string name = "acme" + std::to_string(i) + ".com";
    publish(claim(name, "acme"));
  }
  auto store = open_store();
  const base::OrgId org = store->load_configuration()->organizations.at(0).id;
  ASSERT_TRUE(store->write(org, [&](store::Tx& tx) {
    for (auto& domain : tx.list_domains()) {
      domain.state = jit::DomainState::verified;
      domain.verified_at = clock_.now();
      domain.next_check_at = clock_.now();
      (void)tx.put_domain(domain);
    }
    return store::Verdict::commit;
  }));
  http::DnsResolver resolver({.servers = {one_.address(), two_.address()},
                              .try_for = std::chrono::milliseconds(300),
                              .timeout = std::chrono::seconds(2)});
  tests::NoMetrics metrics;
  DomainWatch watch(*store, resolver, clock_, log_, metrics);
  EXPECT_EQ(watch.run(), 64U) << "in portions";
  EXPECT_EQ(watch.run(), 6U);
  EXPECT_EQ(watch.run(), 0U);
  for (const auto& domain : ask({"domain", "list"})) EXPECT_EQ(domain["state"], "verified");
  clock_.advance(days(2));
  watch.stop();
  watch.run();
  EXPECT_EQ(one_.asked(), 70) << "a server that stops begins no look-up";
}

// A clock that ran ahead must not keep the server from looking for years.
TEST_F(Domains, AreLookedUpAfterAClockThatRanAhead) {
  prove_acme();
  clock_.advance(days(1000));
  pass(hours(1));
  clock_.advance(-days(1000));
  looked_up_ = 0;
  pass(days(2));
  EXPECT_GE(looked_up_, 2U);
}

TEST_F(Domains, AreLookedUpByTheRunningServer) {
  prove_acme();
  take_down("acme.com");
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  auto process = process_on(in, out, err);
  ConfigSources sources;
  sources.path = path("doorward.toml");
  sources.path_was_given = true;
  sources.environment = environment_;
  clock_.advance(days(2));
  const auto served = serve(process, sources, [&](const Serving&) {
    for (int i = 0; i < 400 && told("acme").back() != "domain.missing"; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    EXPECT_EQ(told("acme").back(), "domain.missing");
  });
  EXPECT_TRUE(served);
  EXPECT_NE(err.str().find("action=domain.missing"), std::string::npos) << err.str();
}

}  // namespace
}  // namespace doorward::app
