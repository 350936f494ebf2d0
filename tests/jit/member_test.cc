#include "jit/member.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/jit/login_world.h"

namespace doorward::jit {
namespace {

TEST(LadderOfRoles, NeedsTwoDifferentWellFormedNames) {
  EXPECT_FALSE(Ladder::make({}).has_value());
  EXPECT_FALSE(Ladder::make({"viewer"}).has_value());
  EXPECT_FALSE(Ladder::make({"viewer", "viewer"}).has_value());
  EXPECT_FALSE(Ladder::make({"viewer", ""}).has_value());
  EXPECT_FALSE(Ladder::make({"viewer", "Owner"}).has_value());
  EXPECT_FALSE(Ladder::make({"viewer", "a,b"}).has_value());
  EXPECT_FALSE(Ladder::make({"viewer", std::string(33, 'a')}).has_value());
  EXPECT_TRUE(Ladder::make({"read_only-1", std::string(32, 'a')}).has_value());
}

TEST(LadderOfRoles, RanksFromTheLowest) {
  Ladder ladder = *Ladder::make({"viewer", "editor", "owner"});
  EXPECT_EQ(ladder.rank("viewer"), 0U);
  EXPECT_EQ(ladder.rank("owner"), 2U);
  EXPECT_EQ(ladder.rank("admin"), std::nullopt);
  EXPECT_EQ(ladder.lowest(), "viewer");
  EXPECT_EQ(ladder.highest(), "owner");
}

TEST(LadderOfRoles, HasTwoPrivilegedRungsOfFourAndOneOfFewer) {
  auto privileged = [](std::vector<std::string> names) {
    Ladder ladder = *Ladder::make(names);
    std::string out;
    for (const std::string& name : names) out += ladder.is_privileged(name) ? '1' : '0';
    EXPECT_FALSE(ladder.is_privileged("unknown"));
    return out;
  };
  EXPECT_EQ(privileged({"a", "b"}), "01");
  EXPECT_EQ(privileged({"a", "b", "c"}), "001");
  EXPECT_EQ(privileged({"a", "b", "c", "d"}), "0011");
  EXPECT_EQ(privileged({"a", "b", "c", "d", "e"}), "00011");
}

TEST(EffectiveRole, IsTheHighestValidGrant) {
  Ladder ladder = *Ladder::make({"viewer", "editor", "owner"});
  Member ada = member("01ADA");
  ada.grants.push_back(grant(GrantSource::manual, "owner", kNow));
  ada.grants.push_back(grant(GrantSource::request, "editor", kNow + base::Duration(1)));
  EXPECT_EQ(effective_role(ada, ladder, kNow), "editor");
  EXPECT_EQ(effective_role(ada, ladder, kNow - base::Duration(1)), "owner");
  EXPECT_EQ(effective_role(ada, ladder, kNow + base::Duration(1)), "viewer");
  EXPECT_EQ(effective_roles(ada, ladder, kNow), (std::vector<std::string>{"viewer", "editor"}));
}

TEST(EffectiveRole, IsNeverNothingAndNeverUnknown) {
  Ladder ladder = *Ladder::make({"viewer", "owner"});
  Member ada = member("01ADA");
  ada.grants.clear();
  EXPECT_EQ(effective_role(ada, ladder, kNow), "viewer");
  ada.grants.push_back(grant(GrantSource::manual, "emperor"));
  EXPECT_EQ(effective_role(ada, ladder, kNow), "viewer");
  EXPECT_EQ(effective_roles(ada, ladder, kNow), std::vector<std::string>{"viewer"});
}

TEST(MemberState, ChangesAtTheInstantTheLeaseEnds) {
  Member ada = member("01ADA");
  ada.lease_until = kNow;
  EXPECT_EQ(ada.status_at(kNow - base::Duration(1)), MemberStatus::active);
  EXPECT_EQ(ada.status_at(kNow), MemberStatus::expired);
  ada.status = MemberStatus::suspended;
  EXPECT_EQ(ada.status_at(kNow), MemberStatus::suspended);
  ada.status = MemberStatus::active;
  ada.managed_by = ManagedBy::scim;
  EXPECT_EQ(ada.status_at(kNow), MemberStatus::active);
}

TEST(OtherOwners, CountsActiveOnesBesidesOne) {
  Ladder ladder = *Ladder::make({"viewer", "owner"});
  auto owner = [](std::string id, MemberStatus status) {
    Member made = member(std::move(id), status);
    made.grants.push_back(grant(GrantSource::manual, "owner"));
    return made;
  };
  std::vector<Member> all{owner("01A", MemberStatus::active), owner("01B", MemberStatus::active),
                          owner("01C", MemberStatus::suspended), member("01D")};
  EXPECT_EQ(other_owners(all, base::MemberId("01A"), ladder, kNow), 1U);
  EXPECT_EQ(other_owners(all, base::MemberId("01D"), ladder, kNow), 2U);
  all[1].lease_until = kNow;
  EXPECT_EQ(other_owners(all, base::MemberId("01A"), ladder, kNow), 0U);
}

TEST(Names, AreReadBackAsTheyAreWritten) {
  for (auto each : {MemberStatus::deprovisioned, MemberStatus::suspended, MemberStatus::expired,
                    MemberStatus::pending, MemberStatus::active}) {
    EXPECT_EQ(parse_member_status(name_of(each)), each);
  }
  for (auto each : {ManagedBy::jit, ManagedBy::scim}) {
    EXPECT_EQ(parse_managed_by(name_of(each)), each);
  }
  for (auto each :
       {GrantSource::default_, GrantSource::manual, GrantSource::scim_group, GrantSource::scim_role,
        GrantSource::saml_attr, GrantSource::request, GrantSource::break_glass}) {
    EXPECT_EQ(parse_grant_source(name_of(each)), each);
  }
  for (auto each : {JitMode::off, JitMode::invite_only, JitMode::approval, JitMode::on}) {
    EXPECT_EQ(parse_jit_mode(name_of(each)), each);
  }
  for (auto each : {LinkMode::never, LinkMode::verified_domain, LinkMode::confirm}) {
    EXPECT_EQ(parse_link_mode(name_of(each)), each);
  }
  EXPECT_EQ(name_of(GrantSource::default_), "default");
  EXPECT_FALSE(parse_member_status("ACTIVE").has_value());
  EXPECT_FALSE(parse_jit_mode("").has_value());
}

TEST(DenyReasons, HaveANameAndTwoSentencesEach) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(DenyReason::seat_limit); ++i) {
    auto reason = static_cast<DenyReason>(i);
    EXPECT_TRUE(names.insert(name_of(reason)).second);
    EXPECT_TRUE(text_of(reason).person.ends_with('.')) << name_of(reason);
    EXPECT_TRUE(text_of(reason).administrator.ends_with('.')) << name_of(reason);
  }
  EXPECT_EQ(name_of(DenyReason::domain_not_allowed), "DOMAIN_NOT_ALLOWED");
}

}  // namespace
}  // namespace doorward::jit
