#include <gtest/gtest.h>

#include "jit/admin_decision.h"
#include "tests/jit/login_world.h"

namespace doorward::jit {
namespace {

using std::chrono::hours;

const Ladder kLadder = *Ladder::make({"viewer", "editor", "admin", "owner"});

Actor by(Member member) {
  return Actor{std::move(member)};
}
const Actor kOperator{};

// "ok", or the reason's name. One other owner unless said.
std::string told(const Actor& actor, const Member& member, const AdminChange& change,
                 std::uint64_t others = 1, bool seat_free = true) {
  auto decided = decide_admin_change(
      actor, member, change, {.other_owners = others, .seat_free = seat_free}, kLadder, kNow);
  return decided ? "ok" : std::string(name_of(decided.error()));
}

TEST(AdminA1, NobodyGivesMoreThanTheyHold) {
  const std::vector<std::string> roles{"viewer", "editor", "admin", "owner"};
  for (std::size_t held = 0; held < roles.size(); ++held) {
    for (std::size_t given = 0; given < roles.size(); ++given) {
      // The upper two are administrators; all others give nothing.
      bool may = held >= 2 && given <= held;
      EXPECT_EQ(
          told(by(holding("01BOSS", roles[held])), member("01ADA"), GiveRole{roles[given], {}}),
          may ? "ok" : "NOT_ENOUGH_ROLE")
          << roles[held] << " gives " << roles[given];
    }
  }
}

TEST(AdminA1, NobodyTakesSuspendsOrRestoresAboveThemselves) {
  Actor admin = by(holding("01BOSS", "admin"));
  EXPECT_EQ(told(admin, holding("01OWNER", "owner"), TakeRole{"owner"}), "NOT_ENOUGH_ROLE");
  EXPECT_EQ(told(admin, holding("01OWNER", "owner"), Suspend{}), "NOT_ENOUGH_ROLE");
  EXPECT_EQ(told(admin, holding("01OWNER", "owner", MemberStatus::suspended), Restore{}),
            "NOT_ENOUGH_ROLE");
  EXPECT_EQ(told(admin, holding("01EDITOR", "editor"), TakeRole{"editor"}), "ok");
  EXPECT_EQ(told(admin, holding("01EDITOR", "editor"), Suspend{}), "ok");
}

TEST(AdminA1, CountsOnlyWhatIsHeldNowAndHere) {
  Member lapsed = holding("01BOSS", "admin");
  lapsed.grants.back().expires = kNow;
  EXPECT_EQ(told(by(lapsed), member("01ADA"), Suspend{}), "NOT_ENOUGH_ROLE");
  EXPECT_EQ(
      told(by(holding("01BOSS", "owner", MemberStatus::suspended)), member("01ADA"), Suspend{}),
      "NOT_ENOUGH_ROLE");
  Member elsewhere = holding("01BOSS", "owner");
  elsewhere.org = base::OrgId("01OTHER");
  EXPECT_EQ(told(by(elsewhere), member("01ADA"), Suspend{}), "NOT_ENOUGH_ROLE");
}

TEST(AdminA3, NobodyRestoresThemselvesOrGivesThemselvesARole) {
  Member suspended = holding("01BOSS", "owner", MemberStatus::suspended);
  EXPECT_EQ(told(by(suspended), suspended, Restore{}), "SELF");
  Member owner = holding("01BOSS", "owner");
  EXPECT_EQ(told(by(owner), owner, GiveRole{"owner", {}}), "SELF");
  EXPECT_EQ(told(by(owner), owner, GiveRole{"viewer", {}}), "SELF");
}

TEST(AdminA5, TheOperatorHoldsNoRoleAndMayDoAll) {
  EXPECT_EQ(told(kOperator, member("01ADA"), GiveRole{"owner", {}}), "ok");
  EXPECT_EQ(told(kOperator, holding("01OWNER", "owner"), TakeRole{"owner"}), "ok");
  EXPECT_EQ(told(kOperator, holding("01OWNER", "owner"), Suspend{}), "ok");
  auto given = decide_admin_change(kOperator, member("01ADA"), GiveRole{"owner", {}}, {0, true},
                                   kLadder, kNow);
  ASSERT_TRUE(given.has_value());
  EXPECT_EQ(given->add_grants.front().by, "operator");
}

TEST(AdminS15, NothingLeavesAnOrganisationWithoutOwner) {
  Member owner = holding("01OWNER", "owner");
  for (const Actor& actor : {kOperator, by(owner), by(holding("01BOSS", "owner"))}) {
    EXPECT_EQ(told(actor, owner, Suspend{}, 0), "LAST_OWNER");
    EXPECT_EQ(told(actor, owner, TakeRole{"owner"}, 0), "LAST_OWNER");
    EXPECT_EQ(told(actor, owner, Suspend{}, 1), "ok");
    EXPECT_EQ(told(actor, owner, TakeRole{"owner"}, 1), "ok");
  }
}

TEST(AdminS15, AnEndlessOwnerIsNotGivenAnEndWhenTheyAreTheLast) {
  Member owner = holding("01OWNER", "owner");
  GiveRole for_a_day{"owner", kNow + hours(24)};
  EXPECT_EQ(told(kOperator, owner, for_a_day, 0), "LAST_OWNER");
  EXPECT_EQ(told(kOperator, owner, for_a_day, 1), "ok");
  EXPECT_EQ(told(kOperator, owner, GiveRole{"owner", {}}, 0), "ok");
}

TEST(AdminS15, LetsGoOfARoleThatAnotherGrantStillGives) {
  Member owner = holding("01OWNER", "owner");
  owner.grants.push_back(grant(GrantSource::break_glass, "owner"));
  EXPECT_EQ(told(kOperator, owner, TakeRole{"owner"}, 0), "ok");
  owner.grants.back().expires = kNow;
  EXPECT_EQ(told(kOperator, owner, TakeRole{"owner"}, 0), "LAST_OWNER");
}

TEST(AdminS15, ALeaseThatEndedDoesNotMakeTheLastOwnerFreeToGo) {
  Member owner = holding("01OWNER", "owner");
  owner.lease_until = kNow;
  EXPECT_EQ(told(kOperator, owner, TakeRole{"owner"}, 0), "LAST_OWNER");
}

TEST(AdminS15, DoesNotGuardWhoIsNoOwner) {
  EXPECT_EQ(told(kOperator, holding("01ADMIN", "admin"), Suspend{}, 0), "ok");
  EXPECT_EQ(told(kOperator, holding("01ADMIN", "admin"), TakeRole{"admin"}, 0), "ok");
}

TEST(Suspending, EndsSessionsAndKeepsGrants) {
  auto decided = decide_admin_change(kOperator, holding("01ADA", "editor"), Suspend{}, {1, true},
                                     kLadder, kNow);
  ASSERT_TRUE(decided.has_value());
  EXPECT_EQ(decided->member.str(), "01ADA");
  EXPECT_EQ(decided->status, MemberStatus::suspended);
  EXPECT_TRUE(decided->end_sessions && decided->bump_epoch);
  EXPECT_TRUE(decided->remove_grants.empty());
  EXPECT_EQ(decided->at, kNow);
}

TEST(Suspending, IsForActiveMembers) {
  for (auto status : {MemberStatus::deprovisioned, MemberStatus::suspended, MemberStatus::expired,
                      MemberStatus::pending}) {
    EXPECT_EQ(told(kOperator, member("01ADA", status), Suspend{}), "WRONG_STATE");
  }
}

TEST(Restoring, IsForSuspendedMembers) {
  for (auto status : {MemberStatus::deprovisioned, MemberStatus::expired, MemberStatus::pending,
                      MemberStatus::active}) {
    EXPECT_EQ(told(kOperator, member("01ADA", status), Restore{}), "WRONG_STATE");
  }
  auto decided = decide_admin_change(kOperator, member("01ADA", MemberStatus::suspended), Restore{},
                                     {1, true}, kLadder, kNow);
  ASSERT_TRUE(decided.has_value());
  EXPECT_EQ(decided->status, MemberStatus::active);
  EXPECT_TRUE(decided->add_grants.empty());
}

TEST(Giving, IsWrittenAsAManualGrant) {
  Actor boss = by(holding("01BOSS", "owner"));
  auto decided = decide_admin_change(boss, member("01ADA"), GiveRole{"editor", kNow + hours(1)},
                                     {1, true}, kLadder, kNow);
  ASSERT_TRUE(decided.has_value());
  ASSERT_EQ(decided->add_grants.size(), 1U);
  const Grant& given = decided->add_grants.front();
  EXPECT_EQ(given.source, GrantSource::manual);
  EXPECT_EQ(given.role, "editor");
  EXPECT_EQ(given.by, "01BOSS");
  EXPECT_EQ(given.at, kNow);
  EXPECT_EQ(given.expires, kNow + hours(1));
  EXPECT_FALSE(decided->status.has_value());
}

TEST(Giving, RefusesUnknownRolesAndMembersWhoAreNotActive) {
  EXPECT_EQ(told(kOperator, member("01ADA"), GiveRole{"emperor", {}}), "UNKNOWN_ROLE");
  EXPECT_EQ(told(kOperator, member("01ADA"), GiveRole{"operator", {}}), "UNKNOWN_ROLE");
  EXPECT_EQ(told(kOperator, member("01ADA", MemberStatus::suspended), GiveRole{"editor", {}}),
            "WRONG_STATE");
}

TEST(Taking, TouchesNoOtherSource) {
  Member ada = holding("01ADA", "editor");
  ada.grants.push_back(grant(GrantSource::scim_group, "editor"));
  auto decided = decide_admin_change(kOperator, ada, TakeRole{"editor"}, {1, true}, kLadder, kNow);
  ASSERT_TRUE(decided.has_value());
  ASSERT_EQ(decided->remove_grants.size(), 1U);
  EXPECT_EQ(decided->remove_grants.front().source, GrantSource::manual);
  EXPECT_TRUE(decided->bump_epoch);
}

TEST(Taking, RefusesWhatWasNotGivenByHand) {
  EXPECT_EQ(told(kOperator, member("01ADA"), TakeRole{"viewer"}), "NO_SUCH_GRANT");
  EXPECT_EQ(told(kOperator, holding("01ADA", "editor"), TakeRole{"admin"}), "NO_SUCH_GRANT");
}

TEST(AdminDeny, HasANameAndASentenceEach) {
  for (auto reason : {AdminDeny::not_enough_role, AdminDeny::self, AdminDeny::last_owner,
                      AdminDeny::wrong_state, AdminDeny::unknown_role, AdminDeny::no_such_grant}) {
    EXPECT_FALSE(name_of(reason).empty());
    EXPECT_TRUE(text_of(reason).ends_with('.')) << name_of(reason);
  }
}

TEST(Restoring, TakesASeatAgain) {
  Member ada = member("01ADA", MemberStatus::suspended);
  EXPECT_EQ(told(kOperator, ada, Restore{}, 1, false), "NO_SEAT");
  EXPECT_EQ(told(kOperator, ada, Restore{}, 1, true), "ok");
  EXPECT_EQ(told(kOperator, member("01ADA"), Suspend{}, 1, false), "ok");
}

}  // namespace
}  // namespace doorward::jit
