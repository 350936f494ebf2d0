#include <gtest/gtest.h>

#include "tests/store/conformance.h"

// What a login is decided by.
namespace doorward::store {
namespace {

TEST_P(StoreConformance, SnapshotKnowsTheSubject) {
  auto found = snapshot(keys("00u-ada", "alt-ada", "ada@acme.com"));
  EXPECT_TRUE(found.organization_enabled);
  EXPECT_TRUE(found.connection_enabled);
  EXPECT_EQ(found.allowed_domains, std::vector<std::string>{"acme.com"});
  EXPECT_TRUE(found.email_domain_verified);
  EXPECT_TRUE(found.email_domain_bound_here);
  ASSERT_TRUE(found.identity);
  EXPECT_EQ(found.identity->alt_subject, "alt-ada");
  ASSERT_TRUE(found.known);
  EXPECT_EQ(found.known->id, kAda);
  EXPECT_TRUE(found.same_alt_subject.empty());
  EXPECT_TRUE(found.same_email.empty());
  EXPECT_FALSE(found.email_held_by_other);
  EXPECT_FALSE(found.tombstone);
  EXPECT_EQ(found.seats_used, 2U);
}

TEST_P(StoreConformance, SnapshotFindsOthersByAddressAndAltSubject) {
  auto found = snapshot(keys("00u-x", "alt-bob", "ADA@acme.com"));
  EXPECT_FALSE(found.known);
  ASSERT_EQ(found.same_email.size(), 1U);
  EXPECT_EQ(found.same_email[0].member.id, kAda);
  EXPECT_TRUE(found.same_email[0].has_identity_here);
  EXPECT_FALSE(found.same_email[0].has_identity_elsewhere);
  ASSERT_EQ(found.same_alt_subject.size(), 1U);
  EXPECT_EQ(found.same_alt_subject[0].member.id, kBob);
  EXPECT_EQ(found.same_alt_subject[0].bound_as, subject(kAcmeOkta, "00u-bob"));
  EXPECT_TRUE(found.email_held_by_other);
  EXPECT_FALSE(found.tombstone);

  found = snapshot(keys("00u-x", "", "ada@acme.com", sp::EmailTrust::claimed));
  EXPECT_TRUE(found.same_email.empty()) << "a claim matches nothing";
  EXPECT_FALSE(found.email_held_by_other);
  found = snapshot(keys("00u-x", "", ""));
  EXPECT_FALSE(found.email_domain_verified);
  EXPECT_TRUE(found.same_alt_subject.empty());
}

TEST_P(StoreConformance, SnapshotAsksTheWholeInstallationWhoOwnsADomain) {
  write([&](Tx& tx) {
    (void)tx.put_domain(domain(kAcme, jit::DomainState::unverified, {kAcmeOkta}));
  });
  auto found = snapshot(keys("00u-x", "", "ada@acme.com"));
  EXPECT_FALSE(found.email_domain_verified);
  EXPECT_TRUE(found.same_email.empty()) << "the binding is gone, and with it the trust";
  auto foreign = domain(kTwin, jit::DomainState::verified, {});
  foreign.name = "globex.com";
  ASSERT_TRUE(store_->write(kTwin, [&](Tx& tx) {
    (void)tx.put_domain(foreign);
    return Verdict::commit;
  }));
  found = snapshot(keys("00u-x", "", "eve@globex.com"));
  EXPECT_TRUE(found.email_domain_verified);
  EXPECT_FALSE(found.email_domain_bound_here);
  twin_ = portrait_of_twin(*store_);
}

TEST_P(StoreConformance, SnapshotSeesTombstones) {
  auto gone = change(kAda);
  gone.status = jit::MemberStatus::deprovisioned;
  write([&](Tx& tx) {
    tx.apply(gone);
    (void)tx.put_connection([] {
      auto second = connection(kAcme, base::ConnectionId("acme-second"));
      second.sp_entity_id = "urn:second";
      return second;
    }());
  });
  EXPECT_TRUE(snapshot(keys("00u-x", "", "ada@acme.com")).tombstone) << "by the address";
  EXPECT_FALSE(snapshot(keys("00u-ada", "", "ada@acme.com")).tombstone) << "known";
  LoginKeys elsewhere = keys("00u-ada", "", "");
  elsewhere.subject.connection = base::ConnectionId("acme-second");
  EXPECT_TRUE(snapshot(elsewhere).tombstone) << "the same subject by another connection";
  elsewhere.subject.format = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
  EXPECT_FALSE(snapshot(elsewhere).tombstone) << "another kind of name";
}

TEST_P(StoreConformance, SnapshotSeesTheSuspendedByEveryConnectionToTheirIdp) {
  auto out = change(kBob);
  out.status = jit::MemberStatus::suspended;
  write([&](Tx& tx) {
    tx.apply(out);
    (void)tx.put_connection([] {
      auto second = connection(kAcme, base::ConnectionId("acme-second"));
      second.sp_entity_id = "urn:second";
      return second;
    }());
  });
  EXPECT_FALSE(snapshot(keys("00u-bob", "alt-bob", "")).tombstone) << "known: they are suspended";
  LoginKeys elsewhere = keys("00u-bob", "", "");
  elsewhere.subject.connection = base::ConnectionId("acme-second");
  EXPECT_TRUE(snapshot(elsewhere).tombstone) << "the same subject";
  elsewhere.subject.sp_name_qualifier = "urn:second";
  EXPECT_TRUE(snapshot(elsewhere).tombstone) << "qualified by the other service provider";
  elsewhere.subject.name_qualifier = "urn:other";
  EXPECT_FALSE(snapshot(elsewhere).tombstone) << "qualified by another namespace of the IdP";

  elsewhere = keys("00u-renamed", "alt-bob", "");
  elsewhere.subject.connection = base::ConnectionId("acme-second");
  EXPECT_TRUE(snapshot(elsewhere).tombstone) << "the same immutable attribute";
  elsewhere.subject.idp_entity_id = "https://other.example";
  EXPECT_FALSE(snapshot(elsewhere).tombstone) << "another IdP's immutable attribute";
  out.status = jit::MemberStatus::active;
  write([&](Tx& tx) { tx.apply(out); });
  EXPECT_FALSE(snapshot(keys("00u-renamed", "alt-bob", "")).tombstone);
}

TEST_P(StoreConformance, SnapshotCountsSeatsOfActiveMembers) {
  auto limited = organization(kAcme);
  limited.policy.seat_limit = 2;
  auto leased = change(kAda);
  leased.lease_until = kNow + hours(1);
  write([&](Tx& tx) {
    tx.put_organization(limited);
    tx.apply(leased);
  });
  EXPECT_EQ(snapshot(keys("x", "", "")).seats_used, 2U);
  EXPECT_EQ(snapshot(keys("x", "", ""), kNow + hours(1)).seats_used, 1U) << "a lease has ended";
  auto gone = change(kAda);
  gone.status = jit::MemberStatus::suspended;
  write([&](Tx& tx) { tx.apply(gone); });
  EXPECT_EQ(snapshot(keys("x", "", "")).seats_used, 1U);
  gone.status = jit::MemberStatus::active;
  write([&](Tx& tx) { tx.apply(gone); });
  EXPECT_EQ(snapshot(keys("x", "", "")).seats_used, 2U);
}

}  // namespace
}  // namespace doorward::store
