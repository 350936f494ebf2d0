#include <gtest/gtest.h>

#include "tests/store/conformance.h"

// Domains: what is kept of a claim, who holds it elsewhere, and when it is looked up.
namespace doorward::store {
namespace {

TEST_P(StoreConformance, SnapshotMatchesNobodyByAStaleDomain) {
  write([&](Tx& tx) { (void)tx.put_domain(domain(kAcme, jit::DomainState::stale, {kAcmeOkta})); });
  auto found = snapshot(keys("00u-x", "", "ada@acme.com"));
  EXPECT_TRUE(found.email_domain_verified) << "it is still taken";
  EXPECT_FALSE(found.email_domain_bound_here);
  EXPECT_TRUE(found.email_domain_stale_here);
  EXPECT_TRUE(found.same_email.empty());
  write([&](Tx& tx) { (void)tx.put_domain(domain(kAcme, jit::DomainState::stale, {})); });
  EXPECT_FALSE(snapshot(keys("00u-x", "", "ada@acme.com")).email_domain_stale_here);
  for (const auto state : {jit::DomainState::released, jit::DomainState::waiting}) {
    write([&](Tx& tx) { (void)tx.put_domain(domain(kAcme, state, {kAcmeOkta})); });
    found = snapshot(keys("00u-x", "", "ada@acme.com"));
    EXPECT_FALSE(found.email_domain_verified) << jit::name_of(state);
    EXPECT_FALSE(found.email_domain_bound_here);
    EXPECT_FALSE(found.email_domain_stale_here);
    EXPECT_TRUE(found.same_email.empty());
  }
}

TEST_P(StoreConformance, KeepsAllThatIsKnownOfADomain) {
  auto made = domain(kAcme, jit::DomainState::stale, {kAcmeOkta});
  made.state_at = kNow + hours(1);
  made.verified_at = kNow + hours(2);
  made.missing_since = kNow + hours(3);
  made.checked_at = kNow + hours(4);
  made.next_check_at = kNow + hours(5);
  std::vector<jit::Domain> found;
  write([&](Tx& tx) {
    EXPECT_TRUE(tx.put_domain(made));
    found = tx.list_domains();
  });
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].state, jit::DomainState::stale);
  EXPECT_EQ(found[0].state_at, made.state_at);
  EXPECT_EQ(found[0].verified_at, made.verified_at);
  EXPECT_EQ(found[0].missing_since, made.missing_since);
  EXPECT_EQ(found[0].checked_at, made.checked_at);
  EXPECT_EQ(found[0].next_check_at, made.next_check_at);
  for (const auto state : {jit::DomainState::unverified, jit::DomainState::released,
                           jit::DomainState::waiting, jit::DomainState::verified}) {
    write([&](Tx& tx) {
      EXPECT_TRUE(tx.put_domain(domain(kAcme, state, {})));
      EXPECT_EQ(tx.list_domains().at(0).state, state);
    });
  }
}

TEST_P(StoreConformance, KnowsWhoHoldsOrHeldADomainElsewhere) {
  const auto elsewhere = [&] {
    jit::DomainElsewhere found;
    EXPECT_TRUE(store_->read(kTwin, [&](Tx& tx) { found = tx.domain_elsewhere("acme.com"); }));
    return found;
  };
  EXPECT_EQ(elsewhere().holder, kAcme);
  for (const auto state : {jit::DomainState::stale, jit::DomainState::released}) {
    auto changed = domain(kAcme, state, {});
    changed.verified_at = kNow - hours(5);
    write([&](Tx& tx) { EXPECT_TRUE(tx.put_domain(changed)); });
    const bool held = state == jit::DomainState::stale;
    EXPECT_EQ(elsewhere().holder, held ? std::optional(kAcme) : std::nullopt);
    ASSERT_EQ(elsewhere().last_holder.has_value(), !held);
    if (!held) {
      EXPECT_EQ(elsewhere().last_holder->org, kAcme);
      EXPECT_EQ(elsewhere().last_holder->verified_at, kNow - hours(5));
    }
  }
  read([](Tx& tx) { EXPECT_FALSE(tx.domain_elsewhere("acme.com").last_holder) << "only claimed"; });
  auto never = domain(kAcme, jit::DomainState::unverified, {});
  write([&](Tx& tx) { EXPECT_TRUE(tx.put_domain(never)); });
  EXPECT_FALSE(elsewhere().last_holder);
}

TEST_P(StoreConformance, FindsTheDomainsWhoseLookUpIsDue) {
  const auto due = [&](base::Instant now, std::size_t limit = 10) {
    std::vector<std::string> names;
    const auto found = store_->due_domains(now, limit);
    EXPECT_TRUE(found);
    for (const auto& each : *found) names.push_back(each.name);
    return names;
  };
  EXPECT_TRUE(due(kNow + hours(1000)).empty());
  auto early = domain(kAcme, jit::DomainState::verified, {kAcmeOkta});
  early.next_check_at = kNow + hours(1);
  auto late = early;
  late.name = "acme.net";
  late.next_check_at = kNow + hours(2);
  write([&](Tx& tx) {
    EXPECT_TRUE(tx.put_domain(early));
    EXPECT_TRUE(tx.put_domain(late));
  });
  EXPECT_TRUE(due(kNow).empty());
  EXPECT_EQ(due(kNow + hours(1)), std::vector<std::string>{"acme.com"});
  EXPECT_EQ(due(kNow + hours(2)), (std::vector<std::string>{"acme.com", "acme.net"}));
  EXPECT_EQ(due(kNow + hours(2), 1), std::vector<std::string>{"acme.com"});
  EXPECT_EQ(due(kNow - hours(10'000)).size(), 2U) << "a wrong clock planned them";

  told_.clear();
  early.checked_at = kNow + hours(1);
  early.next_check_at = kNow + hours(25);
  write([&](Tx& tx) { tx.note_domain_check(early); });
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_FALSE(told_[0].configuration) << "nothing that anybody caches";
  EXPECT_EQ(due(kNow + hours(2)), std::vector<std::string>{"acme.net"});
  read([&](Tx& tx) { EXPECT_EQ(tx.list_domains().at(0).checked_at, early.checked_at); });
}

}  // namespace
}  // namespace doorward::store
