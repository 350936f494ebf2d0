#include <gtest/gtest.h>

#include "jit/lease.h"
#include "tests/jit/login_world.h"

namespace doorward::jit {
namespace {

using std::chrono::hours;

Member leased(base::Instant until) {
  Member ada = member("01ADA");
  ada.lease_until = until;
  return ada;
}

TEST(LeaseEnd, ExpiresTheMemberAndTakesWhatAPersonGave) {
  Member ada = leased(kNow - hours(5));
  for (GrantSource source : {GrantSource::manual, GrantSource::request, GrantSource::saml_attr,
                             GrantSource::break_glass}) {
    ada.grants.push_back(grant(source, "owner"));
  }
  auto change = decide_lease_end(ada, false, kNow);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->member.str(), "01ADA");
  EXPECT_EQ(change->status, MemberStatus::expired);
  EXPECT_EQ(change->remove_grants.size(), 4U);
  EXPECT_TRUE(change->bump_epoch && change->end_sessions);
  EXPECT_EQ(change->at, kNow - hours(5)) << "not when somebody noticed";
}

TEST(LeaseEnd, LeavesWhatADirectoryGave) {
  Member ada = leased(kNow);
  ada.grants.push_back(grant(GrantSource::scim_group, "editor"));
  EXPECT_TRUE(decide_lease_end(ada, false, kNow)->remove_grants.empty());
}

TEST(LeaseEnd, ComesAtTheInstantTheLeaseEnds) {
  EXPECT_FALSE(decide_lease_end(leased(kNow + kTick), false, kNow).has_value());
  EXPECT_TRUE(decide_lease_end(leased(kNow), false, kNow).has_value());
}

TEST(LeaseEnd, IsOnlyForWhoIsActiveByJitAndLeased) {
  EXPECT_FALSE(decide_lease_end(member("01ADA"), false, kNow).has_value());
  Member by_directory = leased(kNow);
  by_directory.managed_by = ManagedBy::scim;
  EXPECT_FALSE(decide_lease_end(by_directory, false, kNow).has_value());
  for (MemberStatus status : {MemberStatus::expired, MemberStatus::suspended, MemberStatus::pending,
                              MemberStatus::deprovisioned}) {
    Member other = leased(kNow);
    other.status = status;
    EXPECT_FALSE(decide_lease_end(other, false, kNow).has_value());
  }
}

TEST(LeaseEnd, NeverComesForTheLastOwner) {
  Member boss = leased(kNow - hours(24));
  boss.grants.push_back(grant(GrantSource::manual, "owner"));
  EXPECT_FALSE(decide_lease_end(boss, true, kNow).has_value());
  EXPECT_TRUE(decide_lease_end(boss, false, kNow).has_value());
}

}  // namespace
}  // namespace doorward::jit
