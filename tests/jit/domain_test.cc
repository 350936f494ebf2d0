#include "jit/domain.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "jit/domain_decision.h"
#include "tests/support/world.h"

namespace doorward::jit {
namespace {

using std::chrono::days;
using std::chrono::hours;
using Outcome = base::TxtObservation::Outcome;
using Observations = std::vector<base::TxtObservation>;

constexpr const char* kValue = "doorward-verify=abc";
const base::Instant kStart = tests::at("2026-03-01T12:00:00Z");
const base::OrgId kAcme{"01HACME0000000000000000000"};
const base::OrgId kGlobex{"01HGL0BEX00000000000000000"};

base::TxtObservation sees(std::vector<std::string> texts = {kValue}) {
  return {"192.0.2.1:53", Outcome::found, std::move(texts), ""};
}
base::TxtObservation denies() {
  return {"192.0.2.2:53", Outcome::absent, {}, "NXDOMAIN"};
}
base::TxtObservation fails() {
  return {"192.0.2.3:53", Outcome::failed, {}, "SERVFAIL"};
}
const Observations kThere{sees(), sees()};
const Observations kGone{denies(), denies()};
const Observations kSilence{fails(), fails()};

Domain claim() {
  Domain domain;
  domain.name = "acme.com";
  domain.org = kAcme;
  domain.txt_value = kValue;
  domain.created_at = kStart;
  domain.state_at = kStart;
  return domain;
}
Domain proven(base::Instant at = kStart) {
  return decide_domain_proof(claim(), kThere, {}, at).value().domain;
}
// Looked up at every due time until `end`; the actions on the way.
std::vector<std::string> live(Domain& domain, const Observations& seen, base::Instant end,
                              const DomainElsewhere& elsewhere = {}) {
  std::vector<std::string> actions;
  while (domain.next_check_at && *domain.next_check_at <= end) {
    const auto change = decide_domain_check(domain, seen, elsewhere, *domain.next_check_at);
    domain = change.domain;
    if (!change.action.empty()) actions.emplace_back(change.action);
  }
  return actions;
}
using Actions = std::vector<std::string>;

TEST(ParseDomain, TakesDomainsInLowerCase) {
  EXPECT_EQ(parse_domain("Acme.COM"), "acme.com");
  EXPECT_EQ(parse_domain("eu.acme.co.uk"), "eu.acme.co.uk");
  EXPECT_EQ(parse_domain("xn--bcher-kva.example"), "xn--bcher-kva.example");
  EXPECT_EQ(parse_domain("3m.com"), "3m.com");
}

TEST(ParseDomain, RefusesWhatCannotBeOne) {
  for (const char* text : {"", "com", ".", "acme.", ".com", "acme..com", "-acme.com", "acme-.com",
                           "ac_me.com", "acme.com.", "ada@acme.com", "acme.com/", "acme com",
                           "b\xc3\xbc"
                           "cher.example",
                           "192.168.0.1", "*.acme.com", "acme.com\n"}) {
    EXPECT_FALSE(parse_domain(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_domain(std::string(64, 'a') + ".com").has_value());
  std::string long_name;
  while (long_name.size() < 240) long_name += "abcdefghi.";
  EXPECT_TRUE(parse_domain(long_name + "com").has_value());
  EXPECT_FALSE(parse_domain(long_name + "info").has_value());
}

TEST(ParseDomain, RefusesMailProvidersAndPublicSuffixes) {
  for (const char* text :
       {"gmail.com", "GMail.com", "outlook.com", "gmx.de", "qq.com", "co.uk", "com.au", "github.io",
        "onmicrosoft.com", "xn--p1ai", "herokuapp.com", "s3.amazonaws.com"}) {
    EXPECT_FALSE(parse_domain(text).has_value()) << text;
  }
  EXPECT_TRUE(parse_domain("acme.onmicrosoft.com").has_value());
  EXPECT_TRUE(parse_domain("notgmail.com").has_value());
  EXPECT_TRUE(parse_domain("acme.internal").has_value()) << "a top-level domain of one's own";
}

TEST(DomainStates, HaveNamesThatAreReadBack) {
  for (int i = 0; i <= static_cast<int>(DomainState::verified); ++i) {
    const auto state = static_cast<DomainState>(i);
    EXPECT_EQ(parse_domain_state(name_of(state)), state);
  }
  EXPECT_EQ(parse_domain_state("Verified"), std::nullopt);
}

TEST(JudgeRecord, NeedsTwoResolversThatAgree) {
  const auto judge = [](const Observations& seen) { return judge_record(kValue, seen); };
  EXPECT_EQ(judge({}), Sighting::unknown);
  EXPECT_EQ(judge({sees()}), Sighting::unknown);
  EXPECT_EQ(judge({denies()}), Sighting::unknown);
  EXPECT_EQ(judge({sees(), sees()}), Sighting::present);
  EXPECT_EQ(judge({denies(), denies()}), Sighting::absent);
  EXPECT_EQ(judge({sees(), denies()}), Sighting::unknown);
  EXPECT_EQ(judge({sees(), fails()}), Sighting::unknown);
  EXPECT_EQ(judge({denies(), fails()}), Sighting::unknown);
  EXPECT_EQ(judge({fails(), fails(), fails()}), Sighting::unknown);
  EXPECT_EQ(judge({sees(), sees(), denies()}), Sighting::present);
  EXPECT_EQ(judge({sees(), denies(), denies()}), Sighting::unknown) << "one who sees stops a no";
  EXPECT_EQ(judge({sees(), sees(), denies(), denies()}), Sighting::unknown);
  EXPECT_EQ(judge({denies(), denies(), fails()}), Sighting::absent);
}

TEST(JudgeRecord, TakesTheWholeValueAmongManyAndNothingElse) {
  const auto twice = [](const std::vector<std::string>& texts) {
    return judge_record(kValue, {sees(texts), sees(texts)});
  };
  EXPECT_EQ(twice({"v=spf1 -all", kValue, "x"}), Sighting::present);
  for (const auto* near :
       {"doorward-verify=ab", "doorward-verify=abcd", "DOORWARD-VERIFY=abc", " doorward-verify=abc",
        "doorward-verify=abc ", "\"doorward-verify=abc\"", "doorward-verify=", ""}) {
    EXPECT_EQ(twice({near}), Sighting::absent) << near;
  }
  EXPECT_EQ(judge_record("", {sees({""}), sees({""})}), Sighting::absent) << "no value, no proof";
}

TEST(DomainProof, MakesAClaimTheOrganisations) {
  const auto change = decide_domain_proof(claim(), kThere, {}, kStart).value();
  EXPECT_EQ(change.domain.state, DomainState::verified);
  EXPECT_EQ(change.domain.verified_at, kStart);
  EXPECT_EQ(change.domain.checked_at, kStart);
  EXPECT_FALSE(change.domain.operator_vouched);
  EXPECT_EQ(change.action, "domain.verified");
  EXPECT_EQ(change.tell, std::nullopt);
  const auto next = change.domain.next_check_at.value() - kStart;
  EXPECT_GE(next, hours(22));
  EXPECT_LE(next, hours(26));
}

TEST(DomainProof, SpreadsTheLookUpsOverTheDay) {
  std::set<base::Instant> times;
  for (int i = 0; i < 100; ++i) {
    auto domain = claim();
    domain.name = "acme" + std::to_string(i) + ".com";
    times.insert(decide_domain_proof(domain, kThere, {}, kStart)->domain.next_check_at.value());
  }
  EXPECT_GT(times.size(), 90U);
}

TEST(DomainProof, RefusesWhatTwoResolversDoNotSee) {
  for (const auto& seen : {Observations{}, Observations{sees()}, Observations{sees(), fails()},
                           Observations{sees(), denies()}, kGone, kSilence}) {
    EXPECT_EQ(decide_domain_proof(claim(), seen, {}, kStart).error(), DomainDeny::unproven);
  }
}

TEST(DomainProof, GivesADomainToOneOrganisationOnly) {
  const DomainElsewhere elsewhere{.holder = kGlobex, .last_holder = std::nullopt};
  EXPECT_EQ(decide_domain_proof(claim(), kThere, elsewhere, kStart).error(), DomainDeny::taken);
  EXPECT_EQ(decide_domain_proof(claim(), std::nullopt, elsewhere, kStart).error(),
            DomainDeny::taken);
}

TEST(DomainProof, RefusesAReleasedClaim) {
  const auto released = release_domain(proven(), kStart + days(1)).domain;
  EXPECT_EQ(decide_domain_proof(released, kThere, {}, kStart + days(2)).error(),
            DomainDeny::released);
  EXPECT_EQ(decide_domain_proof(released, std::nullopt, {}, kStart + days(2)).error(),
            DomainDeny::released);
}

TEST(DomainProof, LetsTheOperatorVouchAndDnsEndIt) {
  auto vouched = decide_domain_proof(claim(), std::nullopt, {}, kStart).value().domain;
  EXPECT_EQ(vouched.state, DomainState::verified);
  EXPECT_TRUE(vouched.operator_vouched);
  EXPECT_EQ(vouched.next_check_at, std::nullopt) << "it is never looked up";
  vouched = decide_domain_proof(vouched, kThere, {}, kStart + days(1)).value().domain;
  EXPECT_FALSE(vouched.operator_vouched);
  EXPECT_TRUE(vouched.next_check_at);
  EXPECT_EQ(vouched.verified_at, kStart);
}

TEST(DomainProof, MakesANewOwnerWaitSeventyTwoHoursAndTellsTheOldOneOnce) {
  const DomainElsewhere elsewhere{
      .holder = std::nullopt, .last_holder = {{.org = kGlobex, .verified_at = kStart - days(90)}}};
  for (const auto& proof : {std::optional(kThere), std::optional<Observations>()}) {
    auto change = decide_domain_proof(claim(), proof, elsewhere, kStart).value();
    EXPECT_EQ(change.domain.state, DomainState::waiting);
    EXPECT_FALSE(change.domain.held());
    EXPECT_EQ(change.action, "domain.waiting");
    EXPECT_EQ(change.tell, kGlobex);
    EXPECT_EQ(change.domain.next_check_at, kStart + hours(72));

    const auto early = kStart + hours(72) - std::chrono::milliseconds(1);
    auto again = decide_domain_proof(change.domain, proof, elsewhere, early).value();
    EXPECT_EQ(again.domain.state, DomainState::waiting);
    EXPECT_EQ(again.domain.state_at, kStart) << "asking again does not start it anew";
    EXPECT_EQ(again.tell, std::nullopt);
    again = decide_domain_proof(change.domain, proof, elsewhere, kStart + hours(72)).value();
    EXPECT_EQ(again.domain.state, DomainState::verified);
    EXPECT_EQ(again.domain.verified_at, kStart + hours(72));
  }
}

TEST(DomainProof, GivesADomainBackToItsLastOwnerAtOnce) {
  auto back = claim();
  back.verified_at = kStart - days(10);
  DomainElsewhere elsewhere{.holder = std::nullopt,
                            .last_holder = {{.org = kGlobex, .verified_at = kStart - days(90)}}};
  EXPECT_EQ(decide_domain_proof(back, kThere, elsewhere, kStart)->domain.state,
            DomainState::verified);
  elsewhere.last_holder->verified_at = kStart - days(5);
  EXPECT_EQ(decide_domain_proof(back, kThere, elsewhere, kStart)->domain.state,
            DomainState::waiting);
}

TEST(DomainCheck, GoesStaleAfterSevenDaysAndIsReleasedAfterThirty) {
  auto domain = proven();
  domain.connections = {base::ConnectionId("acme-okta")};
  EXPECT_EQ(live(domain, kThere, kStart + days(10)), Actions{});
  EXPECT_EQ(live(domain, kGone, kStart + days(12)), Actions{"domain.missing"});
  const auto missing = domain.missing_since.value();
  EXPECT_EQ(live(domain, kGone, missing + days(7) - hours(1)), Actions{});
  EXPECT_EQ(domain.state, DomainState::verified);
  EXPECT_EQ(live(domain, kGone, missing + days(8) + hours(3)), Actions{"domain.stale"});
  EXPECT_TRUE(domain.held()) << "nobody else may have it";
  EXPECT_FALSE(domain.connections.empty());
  EXPECT_EQ(live(domain, kGone, missing + days(30) - hours(1)), Actions{});
  EXPECT_EQ(live(domain, kGone, missing + days(33)), Actions{"domain.released"});
  EXPECT_EQ(domain.state, DomainState::released);
  EXPECT_TRUE(domain.connections.empty());
  EXPECT_TRUE(domain.verified_at) << "who held it stays known";
  EXPECT_EQ(domain.next_check_at, std::nullopt);
}

TEST(DomainCheck, ComesBackWithItsRecord) {
  auto domain = proven();
  EXPECT_EQ(live(domain, kGone, kStart + days(3)), Actions{"domain.missing"});
  EXPECT_EQ(live(domain, kThere, kStart + days(5)), Actions{"domain.found"});
  EXPECT_EQ(domain.missing_since, std::nullopt) << "the seven days begin anew";
  EXPECT_EQ(live(domain, kGone, kStart + days(16)), (Actions{"domain.missing", "domain.stale"}));
  EXPECT_EQ(live(domain, kThere, kStart + days(18)), Actions{"domain.verified"});
  EXPECT_EQ(domain.state, DomainState::verified);
  EXPECT_EQ(domain.verified_at, kStart) << "it was the organisation's all the time";
}

TEST(DomainCheck, MovesNothingWhileResolversFailOrDiffer) {
  for (const auto& seen : {kSilence, Observations{}, Observations{denies(), fails()},
                           Observations{sees(), denies()}, Observations{denies()}}) {
    auto domain = proven();
    EXPECT_EQ(live(domain, seen, kStart + days(100)), Actions{});
    EXPECT_EQ(domain.state, DomainState::verified);
    EXPECT_EQ(domain.missing_since, std::nullopt);
    EXPECT_EQ(domain.checked_at, kStart);
    EXPECT_EQ(live(domain, kGone, kStart + days(102)), Actions{"domain.missing"})
        << "the clock starts at the first answer";
  }
}

TEST(DomainCheck, AsksAgainWithinTheHourWhenResolversFail) {
  const auto domain = proven();
  const auto due = domain.next_check_at.value();
  EXPECT_EQ(decide_domain_check(domain, kSilence, {}, due).domain.next_check_at, due + hours(1));
}

TEST(DomainCheck, NeverGoesFromVerifiedToReleasedAtOnce) {
  auto domain = proven();
  EXPECT_EQ(live(domain, kGone, kStart + days(2)), Actions{"domain.missing"});
  // The server was off for a year.
  auto change = decide_domain_check(domain, kGone, {}, kStart + days(365));
  EXPECT_EQ(change.action, "domain.stale");
  domain = change.domain;
  EXPECT_EQ(live(domain, kGone, kStart + days(365 + 22)), Actions{});
  EXPECT_EQ(live(domain, kGone, kStart + days(365 + 25)), Actions{"domain.released"});
}

TEST(DomainCheck, DoesNotLookAtWhatTheOperatorVouchesFor) {
  const auto vouched = decide_domain_proof(claim(), std::nullopt, {}, kStart).value().domain;
  const auto change = decide_domain_check(vouched, kGone, {}, kStart + days(100));
  EXPECT_EQ(change.action, "");
  EXPECT_EQ(change.domain.state, DomainState::verified);
  EXPECT_EQ(change.domain.missing_since, std::nullopt);
}

TEST(DomainCheck, EndsTheWaitOnlyIfTheProofStillStands) {
  const DomainElsewhere elsewhere{
      .holder = std::nullopt, .last_holder = {{.org = kGlobex, .verified_at = kStart - days(90)}}};
  const auto waiting = decide_domain_proof(claim(), kThere, elsewhere, kStart).value().domain;
  const auto due = kStart + hours(72);
  EXPECT_EQ(decide_domain_check(waiting, kThere, elsewhere, due).domain.state,
            DomainState::verified);
  EXPECT_EQ(decide_domain_check(waiting, kThere, elsewhere, due - hours(1)).domain.state,
            DomainState::waiting);

  const auto fallen = decide_domain_check(waiting, kGone, elsewhere, due);
  EXPECT_EQ(fallen.action, "domain.unproven");
  EXPECT_EQ(fallen.domain.state, DomainState::unverified);

  const auto later = decide_domain_check(waiting, kSilence, elsewhere, due);
  EXPECT_EQ(later.domain.state, DomainState::waiting);
  EXPECT_EQ(later.domain.next_check_at, due + hours(1));

  const DomainElsewhere back{.holder = kGlobex, .last_holder = std::nullopt};
  EXPECT_EQ(decide_domain_check(waiting, kThere, back, due).action, "domain.unproven")
      << "the old owner has proven it again";

  const auto vouched = decide_domain_proof(claim(), std::nullopt, elsewhere, kStart)->domain;
  EXPECT_EQ(decide_domain_check(vouched, {}, elsewhere, due).domain.state, DomainState::verified);
}

// Whatever resolvers say in whatever order: no step without two that agree, never two steps at
// once, no release before 30 days of absence, and the claim is nobody else's meanwhile.
TEST(DomainCheck, KeepsItsPromisesUnderAnyWeather) {
  std::mt19937_64 engine(7);
  for (int round = 0; round < 300; ++round) {
    auto domain = proven();
    base::Instant last_seen = kStart;
    base::Instant now = kStart;
    for (int step = 0; step < 200 && domain.state != DomainState::released; ++step) {
      now += hours(1 + engine() % 60);
      const auto weather = engine() % (round % 2 == 0 ? 3 : 40);
      const auto& seen = weather == 0 ? kThere : weather == 1 ? kSilence : kGone;
      const auto before = domain;
      const auto change = decide_domain_check(domain, seen, {}, now);
      domain = change.domain;
      if (weather == 0) last_seen = now;
      if (domain.state != before.state) {
        EXPECT_FALSE(change.action.empty());
        EXPECT_NE(weather, 1U) << "a failing resolver decides nothing";
      }
      if (domain.state == DomainState::stale) {
        EXPECT_GE(now - last_seen, kDomainStaleAfter);
      }
      if (domain.state == DomainState::released) {
        EXPECT_EQ(before.state, DomainState::stale);
        EXPECT_GE(now - last_seen, kDomainReleasedAfter);
      } else {
        EXPECT_TRUE(domain.held());
        EXPECT_GT(domain.next_check_at.value(), now);
      }
    }
  }
}

}  // namespace
}  // namespace doorward::jit
