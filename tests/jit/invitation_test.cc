#include <gtest/gtest.h>

#include "jit/invitation.h"
#include "tests/jit/login_world.h"

namespace doorward::jit {
namespace {

using std::chrono::hours;

const Ladder kLadder = *Ladder::make({"viewer", "editor", "admin", "owner"});
const InviteIds kIds{base::MemberId("01NEW"), "01INVITATION", std::string(32, 'h')};

std::expected<Invited, InviteDeny> invite(const Actor& actor, const InviteAsk& ask,
                                          const InviteFacts& facts = {}) {
  return decide_invitation(actor, kOrg, ask, facts, kIds, kLadder, kNow);
}

// "ok", or the reason's name.
std::string told(const Actor& actor, const InviteAsk& ask, const InviteFacts& facts = {}) {
  auto decided = invite(actor, ask, facts);
  return decided ? "ok" : std::string(name_of(decided.error()));
}

Invitation open_invitation(base::Instant expires_at = kNow + hours(1)) {
  Invitation invitation;
  invitation.id = "01OLD";
  invitation.expires_at = expires_at;
  return invitation;
}

TEST(Inviting, MakesAPendingMemberAndAnInvitation) {
  auto decided = invite({}, {"Ada@Acme.com", "editor"});
  ASSERT_TRUE(decided.has_value());
  const MemberChange& change = decided->change;
  EXPECT_TRUE(change.create);
  EXPECT_EQ(change.member.str(), "01NEW");
  EXPECT_EQ(change.status, MemberStatus::pending);
  EXPECT_EQ(change.managed_by, ManagedBy::jit);
  EXPECT_EQ(change.email->address, "ada@acme.com");
  EXPECT_EQ(change.email->trust, sp::EmailTrust::claimed) << "nobody has proven it yet";
  EXPECT_TRUE(change.add_grants.empty()) << "no role before the token";
  EXPECT_EQ(change.link, std::nullopt);
  const Invitation& made = decided->invitation;
  EXPECT_EQ(made.id, "01INVITATION");
  EXPECT_EQ(made.org, kOrg);
  EXPECT_EQ(made.member.str(), "01NEW");
  EXPECT_EQ(made.email, "ada@acme.com");
  EXPECT_EQ(made.role, "editor");
  EXPECT_EQ(made.inviter, "operator");
  EXPECT_EQ(made.token_hash, kIds.token_hash);
  EXPECT_EQ(made.created_at, kNow);
  EXPECT_EQ(made.expires_at, kNow + hours(24 * 7));
}

TEST(Inviting, IsToNoMoreThanTheInviterHolds) {
  const std::vector<std::string> roles{"viewer", "editor", "admin", "owner"};
  for (std::size_t held = 0; held < roles.size(); ++held) {
    for (std::size_t given = 0; given < roles.size(); ++given) {
      bool may = held >= 2 && given <= held;
      EXPECT_EQ(told({holding("01BOSS", roles[held])}, {"ada@acme.com", roles[given]}),
                may ? "ok" : "NOT_ENOUGH_ROLE")
          << roles[held] << " invites " << roles[given];
    }
  }
  EXPECT_EQ(invite({holding("01BOSS", "admin")}, {"ada@acme.com", "editor"})->invitation.inviter,
            "01BOSS");
  Member foreign = holding("01BOSS", "owner");
  foreign.org = base::OrgId("01ELSEWHERE");
  EXPECT_EQ(told({foreign}, {"ada@acme.com", "viewer"}), "NOT_ENOUGH_ROLE");
}

TEST(Inviting, SaysWhatIsWrongWithTheWords) {
  for (const char* address :
       {"", "ada", "ada@", "@acme.com", "ada@localhost@acme.com", "ada love@acme.com",
        "ada@acme.com\n.evil.example", "\"ada\"@acme.com"}) {
    EXPECT_EQ(told({}, {address, "editor"}), "BAD_ADDRESS") << address;
  }
  EXPECT_EQ(told({}, {std::string(246, 'a') + "@acme.com", "editor"}), "BAD_ADDRESS");
  EXPECT_EQ(told({}, {std::string(245, 'a') + "@acme.com", "editor"}), "ok");
  EXPECT_EQ(told({}, {"ada@acme.com", "king"}), "UNKNOWN_ROLE");
}

TEST(Inviting, SaysWhoHasTheAddress) {
  const InviteAsk ask{"ada@acme.com", "editor"};
  EXPECT_EQ(told({}, ask, {{member("01ADA")}, {}}), "ALREADY_MEMBER");
  EXPECT_EQ(told({}, ask, {{member("01ADA", MemberStatus::suspended)}, {}}), "ALREADY_MEMBER");
  EXPECT_EQ(told({}, ask, {{member("01ADA", MemberStatus::expired)}, {}}), "ALREADY_MEMBER");
  EXPECT_EQ(told({}, ask, {{member("01ADA", MemberStatus::deprovisioned)}, {}}), "TOLD_NO");
  EXPECT_EQ(told({}, ask, {{pending(), member("01ADA", MemberStatus::deprovisioned)}, {}}),
            "TOLD_NO");
  EXPECT_EQ(told({}, ask, {{pending()}, open_invitation()}), "ALREADY_INVITED");
}

TEST(Renewing, KeepsTheMemberAndMakesANewToken) {
  const InviteFacts facts{{pending()}, open_invitation()};
  EXPECT_EQ(told({}, {"ada@acme.com", "editor", false}, facts), "ALREADY_INVITED");
  auto renewed = invite({}, {"ada@acme.com", "viewer", true}, facts);
  ASSERT_TRUE(renewed.has_value());
  EXPECT_FALSE(renewed->change.create || renewed->change.status || renewed->change.email);
  EXPECT_EQ(renewed->change.member.str(), "01INVITED");
  EXPECT_EQ(renewed->invitation.member.str(), "01INVITED");
  EXPECT_EQ(renewed->invitation.id, "01INVITATION");
  EXPECT_EQ(renewed->invitation.token_hash, kIds.token_hash);
  EXPECT_EQ(renewed->invitation.role, "viewer");
}

TEST(Renewing, NeedsNoWordWhenTheOldOneIsOver) {
  EXPECT_EQ(told({}, {"ada@acme.com", "editor"}, {{pending()}, open_invitation(kNow)}), "ok");
  EXPECT_EQ(told({}, {"ada@acme.com", "editor"}, {{pending()}, open_invitation(kNow + kTick)}),
            "ALREADY_INVITED");
  EXPECT_EQ(told({}, {"ada@acme.com", "editor"}, {{pending()}, std::nullopt}), "ok");
}

TEST(InviteDeny, HasATextForEachReason) {
  for (auto reason :
       {InviteDeny::bad_address, InviteDeny::unknown_role, InviteDeny::not_enough_role,
        InviteDeny::already_member, InviteDeny::told_no, InviteDeny::already_invited}) {
    EXPECT_FALSE(name_of(reason).empty());
    EXPECT_TRUE(text_of(reason).ends_with(".")) << name_of(reason);
  }
}

}  // namespace
}  // namespace doorward::jit
