#include <gtest/gtest.h>

#include "tests/jit/login_world.h"

// The rows about subjects that are not on record, L8 to L18: a test or more for each.
namespace doorward::jit {
namespace {

using std::chrono::hours;

TEST(RuleL8, DeniesWhoLeftATombstone) {
  Login login;
  login.snapshot.tombstone = true;
  EXPECT_EQ(told(login), "L8 DEPROVISIONED");
}

TEST(RuleL8, TakesTheDeprovisionedRowItselfForATombstone) {
  Login login;
  login.shares_email_with(member("01OLD", MemberStatus::deprovisioned));
  EXPECT_EQ(told(login), "L8 DEPROVISIONED");
}

TEST(RuleL9, BindsANewNameIdByTheImmutableId) {
  Login login;
  login.shares_alt_subject_with(member("01ADA"));
  ASSERT_EQ(told(login), "L9 admitted");
  MemberChange change = change_of(login);
  EXPECT_EQ(change.member.str(), "01ADA");
  EXPECT_EQ(change.link->subject, login.identity().subject());
  EXPECT_EQ(change.link->alt_subject, "immutable-1");
  ASSERT_EQ(change.unlink.size(), 1U);
  EXPECT_EQ(change.unlink.front().name_id, "old-name-id");
  EXPECT_TRUE(warns(change, "NAMEID_CHANGED"));
  EXPECT_FALSE(change.create);
}

TEST(RuleL9, DecidesByTheMembersState) {
  auto with = [](const Member& found) { return told(Login().shares_alt_subject_with(found)); };
  EXPECT_EQ(with(member("01ADA", MemberStatus::suspended)), "L9 SUSPENDED");
  EXPECT_EQ(with(member("01ADA", MemberStatus::deprovisioned)), "L9 DEPROVISIONED");
  EXPECT_EQ(with(member("01ADA", MemberStatus::pending)), "L9 NO_INVITE");
  EXPECT_EQ(with(expired_since(hours(24 * 365))), "L9 admitted");
  Login off;
  off.policy.jit = JitMode::off;
  EXPECT_EQ(told(off.shares_alt_subject_with(expired_since(hours(1)))), "L9 EXPIRED");
}

TEST(RuleL9, DoesNotBindAnAdministrator) {
  for (const char* role : {"admin", "owner"}) {
    Member ada = member("01ADA");
    ada.grants.push_back(grant(GrantSource::manual, role));
    EXPECT_EQ(told(Login().shares_alt_subject_with(ada)), "L9 PRIVILEGED_LINK");
    ada.grants.back().expires = kNow;
    EXPECT_EQ(told(Login().shares_alt_subject_with(ada)), "L9 admitted");
  }
}

TEST(RuleL9, DeniesWhenTwoMembersMatch) {
  Login login;
  login.shares_alt_subject_with(member("01ADA")).shares_alt_subject_with(member("01EVE"));
  EXPECT_EQ(told(login), "L9 AMBIGUOUS");
}

TEST(RuleL9, NeedsToKnowWhichSubjectItReplaces) {
  Login login;
  login.shares_alt_subject_with(member("01ADA"));
  login.snapshot.same_alt_subject.front().bound_as.reset();
  EXPECT_EQ(told(login), "L9 AMBIGUOUS");
}

TEST(RuleL9, NeedsAnImmutableId) {
  Login login;
  login.shares_alt_subject_with(member("01ADA"));
  login.asserted.alt_subject = "";
  EXPECT_EQ(told(login), "L18 admitted");
}

TEST(RuleL10, DeniesAnotherSubjectWithTheSameAddressHere) {
  Login login;
  login.shares_email_with(member("01ADA"), true, false);
  EXPECT_EQ(told(login), "L10 SUBJECT_MISMATCH");
}

TEST(RuleL11, DeniesAnAddressThatCameThroughAnotherConnection) {
  Login login;
  login.shares_email_with(member("01ADA"), false, true);
  EXPECT_EQ(told(login), "L11 EMAIL_IN_USE");
}

TEST(RuleL12, LinksAMemberWithoutIdentity) {
  Login login;
  login.shares_email_with(member("01ADA"));
  ASSERT_EQ(told(login), "L12 admitted");
  MemberChange change = change_of(login);
  EXPECT_EQ(change.member.str(), "01ADA");
  EXPECT_EQ(change.link->member.str(), "01ADA");
  EXPECT_EQ(change.link->subject, login.identity().subject());
  EXPECT_FALSE(change.create);
  EXPECT_TRUE(change.unlink.empty());
  EXPECT_TRUE(change.add_grants.empty() && change.remove_grants.empty());
}

TEST(RuleL12, DecidesByTheMembersState) {
  auto with = [](const Member& found) { return told(Login().shares_email_with(found)); };
  EXPECT_EQ(with(member("01ADA", MemberStatus::suspended)), "L12 SUSPENDED");
  EXPECT_EQ(with(expired_since(kThirtyDays - kTick)), "L12 admitted");
  EXPECT_EQ(with(expired_since(kThirtyDays)), "L12 EXPIRED");
}

TEST(RuleL12, LinksOnlyWhereThePolicyDoes) {
  for (LinkMode mode : {LinkMode::never, LinkMode::confirm}) {
    Login login;
    login.policy.link = mode;
    login.shares_email_with(member("01ADA"));
    EXPECT_EQ(told(login), "L12 EMAIL_IN_USE");
  }
}

TEST(RuleL12, DeniesWhenTwoMembersMatch) {
  Login login;
  login.shares_email_with(member("01ADA")).shares_email_with(member("01EVE"));
  EXPECT_EQ(told(login), "L12 AMBIGUOUS");
}

TEST(RuleL12, NeverLinksByAClaim) {
  Login login;
  login.shares_email_with(member("01ADA")).without_trusted_email();
  ASSERT_EQ(told(login), "L18 admitted");
  EXPECT_EQ(change_of(login).member, kFresh);
}

TEST(RuleL12, NeverLinksWhenTheDomainIsNotBoundInThisTransaction) {
  Login login;
  login.shares_email_with(member("01ADA"));
  login.snapshot.email_domain_verified = false;
  login.snapshot.email_domain_bound_here = false;
  ASSERT_EQ(told(login), "L18 admitted");
  EXPECT_EQ(change_of(login).email->trust, sp::EmailTrust::claimed);
}

TEST(RuleL13, NeverLinksAnAdministrator) {
  for (const char* role : {"admin", "owner"}) {
    Member ada = member("01ADA");
    ada.grants.push_back(grant(GrantSource::manual, role));
    EXPECT_EQ(told(Login().shares_email_with(ada)), "L13 PRIVILEGED_LINK");
  }
}

TEST(RuleL13, DeniesWhenOneOfTwoIsAnAdministrator) {
  Member boss = member("01BOSS");
  boss.grants.push_back(grant(GrantSource::manual, "owner"));
  Login login;
  login.shares_email_with(member("01ADA")).shares_email_with(boss);
  EXPECT_EQ(told(login), "L13 PRIVILEGED_LINK");
}

TEST(RuleL14, LeavesNewcomersToAnAuthoritativeDirectory) {
  Login login;
  login.policy.scim_authoritative = true;
  EXPECT_EQ(told(login), "L14 NOT_PROVISIONED");
}

TEST(RuleL15, DeniesNewcomersWhereJitIsNotOn) {
  Login login;
  login.policy.jit = JitMode::off;
  EXPECT_EQ(told(login), "L15 NO_JIT");
  login.policy.jit = JitMode::invite_only;
  EXPECT_EQ(told(login), "L15 NO_INVITE");
  login.policy.jit = JitMode::approval;
  EXPECT_EQ(told(login), "L15 WAITING_FOR_APPROVAL");
}

TEST(RuleL16, DeniesWhenTheLastSeatIsTaken) {
  Login login;
  login.policy.seat_limit = 5;
  login.snapshot.seats_used = 4;
  EXPECT_EQ(told(login), "L18 admitted");
  login.snapshot.seats_used = 5;
  EXPECT_EQ(told(login), "L16 SEAT_LIMIT");
  login.snapshot.seats_used = 6;
  EXPECT_EQ(told(login), "L16 SEAT_LIMIT");
  login.policy.seat_limit = 0;
  login.snapshot.seats_used = 0;
  EXPECT_EQ(told(login), "L16 SEAT_LIMIT");
}

TEST(RuleL18, CreatesAMemberWithExactlyTheLowestRole) {
  Login login;
  login.asserted.alt_subject = "immutable-1";
  login.asserted.groups = {"owner", "admin", "Domain Admins"};
  ASSERT_EQ(told(login), "L18 admitted");
  MemberChange change = change_of(login);
  EXPECT_TRUE(change.create);
  EXPECT_EQ(change.member, kFresh);
  EXPECT_EQ(change.status, MemberStatus::active);
  EXPECT_EQ(change.managed_by, ManagedBy::jit);
  EXPECT_EQ(change.first_name, "Ada");
  EXPECT_EQ(change.last_name, "Lovelace");
  EXPECT_EQ(change.display_name, "Ada Lovelace");
  EXPECT_EQ(change.email->address, "ada@acme.com");
  EXPECT_EQ(change.email->trust, sp::EmailTrust::trusted);
  EXPECT_EQ(change.last_login_at, kNow);
  ASSERT_EQ(change.add_grants.size(), 1U);
  EXPECT_EQ(change.add_grants.front().source, GrantSource::default_);
  EXPECT_EQ(change.add_grants.front().role, "viewer");
  EXPECT_EQ(change.add_grants.front().at, kNow);
  EXPECT_FALSE(change.add_grants.front().expires.has_value());
  EXPECT_TRUE(change.remove_grants.empty());
  EXPECT_EQ(change.link->subject, login.identity().subject());
  EXPECT_EQ(change.link->alt_subject, "immutable-1");
  EXPECT_EQ(change.link->member, kFresh);
  EXPECT_EQ(change.link->linked_at, kNow);
}

TEST(RuleL18, GivesTheLowestRungOfWhateverLadder) {
  Login login;
  login.ladder = *Ladder::make({"guest", "member"});
  EXPECT_EQ(change_of(login).add_grants.front().role, "guest");
}

TEST(RuleL18, GivesALeaseIfThePolicyHasOne) {
  Login login;
  EXPECT_FALSE(change_of(login).lease_until.has_value());
  login.policy.lease = hours(24 * 14);
  EXPECT_EQ(change_of(login).lease_until, kNow + hours(24 * 14));
}

TEST(RuleL18, NeedsNoAddress) {
  Login login;
  login.asserted.email.reset();
  ASSERT_EQ(told(login), "L18 admitted");
  EXPECT_FALSE(change_of(login).email.has_value());
}

TEST(RuleL18, NeverStoresAClaimAsTrusted) {
  Login login;
  login.without_trusted_email();
  EXPECT_EQ(change_of(login).email->trust, sp::EmailTrust::claimed);
}

TEST(RuleL18, DoesNotTakeAnAddressThatSomebodyElseHolds) {
  Login login;
  login.snapshot.email_held_by_other = true;
  ASSERT_EQ(told(login), "L18 admitted");
  EXPECT_FALSE(change_of(login).email.has_value());
  EXPECT_TRUE(warns(change_of(login), "EMAIL_DRIFT"));
}

TEST(RuleL18, LetsTheInvitedInWithoutTheTokenAsIfNotInvited) {
  Member invited = member("01INVITED", MemberStatus::pending);
  invited.email = sp::Email{"ada@acme.com", sp::EmailTrust::trusted};
  invited.grants = {grant(GrantSource::manual, "owner")};
  Login login;
  login.shares_email_with(invited);
  login.snapshot.email_held_by_other = true;
  ASSERT_EQ(told(login), "L18 admitted");
  MemberChange change = change_of(login);
  EXPECT_EQ(change.member.str(), "01INVITED");
  EXPECT_FALSE(change.create);
  EXPECT_EQ(change.status, MemberStatus::active);
  EXPECT_EQ(change.remove_grants.size(), 1U);
  ASSERT_EQ(change.add_grants.size(), 1U);
  EXPECT_EQ(change.add_grants.front().role, "viewer");
  EXPECT_TRUE(change.warnings.empty());
  login.policy.jit = JitMode::invite_only;
  EXPECT_EQ(told(login), "L15 NO_INVITE");
}

TEST(NoRow, DeniesWhatTheTableDoesNotKnow) {
  Login pending;
  pending.knows(member("01ADA", MemberStatus::pending));
  EXPECT_EQ(told(pending), "L18 NO_INVITE");
  Login half;
  half.knows(member("01ADA"));
  half.snapshot.known.reset();
  EXPECT_EQ(told(half), "L18 NO_INVITE");
  half.knows(member("01ADA"));
  half.snapshot.identity.reset();
  EXPECT_EQ(told(half), "L18 NO_INVITE");
}

}  // namespace
}  // namespace doorward::jit
