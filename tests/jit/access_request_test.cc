#include <gtest/gtest.h>

#include "jit/access_request.h"
#include "tests/jit/login_world.h"

namespace doorward::jit {
namespace {

using std::chrono::hours;

const Ladder kLadder = *Ladder::make({"viewer", "editor", "admin", "owner"});

AccessRequest waiting(RequestKind kind = RequestKind::approval, std::string about = "") {
  Login login;
  login.has_request(kind, RequestState::waiting, std::move(about));
  return login.snapshot.requests.front();
}

std::string told(const Actor& actor, const AccessRequest& request, Answer answer,
                 const RequestFacts& facts = {}) {
  auto decided = decide_request(actor, request, answer, facts, kLadder, kNow);
  return decided ? std::string(name_of(decided->state)) : std::string(name_of(decided.error()));
}

TEST(DecideRequest, StoresTheAnswerAndWhoGaveIt) {
  auto yes =
      decide_request({holding("01BOSS", "admin")}, waiting(), Answer::yes, {}, kLadder, kNow);
  ASSERT_TRUE(yes.has_value());
  EXPECT_EQ(yes->state, RequestState::approved);
  EXPECT_EQ(yes->decided_at, kNow);
  EXPECT_EQ(yes->decided_by, "01BOSS");
  EXPECT_EQ(yes->subject, waiting().subject);
  EXPECT_EQ(yes->ends_at(), kNow + hours(24 * 7));
  auto no = decide_request({}, waiting(), Answer::no, {}, kLadder, kNow);
  ASSERT_TRUE(no.has_value());
  EXPECT_EQ(no->state, RequestState::denied);
  EXPECT_EQ(no->decided_by, "operator");
  EXPECT_EQ(no->ends_at(), kNow + hours(24 * 30));
}

TEST(DecideRequest, IsForAdministratorsWhoHoldTheMembersRole) {
  for (Answer answer : {Answer::yes, Answer::no}) {
    EXPECT_EQ(told({holding("01BOSS", "viewer")}, waiting(), answer), "NOT_ENOUGH_ROLE");
    EXPECT_EQ(told({holding("01BOSS", "editor")}, waiting(), answer), "NOT_ENOUGH_ROLE");
    AccessRequest about = waiting(RequestKind::link, "01ADA");
    RequestFacts facts{holding("01ADA", "owner"), {}, false};
    EXPECT_EQ(told({holding("01BOSS", "admin")}, about, answer, facts), "NOT_ENOUGH_ROLE");
    EXPECT_NE(told({holding("01BOSS", "owner")}, about, answer, facts), "NOT_ENOUGH_ROLE");
    EXPECT_NE(told({}, about, answer, facts), "NOT_ENOUGH_ROLE");
    Member foreign = holding("01BOSS", "owner");
    foreign.org = base::OrgId("01ELSEWHERE");
    EXPECT_EQ(told({foreign}, waiting(), answer), "NOT_ENOUGH_ROLE");
    EXPECT_EQ(told({holding("01BOSS", "owner", MemberStatus::suspended)}, waiting(), answer),
              "NOT_ENOUGH_ROLE");
  }
}

TEST(DecideRequest, IsNeverForOneself) {
  Member boss = holding("01BOSS", "owner");
  EXPECT_EQ(told({boss}, waiting(RequestKind::link, "01BOSS"), Answer::yes, {boss, {}, false}),
            "SELF");
  boss.email = sp::Email{"Ada@acme.com", sp::EmailTrust::claimed};
  EXPECT_EQ(told({boss}, waiting(), Answer::yes), "SELF") << "the same address";
  boss.email->address = "boss@acme.com";
  EXPECT_EQ(told({boss}, waiting(), Answer::yes), "approved");

  IdentityRecord own;
  own.subject = waiting().subject;
  own.subject.connection = base::ConnectionId("acme-second");
  EXPECT_EQ(told({boss}, waiting(), Answer::yes, {{}, {own}, false}), "SELF") << "the same NameID";
  own.subject.idp_entity_id = "https://other.example";
  EXPECT_EQ(told({boss}, waiting(), Answer::yes, {{}, {own}, false}), "approved");
  own.subject.idp_entity_id = waiting().subject.idp_entity_id;
  own.subject.name_id = "another";
  EXPECT_EQ(told({boss}, waiting(), Answer::yes, {{}, {own}, false}), "approved");
  AccessRequest request = waiting();
  request.alt_subject = own.alt_subject = "immutable-1";
  EXPECT_EQ(told({boss}, request, Answer::yes, {{}, {own}, false}), "SELF")
      << "the same immutable id";
}

TEST(DecideRequest, IsOnlyForWhatStillWaits) {
  for (RequestState state : {RequestState::approved, RequestState::denied}) {
    AccessRequest request = waiting();
    request.state = state;
    request.decided_at = kNow;
    EXPECT_EQ(told({}, request, Answer::yes), "NOT_WAITING");
    EXPECT_EQ(told({}, request, Answer::no), "NOT_WAITING");
  }
  AccessRequest old = waiting();
  old.created_at = kNow - kWaitingLife + kTick;
  EXPECT_EQ(told({}, old, Answer::yes), "approved");
  old.created_at = kNow - kWaitingLife;
  EXPECT_EQ(told({}, old, Answer::yes), "NOT_WAITING");
}

TEST(DecideRequest, GivesNoYesThatNoLoginCouldUse) {
  AccessRequest request = waiting(RequestKind::rebind, "01ADA");
  EXPECT_EQ(told({}, request, Answer::yes), "MEMBER_GONE");
  EXPECT_EQ(told({}, request, Answer::yes, {member("01EVE"), {}, false}), "MEMBER_GONE");
  for (MemberStatus status : {MemberStatus::suspended, MemberStatus::deprovisioned}) {
    EXPECT_EQ(told({}, request, Answer::yes, {member("01ADA", status), {}, false}), "MEMBER_GONE");
    EXPECT_EQ(told({}, request, Answer::no, {member("01ADA", status), {}, false}), "denied");
  }
  for (MemberStatus status : {MemberStatus::active, MemberStatus::expired}) {
    EXPECT_EQ(told({}, request, Answer::yes, {member("01ADA", status), {}, false}), "approved");
  }
}

TEST(DecideRequest, NeedsAFreeSeatForASeat) {
  AccessRequest request = waiting(RequestKind::seat);
  EXPECT_EQ(told({}, request, Answer::yes), "NO_SEAT");
  EXPECT_EQ(told({}, request, Answer::no), "denied");
  EXPECT_EQ(told({}, request, Answer::yes, {{}, {}, true}), "approved");
}

TEST(RequestNames, AreReadBack) {
  for (auto kind : {RequestKind::approval, RequestKind::comeback, RequestKind::rebind,
                    RequestKind::link, RequestKind::seat}) {
    EXPECT_EQ(parse_request_kind(name_of(kind)), kind);
    EXPECT_TRUE(text_of(kind).ends_with("."));
  }
  for (auto state : {RequestState::waiting, RequestState::approved, RequestState::denied}) {
    EXPECT_EQ(parse_request_state(name_of(state)), state);
  }
  EXPECT_EQ(parse_request_kind("other"), std::nullopt);
  EXPECT_EQ(parse_request_state(""), std::nullopt);
  for (auto reason : {RequestDeny::not_enough_role, RequestDeny::self, RequestDeny::not_waiting,
                      RequestDeny::member_gone, RequestDeny::no_seat}) {
    EXPECT_FALSE(name_of(reason).empty());
    EXPECT_TRUE(text_of(reason).ends_with("."));
  }
}

}  // namespace
}  // namespace doorward::jit
