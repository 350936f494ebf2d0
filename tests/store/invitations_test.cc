#include <gtest/gtest.h>

#include "tests/store/conformance.h"

// Invitations, and whom they end with.
namespace doorward::store {
namespace {

const base::MemberId kDan{"01HDAN0000000000000000000"};

TEST_P(StoreConformance, KeepsAnInvitation) {
  std::optional<jit::Invitation> found;
  read([&](Tx& tx) { found = tx.find_invitation(hash("token")); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, invitation_for(kAcme, kCleo, "token").id);
  EXPECT_EQ(found->org, kAcme);
  EXPECT_EQ(found->member, kCleo);
  EXPECT_EQ(found->email, "cleo@acme.com");
  EXPECT_EQ(found->role, "editor");
  EXPECT_EQ(found->inviter, "operator");
  EXPECT_EQ(found->token_hash, hash("token"));
  EXPECT_EQ(found->created_at, kNow);
  EXPECT_EQ(found->expires_at, kNow + jit::kInvitationLife);
  read([&](Tx& tx) {
    EXPECT_FALSE(tx.find_invitation(hash("twin-token"))) << "another organisation's";
    EXPECT_EQ(tx.invitation_of(kCleo)->id, found->id);
    EXPECT_FALSE(tx.invitation_of(kAda));
    EXPECT_EQ(tx.list_invitations().size(), 1U);
  });
  const auto twins = store_->find_invitation(hash("twin-token")).value();
  ASSERT_TRUE(twins);
  EXPECT_EQ(twins->org, kTwin) << "the token names the organisation";
  EXPECT_FALSE(store_->find_invitation(hash("no token")).value());
}

TEST_P(StoreConformance, TellsALoginWhoInvitedWhom) {
  auto by_ada = invitation_for(kAcme, kCleo, "token-2", "01HINV2");
  by_ada.inviter = kAda.str();
  write([&](Tx& tx) { tx.put_invitation(by_ada); });
  read([&](Tx& tx) {
    EXPECT_FALSE(tx.held_invitation(hash("token"))) << "the old token is dead";
    const auto held = tx.held_invitation(hash("token-2"));
    ASSERT_TRUE(held);
    EXPECT_EQ(held->invitation.id, "01HINV2");
    EXPECT_EQ(held->invited->id, kCleo);
    EXPECT_EQ(held->inviter->id, kAda);
    EXPECT_EQ(tx.list_invitations().size(), 1U) << "a member has one";
  });
}

TEST_P(StoreConformance, KeepsAnInvitedAddressFree) {
  read([&](Tx& tx) {
    const auto holders = tx.members_with_address("CLEO@acme.com");
    ASSERT_EQ(holders.size(), 1U);
    EXPECT_EQ(holders[0].id, kCleo);
    EXPECT_EQ(tx.members_with_address("ada@acme.com").size(), 1U);
    EXPECT_TRUE(tx.members_with_address("nobody@acme.com").empty());
  });
  const auto found = snapshot(keys("00u-cleo", "", "cleo@acme.com"));
  ASSERT_EQ(found.same_email.size(), 1U)
      << "so that who comes without the token is the same member";
  EXPECT_EQ(found.same_email[0].member.id, kCleo);
  EXPECT_TRUE(found.email_held_by_other);
  auto claims = change(kBob);
  claims.email = sp::Email{"eve@acme.com", sp::EmailTrust::claimed};
  write([&](Tx& tx) { tx.apply(claims); });
  read([&](Tx& tx) { EXPECT_TRUE(tx.members_with_address("eve@acme.com").empty()); });
}

TEST_P(StoreConformance, UsesAnInvitationUpWithTheChangeThatAccepts) {
  auto accepts = change(kCleo);
  accepts.status = jit::MemberStatus::active;
  accepts.use_invitation = invitation_for(kAcme, kCleo, "token").id;
  write([&](Tx& tx) { tx.apply(accepts); });
  EXPECT_FALSE(store_->find_invitation(hash("token")).value());
  EXPECT_EQ(member(kCleo).status, jit::MemberStatus::active);
  const auto again = store_->write(kAcme, [&](Tx& tx) {
    tx.apply(accepts);
    return Verdict::commit;
  });
  EXPECT_EQ(again, std::unexpected(StoreError::closure_failed)) << "it is used once";
}

TEST_P(StoreConformance, UsesNoInvitationOfAnotherMember) {
  auto accepts = change(kBob);
  accepts.use_invitation = invitation_for(kAcme, kCleo, "token").id;
  const auto done = store_->write(kAcme, [&](Tx& tx) {
    tx.apply(accepts);
    return Verdict::commit;
  });
  EXPECT_EQ(done, std::unexpected(StoreError::closure_failed));
  EXPECT_TRUE(store_->find_invitation(hash("token")).value());
}

TEST_P(StoreConformance, DeletesAnInvitationWithWhoNeverCame) {
  const auto id = invitation_for(kAcme, kCleo, "token").id;
  bool deleted = false;
  write([&](Tx& tx) { deleted = tx.delete_invitation(id); });
  EXPECT_TRUE(deleted);
  read([&](Tx& tx) {
    EXPECT_FALSE(tx.find_member(kCleo));
    EXPECT_TRUE(tx.list_invitations().empty());
  });
  write([&](Tx& tx) { deleted = tx.delete_invitation(id); });
  EXPECT_FALSE(deleted);
}

TEST_P(StoreConformance, DeletesAnInvitationAloneOnceTheyCame) {
  auto came = change(kCleo);
  came.status = jit::MemberStatus::active;
  came.link = jit::IdentityRecord{subject(kAcmeOkta, "00u-cleo"), "", kCleo, kNow, kNow};
  write([&](Tx& tx) { tx.apply(came); });
  EXPECT_TRUE(store_->find_invitation(hash("token")).value()) << "it waits for its token";
  write(
      [&](Tx& tx) { EXPECT_TRUE(tx.delete_invitation(invitation_for(kAcme, kCleo, "token").id)); });
  EXPECT_EQ(member(kCleo).status, jit::MemberStatus::active);
}

TEST_P(StoreConformance, VoidsTheInvitationsOfALeaver) {
  auto by_ada = invitation_for(kAcme, kDan, "token-dan", "01HINV2");
  by_ada.inviter = kAda.str();
  write([&](Tx& tx) {
    tx.apply(invited(kDan, "dan"));
    tx.put_invitation(by_ada);
  });
  for (auto status : {jit::MemberStatus::suspended, jit::MemberStatus::deprovisioned,
                      jit::MemberStatus::expired}) {
    write([&](Tx& tx) {
      if (!tx.find_member(kDan)) tx.apply(invited(kDan, "dan"));
      tx.put_invitation(by_ada);
    });
    auto leaves = change(kAda);
    leaves.status = status;
    write([&](Tx& tx) { tx.apply(leaves); });
    EXPECT_FALSE(store_->find_invitation(hash("token-dan")).value()) << jit::name_of(status);
    EXPECT_TRUE(store_->find_invitation(hash("token")).value()) << "another inviter's";
    read([&](Tx& tx) { EXPECT_FALSE(tx.find_member(kDan)) << "who never came"; });
  }
}

TEST_P(StoreConformance, VoidsTheInvitationOfTheDeprovisioned) {
  auto gone = change(kCleo);
  gone.status = jit::MemberStatus::deprovisioned;
  write([&](Tx& tx) { tx.apply(gone); });
  EXPECT_FALSE(store_->find_invitation(hash("token")).value());
  EXPECT_EQ(member(kCleo).status, jit::MemberStatus::deprovisioned);
}

TEST_P(StoreConformance, FindsInvitationsAndLeasesThatHaveEnded) {
  const auto later = kNow + jit::kInvitationLife;
  auto ended = [&](base::Instant now) {
    std::vector<std::string> slugs;
    const auto found = store_->with_ended_terms(now).value();
    for (const auto& org : found) {
      slugs.emplace_back(org == kAcme ? "acme" : "twin");
    }
    return slugs;
  };
  EXPECT_TRUE(ended(later - std::chrono::milliseconds(1)).empty());
  EXPECT_EQ(ended(later), (std::vector<std::string>{"acme", "twin"}));
  read([&](Tx& tx) {
    EXPECT_TRUE(tx.ended_invitations(later - std::chrono::milliseconds(1), 10).empty());
    ASSERT_EQ(tx.ended_invitations(later, 10).size(), 1U);
    EXPECT_EQ(tx.ended_invitations(later, 10)[0].member, kCleo);
  });
  auto leased = change(kAda);
  leased.lease_until = kNow + hours(1);
  write([&](Tx& tx) { tx.apply(leased); });
  EXPECT_TRUE(ended(kNow).empty());
  EXPECT_EQ(ended(kNow + hours(1)), std::vector<std::string>{"acme"});
  read([&](Tx& tx) {
    EXPECT_TRUE(tx.lapsed_members(kNow, 10).empty());
    ASSERT_EQ(tx.lapsed_members(kNow + hours(1), 10).size(), 1U);
    EXPECT_EQ(tx.lapsed_members(kNow + hours(1), 10)[0].id, kAda);
  });
}

}  // namespace
}  // namespace doorward::store
