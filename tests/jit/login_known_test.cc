#include <gtest/gtest.h>

#include "tests/jit/login_world.h"

// The rows about the message and about members who are known, L1 to L5b: a test or more for each.
namespace doorward::jit {
namespace {

using std::chrono::hours;

TEST(RuleL1, DeniesWhenConnectionOrOrganisationIsOff) {
  Login login;
  login.snapshot.connection_enabled = false;
  EXPECT_EQ(told(login), "L1 CONNECTION_OFF");
  login.snapshot.connection_enabled = true;
  login.snapshot.organization_enabled = false;
  EXPECT_EQ(told(login), "L1 CONNECTION_OFF");
}

TEST(RuleL1, DeniesADomainThatIsNotOnTheList) {
  Login login;
  login.snapshot.allowed_domains = {"globex.com"};
  EXPECT_EQ(told(login), "L1 DOMAIN_NOT_ALLOWED");
  login.snapshot.allowed_domains = {"globex.com", "acme.com"};
  EXPECT_EQ(told(login), "L18 admitted");
}

TEST(RuleL1, LetsNobodyNewInThroughAStaleDomain) {
  Login login;
  login.with_stale_domain();
  EXPECT_EQ(told(login), "L1 DOMAIN_STALE");
  login.shares_email_with(member("01EVE"));
  EXPECT_EQ(told(login), "L1 DOMAIN_STALE") << "no link (L12)";
  login.shares_alt_subject_with(member("01ALT"));
  EXPECT_EQ(told(login), "L1 DOMAIN_STALE") << "no new binding (L9)";
  login.knows(member("01ADA"));
  EXPECT_EQ(told(login), "L2 admitted");
}

TEST(RuleL1, DoesNotTakeASubdomainOrAnEndingForTheDomain) {
  Login login;
  login.snapshot.allowed_domains = {"acme.com"};
  for (const char* address : {"ada@eu.acme.com", "ada@notacme.com", "ada@acme.com.evil.example"}) {
    login.asserted.email->address = address;
    EXPECT_EQ(told(login), "L1 DOMAIN_NOT_ALLOWED") << address;
  }
}

TEST(RuleL1, DeniesWhoAssertsNoAddressWhereThereIsAList) {
  Login login;
  login.snapshot.allowed_domains = {"acme.com"};
  login.asserted.email.reset();
  EXPECT_EQ(told(login), "L1 DOMAIN_NOT_ALLOWED");
}

TEST(RuleL1, AppliesToMembersToo) {
  Login login;
  login.knows(member("01ADA"));
  login.snapshot.allowed_domains = {"globex.com"};
  EXPECT_EQ(told(login), "L1 DOMAIN_NOT_ALLOWED");
}

TEST(RuleL1, DeniesADomainThatIsVerifiedAndNotBoundHere) {
  Login login;
  login.snapshot.email_domain_bound_here = false;
  EXPECT_EQ(told(login), "L1 DOMAIN_NOT_ALLOWED");
  login.asserted.email->trust = sp::EmailTrust::claimed;
  EXPECT_EQ(told(login), "L1 DOMAIN_NOT_ALLOWED");
}

TEST(RuleL1, LetsAClaimedAddressOfNobodysDomainPass) {
  Login login;
  login.without_trusted_email();
  EXPECT_EQ(told(login), "L18 admitted");
}

TEST(RuleL1a, DeniesAFormatThatThePresetDoesNotTake) {
  Login login;
  login.preset.name_id_formats = {std::string(kPersistent)};
  login.asserted.format = kEmailAddress;
  EXPECT_EQ(told(login), "L1a NAMEID_FORMAT");
  login.asserted.format = kPersistent;
  EXPECT_EQ(told(login), "L18 admitted");
}

TEST(RuleL1a, TakesAnAbsentFormatForUnspecified) {
  Login login;
  login.asserted.format = "";
  EXPECT_EQ(told(login), "L18 admitted");
  login.preset.name_id_formats = {std::string(kPersistent)};
  EXPECT_EQ(told(login), "L1a NAMEID_FORMAT");
}

TEST(RuleL1a, DeniesATransientSubjectWithoutImmutableId) {
  Login login;
  login.asserted.format = kTransient;
  EXPECT_EQ(told(login), "L1a TRANSIENT_SUBJECT");
  login.asserted.alt_subject = "immutable-1";
  EXPECT_EQ(told(login), "L1a NAMEID_FORMAT");
  login.preset.name_id_formats.emplace_back(kTransient);
  EXPECT_EQ(told(login), "L18 admitted");
}

TEST(RuleL1a, DeniesWithoutNameId) {
  Login login;
  login.asserted.name_id = "";
  EXPECT_EQ(told(login), "L1a NAMEID_FORMAT");
}

TEST(RuleL1b, DeniesARecycledSubject) {
  Login login;
  login.asserted.alt_subject = "of-the-new-hire";
  login.knows(member("01ADA"), "of-the-leaver");
  EXPECT_EQ(told(login), "L1b SUBJECT_REUSED");
}

TEST(RuleL1b, NeedsBothImmutableIds) {
  Login login;
  login.knows(member("01ADA"), "on-record");
  EXPECT_EQ(told(login), "L2 admitted");
  login.asserted.alt_subject = "on-record";
  EXPECT_EQ(told(login), "L2 admitted");
  login.snapshot.identity->alt_subject = "";
  EXPECT_EQ(told(login), "L2 admitted");
}

TEST(RuleL2, SignsAMemberIn) {
  Login login;
  login.knows(member("01ADA"));
  ASSERT_EQ(told(login), "L2 admitted");
  MemberChange change = change_of(login);
  EXPECT_EQ(change.member.str(), "01ADA");
  EXPECT_FALSE(change.create);
  EXPECT_EQ(change.last_login_at, kNow);
  EXPECT_EQ(change.at, kNow);
  EXPECT_FALSE(change.status || change.managed_by || change.bump_epoch || change.end_sessions);
  EXPECT_TRUE(change.add_grants.empty() && change.remove_grants.empty() && change.unlink.empty());
}

TEST(RuleL2, UpdatesTheIdentityOnRecord) {
  Login login;
  login.asserted.alt_subject = "immutable-1";
  login.knows(member("01ADA"));
  MemberChange change = change_of(login);
  ASSERT_TRUE(change.link.has_value());
  EXPECT_EQ(change.link->subject, login.snapshot.identity->subject);
  EXPECT_EQ(change.link->alt_subject, "immutable-1");
  EXPECT_EQ(change.link->linked_at, login.snapshot.identity->linked_at);
  EXPECT_EQ(change.link->last_used_at, kNow);
  EXPECT_EQ(change.link->member.str(), "01ADA");
}

TEST(RuleL2, KeepsTheImmutableIdThatIsNotAssertedThisTime) {
  Login login;
  login.knows(member("01ADA"), "immutable-1");
  EXPECT_EQ(change_of(login).link->alt_subject, "immutable-1");
}

TEST(RuleL2, UpdatesTheProfile) {
  Login login;
  Member ada = member("01ADA");
  ada.first_name = "Ada";
  ada.last_name = "Byron";
  login.asserted.display_name = "";
  login.knows(ada);
  MemberChange change = change_of(login);
  EXPECT_FALSE(change.first_name.has_value());
  EXPECT_EQ(change.last_name, "Lovelace");
  EXPECT_FALSE(change.display_name.has_value());
  ASSERT_TRUE(change.email.has_value());
  EXPECT_EQ(change.email->address, "ada@acme.com");
  EXPECT_EQ(change.email->trust, sp::EmailTrust::trusted);
}

TEST(RuleL2, LeavesTheProfileOfADirectorysMemberAlone) {
  Login login;
  Member ada = member("01ADA");
  ada.managed_by = ManagedBy::scim;
  login.policy.lease = hours(24);
  login.knows(ada);
  MemberChange change = change_of(login);
  EXPECT_FALSE(change.first_name || change.last_name || change.display_name || change.email);
  EXPECT_FALSE(change.lease_until || change.end_lease);
}

TEST(RuleL2, DoesNotTakeAnAddressThatSomebodyElseHolds) {
  Login login;
  Member ada = member("01ADA");
  ada.email = sp::Email{"ada.lovelace@acme.com", sp::EmailTrust::trusted};
  login.knows(ada);
  login.snapshot.email_held_by_other = true;
  ASSERT_EQ(told(login), "L2 admitted");
  MemberChange change = change_of(login);
  EXPECT_FALSE(change.email.has_value());
  EXPECT_TRUE(warns(change, "EMAIL_DRIFT"));
}

TEST(RuleL2, DoesNotWriteAnUnchangedAddress) {
  Login login;
  Member ada = member("01ADA");
  ada.email = sp::Email{"ada@acme.com", sp::EmailTrust::trusted};
  login.knows(ada);
  EXPECT_FALSE(change_of(login).email.has_value());
  EXPECT_TRUE(change_of(login).warnings.empty());
}

TEST(RuleL2, KeepsAClaimedAddressAsAClaim) {
  Login login;
  login.knows(member("01ADA")).without_trusted_email();
  EXPECT_EQ(change_of(login).email->trust, sp::EmailTrust::claimed);
}

TEST(RuleL2, TakesTrustAwayFromAnAddressWhoseDomainIsNoLongerBound) {
  Login login;
  Member ada = member("01ADA");
  ada.email = sp::Email{"ada@acme.com", sp::EmailTrust::trusted};
  login.knows(ada);
  login.snapshot.email_domain_verified = false;
  login.snapshot.email_domain_bound_here = false;
  EXPECT_EQ(change_of(login).email->trust, sp::EmailTrust::claimed);
}

TEST(RuleL2, LeavesTheAddressAloneWhileItsDomainIsStale) {
  Login login;
  Member ada = member("01ADA");
  ada.email = sp::Email{"ada@acme.com", sp::EmailTrust::trusted};
  login.knows(ada).with_stale_domain();
  ASSERT_EQ(told(login), "L2 admitted");
  EXPECT_FALSE(change_of(login).email.has_value()) << "neither trusted anew nor taken away";
  login.asserted.email->address = "ada.king@acme.com";
  EXPECT_FALSE(change_of(login).email.has_value());
}

TEST(RuleL2, RenewsTheLease) {
  Login login;
  Member ada = member("01ADA");
  ada.lease_until = kNow + kTick;
  login.policy.lease = hours(24 * 14);
  login.knows(ada);
  ASSERT_EQ(told(login), "L2 admitted");
  EXPECT_EQ(change_of(login).lease_until, kNow + hours(24 * 14));
}

TEST(RuleL2, EndsALeaseThatThePolicyNoLongerHas) {
  Login login;
  Member ada = member("01ADA");
  ada.lease_until = kNow + kTick;
  login.knows(ada);
  EXPECT_FALSE(change_of(login).lease_until.has_value());
  EXPECT_TRUE(change_of(login).end_lease);
}

TEST(RuleL2, GoesOnWhereJitIsOffAndSeatsAreFull) {
  Login login;
  login.knows(member("01ADA"));
  login.policy.jit = JitMode::off;
  login.policy.seat_limit = 1;
  login.policy.scim_authoritative = true;
  login.snapshot.seats_used = 1;
  EXPECT_EQ(told(login), "L2 admitted");
}

TEST(RuleL3, DeniesTheSuspended) {
  Login login;
  login.knows(member("01ADA", MemberStatus::suspended));
  EXPECT_EQ(told(login), "L3 SUSPENDED");
}

TEST(RuleL4, DeniesTheDeprovisioned) {
  Login login;
  login.knows(member("01ADA", MemberStatus::deprovisioned));
  EXPECT_EQ(told(login), "L4 DEPROVISIONED");
}

TEST(RuleL5, BringsAnExpiredMemberBackReadOnly) {
  Login login;
  Member ada = expired_since(hours(24 * 365));
  ada.grants.push_back(grant(GrantSource::manual, "admin"));
  ada.grants.push_back(grant(GrantSource::request, "editor"));
  ada.grants.push_back(grant(GrantSource::break_glass, "owner"));
  ada.grants.push_back(grant(GrantSource::saml_attr, "editor"));
  login.knows(ada);
  login.policy.lease = hours(24 * 14);
  ASSERT_EQ(told(login), "L5 admitted");
  MemberChange change = change_of(login);
  EXPECT_EQ(change.status, MemberStatus::active);
  EXPECT_EQ(change.lease_until, kNow + hours(24 * 14));
  EXPECT_EQ(change.remove_grants.size(), 4U);
  EXPECT_TRUE(change.add_grants.empty());
  EXPECT_TRUE(change.bump_epoch && change.end_sessions);
}

TEST(RuleL5, LeavesWhatADirectoryGaveToTheDirectory) {
  Login login;
  Member ada = expired_since(hours(1));
  ada.grants.push_back(grant(GrantSource::scim_group, "editor"));
  login.knows(ada);
  EXPECT_TRUE(change_of(login).remove_grants.empty());
}

TEST(RuleL5, BeginsAtTheInstantTheLeaseEnds) {
  Login login;
  Member ada = member("01ADA");
  ada.lease_until = kNow + kTick;
  login.knows(ada);
  EXPECT_EQ(told(login), "L2 admitted");
  login.snapshot.known->lease_until = kNow;
  EXPECT_EQ(told(login), "L5 admitted");
  EXPECT_TRUE(change_of(login).end_lease);
}

TEST(RuleL5, DoesNotReachADirectorysMember) {
  Login login;
  Member ada = member("01ADA");
  ada.managed_by = ManagedBy::scim;
  ada.lease_until = kNow - hours(1);
  login.knows(ada);
  EXPECT_EQ(told(login), "L2 admitted");
}

TEST(RuleL5, NeverExpiresTheLastOwner) {
  Login login;
  Member ada = member("01ADA");
  ada.lease_until = kNow - hours(1);
  ada.grants.push_back(grant(GrantSource::manual, "owner"));
  login.knows(ada);
  login.snapshot.last_owner = true;
  ASSERT_EQ(told(login), "L2 admitted");
  EXPECT_TRUE(change_of(login).remove_grants.empty());
  login.snapshot.last_owner = false;
  ASSERT_EQ(told(login), "L5 admitted");
  EXPECT_EQ(change_of(login).remove_grants.size(), 1U);
}

TEST(RuleL5, TrustsAnAddressAsSubjectForThirtyDays) {
  for (std::string_view format : {kEmailAddress, kUnspecified}) {
    Login login;
    login.asserted.format = format;
    login.asserted.name_id = "ada@acme.com";
    login.knows(expired_since(kThirtyDays - kTick));
    EXPECT_EQ(told(login), "L5 admitted");
    login.knows(expired_since(kThirtyDays));
    EXPECT_EQ(told(login), "L5 EXPIRED");
    login.knows(expired_since(kThirtyDays), "immutable-1");
    EXPECT_EQ(told(login), "L5 admitted");
  }
}

TEST(RuleL5, CountsTheThirtyDaysFromTheEndOfTheLease) {
  Login login;
  login.asserted.name_id = "ada@acme.com";
  Member ada = member("01ADA");
  ada.lease_until = kNow - kThirtyDays + kTick;
  login.knows(ada);
  EXPECT_EQ(told(login), "L5 admitted");
  login.snapshot.known->lease_until = kNow - kThirtyDays;
  EXPECT_EQ(told(login), "L5 EXPIRED");
}

TEST(RuleL5, DoesNotTrustAnAddressWhenNobodyKnowsSinceWhen) {
  Login login;
  login.asserted.name_id = "ada@acme.com";
  login.knows(member("01ADA", MemberStatus::expired));
  EXPECT_EQ(told(login), "L5 EXPIRED");
}

TEST(RuleL5, DoesNotExceedTheSeats) {
  Login login;
  login.knows(expired_since(hours(1)));
  login.policy.seat_limit = 3;
  login.snapshot.seats_used = 3;
  EXPECT_EQ(told(login), "L5 SEAT_LIMIT");
  login.snapshot.seats_used = 2;
  EXPECT_EQ(told(login), "L5 admitted");
}

TEST(RuleL5, HoldsWhereverJitIsNotOff) {
  Login login;
  login.knows(expired_since(hours(1)));
  for (JitMode mode : {JitMode::on, JitMode::approval, JitMode::invite_only}) {
    login.policy.jit = mode;
    EXPECT_EQ(told(login), "L5 admitted");
  }
}

TEST(RuleL5b, DeniesTheExpiredOtherwise) {
  Login login;
  login.knows(expired_since(hours(1)));
  login.policy.jit = JitMode::off;
  EXPECT_EQ(told(login), "L5b EXPIRED");
  login.policy.jit = JitMode::on;
  login.policy.scim_authoritative = true;
  EXPECT_EQ(told(login), "L5b EXPIRED");
}

}  // namespace
}  // namespace doorward::jit
