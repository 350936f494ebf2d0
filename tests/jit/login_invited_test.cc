#include <gtest/gtest.h>

#include "tests/jit/login_world.h"

// L6: who brings the token of an invitation.
namespace doorward::jit {
namespace {

using std::chrono::hours;

Login invited() {
  Login login;
  login.shares_email_with(pending());
  login.holds_invitation(pending());
  login.snapshot.email_held_by_other = true;
  return login;
}

// Came in by L18 before, and brings the token now.
Login came_before() {
  Login login;
  login.knows(member("01INVITED"));
  login.holds_invitation(member("01INVITED"));
  return login;
}

Login invited_by(Member inviter, const char* role = "editor") {
  Login login = invited();
  login.invitation->invitation.role = role;
  login.invitation->invitation.inviter = inviter.id.str();
  login.invitation->inviter = std::move(inviter);
  return login;
}

TEST(RuleL6, GivesTheInvitedRole) {
  Login login = invited();
  login.policy.lease = hours(24 * 14);
  ASSERT_EQ(told(login), "L6 admitted");
  MemberChange change = change_of(login);
  EXPECT_EQ(change.member.str(), "01INVITED");
  EXPECT_FALSE(change.create);
  EXPECT_EQ(change.status, MemberStatus::active);
  EXPECT_EQ(change.use_invitation, "01INVITATION");
  EXPECT_EQ(change.lease_until, kNow + hours(24 * 14));
  ASSERT_TRUE(change.link.has_value());
  EXPECT_EQ(change.link->subject, login.identity().subject());
  EXPECT_EQ(change.link->member.str(), "01INVITED");
  ASSERT_TRUE(change.email.has_value());
  EXPECT_EQ(change.email->trust, sp::EmailTrust::trusted);
  EXPECT_TRUE(change.warnings.empty());
  ASSERT_EQ(change.add_grants.size(), 2U);
  EXPECT_EQ(change.add_grants[0].source, GrantSource::default_);
  EXPECT_EQ(change.add_grants[0].role, "viewer");
  EXPECT_EQ(change.add_grants[1].source, GrantSource::manual);
  EXPECT_EQ(change.add_grants[1].role, "editor");
  EXPECT_EQ(change.add_grants[1].by, "operator");
}

TEST(RuleL6, ComparesAddressesInAnyCase) {
  Login login = invited();
  login.asserted.email->address = "Ada@acme.com";
  EXPECT_EQ(told(login), "L6 admitted");
}

TEST(RuleL6, StandsBeforeDirectoryAndJitPolicy) {
  for (JitMode mode : {JitMode::off, JitMode::invite_only, JitMode::approval}) {
    Login login = invited();
    login.policy.jit = mode;
    login.policy.scim_authoritative = true;
    EXPECT_EQ(told(login), "L6 admitted");
  }
}

TEST(RuleL6, IgnoresAnotherPersonsInvitation) {
  Login login;
  login.holds_invitation(pending(), "bob@acme.com");
  ASSERT_EQ(told(login), "L18 admitted");
  EXPECT_EQ(change_of(login).member, kFresh);
  EXPECT_TRUE(change_of(login).use_invitation.empty());
}

TEST(RuleL6, IsNotReachedByAClaimedAddress) {
  Login login;
  login.without_trusted_email();
  login.holds_invitation(pending(), login.asserted.email->address);
  EXPECT_EQ(told(login), "L18 admitted");
  Login unbound = invited();
  unbound.snapshot.email_domain_bound_here = false;
  unbound.snapshot.email_domain_verified = false;
  EXPECT_EQ(told(unbound), "L18 admitted");
  EXPECT_TRUE(change_of(unbound).use_invitation.empty());
  Login none = invited();
  none.asserted.email.reset();
  EXPECT_TRUE(change_of(none).use_invitation.empty());
}

TEST(RuleL6, TakesAnInvitationThatIsOverForNone) {
  Login login = invited();
  login.invitation->invitation.expires_at = kNow + kTick;
  EXPECT_EQ(told(login), "L6 admitted");
  login.invitation->invitation.expires_at = kNow;
  EXPECT_EQ(told(login), "L18 admitted");
  login.policy.jit = JitMode::invite_only;
  EXPECT_EQ(told(login), "L15 NO_INVITE");
}

TEST(RuleL6, LetsOnlyAnInviterGiveWhoStillMay) {
  EXPECT_EQ(told(invited_by(holding("01BOSS", "admin"), "admin")), "L6 admitted");
  EXPECT_EQ(change_of(invited_by(holding("01BOSS", "admin"))).add_grants[1].by, "01BOSS");
  EXPECT_EQ(told(invited_by(holding("01BOSS", "admin"), "owner")), "L6 INVITATION_REFUSED");
  EXPECT_EQ(told(invited_by(holding("01BOSS", "editor"), "viewer")), "L6 INVITATION_REFUSED");
  for (MemberStatus status :
       {MemberStatus::suspended, MemberStatus::deprovisioned, MemberStatus::expired}) {
    EXPECT_EQ(told(invited_by(holding("01BOSS", "owner", status))), "L6 INVITATION_REFUSED");
  }
  Login gone = invited_by(holding("01BOSS", "owner"));
  gone.invitation->inviter.reset();
  EXPECT_EQ(told(gone), "L6 INVITATION_REFUSED");
  Login other = invited_by(holding("01BOSS", "owner"));
  other.invitation->inviter = holding("01OTHER", "owner");
  EXPECT_EQ(told(other), "L6 INVITATION_REFUSED");
  Member foreign = holding("01BOSS", "owner");
  foreign.org = base::OrgId("01ELSEWHERE");
  EXPECT_EQ(told(invited_by(foreign)), "L6 INVITATION_REFUSED");
  Member lapsed = holding("01BOSS", "owner");
  lapsed.lease_until = kNow;
  EXPECT_EQ(told(invited_by(lapsed)), "L6 INVITATION_REFUSED");
}

TEST(RuleL6, RefusesARoleThatTheLadderNoLongerHas) {
  Login login = invited();
  login.invitation->invitation.role = "retired-role";
  EXPECT_EQ(told(login), "L6 INVITATION_REFUSED");
}

TEST(RuleL6, LetsNobodyInWhoWasToldNo) {
  Login login = invited();
  login.snapshot.tombstone = true;
  EXPECT_EQ(told(login), "L8 DEPROVISIONED");
  Login row = invited();
  row.shares_email_with(member("01OLD", MemberStatus::deprovisioned));
  EXPECT_EQ(told(row), "L8 DEPROVISIONED");
  for (MemberStatus status :
       {MemberStatus::suspended, MemberStatus::deprovisioned, MemberStatus::expired}) {
    Login known;
    Member ada = member("01INVITED", status);
    ada.expired_at = kNow - hours(1);
    known.knows(ada).holds_invitation(ada);
    EXPECT_NE(told(known), "L6 admitted");
    EXPECT_TRUE(change_of(known).use_invitation.empty());
    Login other_subject;
    other_subject.holds_invitation(ada);
    EXPECT_EQ(told(other_subject), "L18 admitted");
    EXPECT_EQ(change_of(other_subject).member, kFresh);
  }
}

TEST(RuleL6, ExceedsNoSeatLimit) {
  Login login = invited();
  login.policy.seat_limit = 3;
  login.snapshot.seats_used = 3;
  EXPECT_EQ(told_with_request(login), "L6 SEAT_LIMIT asks seat 01INVITED");
  login.snapshot.seats_used = 2;
  EXPECT_EQ(told(login), "L6 admitted");
}

TEST(RuleL6, GivesTheRoleToWhoCameWithoutTheTokenBefore) {
  Login login = came_before();
  login.policy.seat_limit = 1;
  login.snapshot.seats_used = 1;
  ASSERT_EQ(told(login), "L6 admitted");
  MemberChange change = change_of(login);
  EXPECT_EQ(change.member.str(), "01INVITED");
  EXPECT_EQ(change.use_invitation, "01INVITATION");
  EXPECT_FALSE(change.status || change.end_sessions || change.bump_epoch);
  ASSERT_EQ(change.add_grants.size(), 1U);
  EXPECT_EQ(change.add_grants.front().role, "editor");
  EXPECT_EQ(change.link->linked_at, login.snapshot.identity->linked_at);
}

TEST(RuleL6, NeverKeepsAnActiveMemberOut) {
  Login login = came_before();
  login.invitation->invitation.role = "retired-role";
  EXPECT_EQ(told(login), "L2 admitted");
  login = came_before();
  login.invitation->invitation.expires_at = kNow;
  EXPECT_EQ(told(login), "L2 admitted");
  login = came_before();
  login.invitation->invited = member("01SOMEBODY");
  ASSERT_EQ(told(login), "L2 admitted");
  EXPECT_TRUE(change_of(login).add_grants.empty());
}

TEST(RuleL6, LinksNoFurtherIdentityToWhoIsAMemberAlready) {
  Login login;
  login.shares_email_with(member("01INVITED"), true, false);
  login.holds_invitation(member("01INVITED"));
  EXPECT_EQ(told(login), "L10 SUBJECT_MISMATCH");
}

TEST(RuleL6, NeedsTheInvitedMember) {
  Login login = invited();
  login.invitation->invited.reset();
  EXPECT_TRUE(change_of(login).use_invitation.empty());
}

}  // namespace
}  // namespace doorward::jit
