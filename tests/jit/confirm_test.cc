#include <gtest/gtest.h>

#include <functional>

#include "jit/confirm_decision.h"
#include "tests/jit/login_world.h"

namespace doorward::jit {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const base::ConnectionId kOld("acme-old");

// Ada came through acme-old, was denied through acme-okta five minutes ago, and signs in through
// acme-old again.
struct Confirmation {
  Login existing;  // the fresh login
  Login newcomer;  // as it was denied
  AskedLink asked;
  base::Instant authn_instant = kNow - seconds(10);
  base::Instant request_issued_at = kNow - minutes(1);

  Confirmation() {
    existing.asserted.connection = kOld.str();
    existing.knows(member("01ADA"));
    newcomer.policy.link = LinkMode::confirm;
    newcomer.shares_email_with(member("01ADA"), false, true);
    asked = {newcomer.identity().subject(), "immutable-1", "ada@acme.com", base::MemberId("01ADA"),
             kNow - minutes(5)};
  }

  [[nodiscard]] std::expected<MemberChange, ConfirmDeny> decide() const {
    LoginDecision decision = existing.decide();
    return decide_confirm(
        asked,
        {decision, existing.identity().subject(), authn_instant, request_issued_at, seconds(60)},
        newcomer.snapshot, newcomer.policy, kNow);
  }
  [[nodiscard]] std::string told() const {
    auto decided = decide();
    return decided ? "linked" : std::string(name_of(decided.error()));
  }
};

TEST(Confirming, LinksTheNewIdentity) {
  Confirmation c;
  c.newcomer.has_request(RequestKind::link, RequestState::waiting, "01ADA");
  ASSERT_EQ(told_with_request(c.newcomer), "L11 EMAIL_IN_USE asks link 01ADA or 01ADA");
  auto change = c.decide();
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->member.str(), "01ADA");
  ASSERT_TRUE(change->link.has_value());
  EXPECT_EQ(change->link->subject, c.newcomer.identity().subject());
  EXPECT_EQ(change->link->alt_subject, "immutable-1");
  EXPECT_EQ(change->link->member.str(), "01ADA");
  EXPECT_EQ(change->link->linked_at, kNow);
  EXPECT_EQ(change->close_requests, std::vector<std::string>{"01REQUEST0"});
  EXPECT_TRUE(change->unlink.empty() && change->add_grants.empty() && !change->status);
}

TEST(Confirming, EndsAfterTenMinutes) {
  Confirmation c;
  c.asked.asked_at = kNow - minutes(10) + kTick;
  EXPECT_EQ(c.told(), "linked");
  c.asked.asked_at = kNow - minutes(10);
  EXPECT_EQ(c.told(), "CONFIRM_TOO_LATE");
  c.asked.asked_at = kNow + kTick;
  EXPECT_EQ(c.told(), "CONFIRM_TOO_LATE") << "asked in the future";
}

TEST(Confirming, NeedsALoginThatBeganAfterIt) {
  Confirmation c;
  c.authn_instant = c.asked.asked_at - seconds(60);
  EXPECT_EQ(c.told(), "linked") << "the skew of its connection";
  c.authn_instant -= kTick;
  EXPECT_EQ(c.told(), "CONFIRM_NOT_FRESH") << "a live session at the IdP";
  c = Confirmation();
  c.request_issued_at = c.asked.asked_at - kTick;
  EXPECT_EQ(c.told(), "CONFIRM_NOT_FRESH");
  c.request_issued_at = c.asked.asked_at;
  EXPECT_EQ(c.told(), "linked");
}

TEST(Confirming, NeedsTheMembersOwnIdentityOnRecord) {
  Confirmation other;
  other.existing.knows(member("01EVE"));
  EXPECT_EQ(other.told(), "CONFIRM_WRONG_MEMBER");
  Confirmation denied;
  denied.existing.knows(member("01ADA", MemberStatus::suspended));
  EXPECT_EQ(denied.told(), "CONFIRM_WRONG_MEMBER");
  Confirmation unknown;
  unknown.existing.snapshot.identity.reset();
  unknown.existing.snapshot.known.reset();
  EXPECT_EQ(unknown.told(), "CONFIRM_WRONG_MEMBER");
  Confirmation linked_just_now;
  linked_just_now.existing.snapshot.identity->linked_at = linked_just_now.asked.asked_at;
  EXPECT_EQ(linked_just_now.told(), "CONFIRM_WRONG_MEMBER");
  Confirmation same_connection;
  same_connection.asked.subject.connection = kOld;
  EXPECT_EQ(same_connection.told(), "CONFIRM_WRONG_MEMBER");
}

TEST(Confirming, TakesAnExpiredMemberWhoMayReturn) {
  Confirmation c;
  c.existing.knows(expired_since(std::chrono::hours(1)));
  EXPECT_EQ(c.told(), "linked");
}

TEST(Confirming, JudgesTheNewcomerAfresh) {
  const std::vector<std::pair<const char*, std::function<void(Login&)>>> changes{
      {"connection off", [](Login& l) { l.snapshot.connection_enabled = false; }},
      {"organisation off", [](Login& l) { l.snapshot.organization_enabled = false; }},
      {"domain not bound", [](Login& l) { l.snapshot.email_domain_bound_here = false; }},
      {"domain not verified", [](Login& l) { l.snapshot.email_domain_verified = false; }},
      {"domain not on the list", [](Login& l) { l.snapshot.allowed_domains = {"globex.com"}; }},
      {"policy", [](Login& l) { l.policy.link = LinkMode::verified_domain; }},
      {"no link", [](Login& l) { l.policy.link = LinkMode::never; }},
      {"tombstone", [](Login& l) { l.snapshot.tombstone = true; }},
      {"known meanwhile", [](Login& l) { l.knows(member("01EVE")); }},
      {"immutable id", [](Login& l) { l.shares_alt_subject_with(member("01EVE")); }},
      {"a second with the address", [](Login& l) { l.shares_email_with(member("01EVE")); }},
      {"nobody with the address", [](Login& l) { l.snapshot.same_email.clear(); }},
      {"another with the address",
       [](Login& l) { l.snapshot.same_email.front().member = member("01EVE"); }},
      {"an identity here",
       [](Login& l) { l.snapshot.same_email.front().has_identity_here = true; }},
      {"no enabled connection",
       [](Login& l) { l.snapshot.same_email.front().may_confirm = false; }},
  };
  for (const auto& [what, change] : changes) {
    Confirmation c;
    change(c.newcomer);
    EXPECT_EQ(c.told(), "CONFIRM_NOT_POSSIBLE") << what;
  }
  Confirmation listed;
  listed.newcomer.snapshot.allowed_domains = {"acme.com"};
  EXPECT_EQ(listed.told(), "linked");
}

TEST(ConfirmDeny, HasATextForEachReason) {
  for (auto reason : {ConfirmDeny::too_late, ConfirmDeny::not_fresh, ConfirmDeny::wrong_member,
                      ConfirmDeny::not_possible}) {
    EXPECT_TRUE(text_of(reason).ends_with(".")) << name_of(reason);
  }
}

}  // namespace
}  // namespace doorward::jit
