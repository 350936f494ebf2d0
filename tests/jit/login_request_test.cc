#include <gtest/gtest.h>

#include <functional>

#include "tests/jit/login_world.h"

// What a denied login asks an administrator for, and what a yes lets through.
namespace doorward::jit {
namespace {

using std::chrono::hours;

Login newcomer_for_approval() {
  Login login;
  login.policy.jit = JitMode::approval;
  return login;
}

Login long_gone() {
  Login login;
  login.asserted.name_id = "ada@acme.com";
  login.knows(expired_since(kThirtyDays));
  return login;
}

Login other_name_here(Member of = member("01ADA")) {
  Login login;
  login.shares_email_with(std::move(of), true, false);
  return login;
}

Login other_connection(Member of = member("01ADA"), LinkMode link = LinkMode::confirm) {
  Login login;
  login.policy.link = link;
  login.shares_email_with(std::move(of), false, true);
  return login;
}

Login by_hand(Member of = member("01ADA"), LinkMode link = LinkMode::confirm) {
  Login login;
  login.policy.link = link;
  login.shares_email_with(std::move(of));
  return login;
}

Login renamed_administrator() {
  Login login;
  login.policy.link = LinkMode::confirm;
  login.shares_alt_subject_with(holding("01ADA", "admin"));
  return login;
}

struct Case {
  RequestKind kind;
  std::function<Login()> make;
  std::string about;
  const char* denied;
  const char* approved;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {RequestKind::approval, newcomer_for_approval, "", "L15 WAITING_FOR_APPROVAL asks approval",
       "L18 admitted"},
      {RequestKind::comeback, long_gone, "01ADA", "L5 EXPIRED asks comeback 01ADA", "L5 admitted"},
      {RequestKind::rebind, [] { return other_name_here(); }, "01ADA",
       "L10 SUBJECT_MISMATCH asks rebind 01ADA", "L10 admitted"},
      {RequestKind::link, [] { return other_connection(); }, "01ADA",
       "L11 EMAIL_IN_USE asks link 01ADA or 01ADA", "L11 admitted"},
      {RequestKind::link, [] { return by_hand(); }, "01ADA", "L12 EMAIL_IN_USE asks link 01ADA",
       "L12 admitted"},
      {RequestKind::link, [] { return by_hand(holding("01ADA", "owner")); }, "01ADA",
       "L13 PRIVILEGED_LINK asks link 01ADA", "L13 admitted"},
      {RequestKind::link, renamed_administrator, "01ADA", "L9 PRIVILEGED_LINK asks link 01ADA",
       "L9 admitted"},
  };
  return all;
}

TEST(LoginRequest, IsAskedForAndItsYesLetsThrough) {
  for (const Case& each : cases()) {
    SCOPED_TRACE(each.denied);
    EXPECT_EQ(told_with_request(each.make()), each.denied);
    Login login = each.make();
    login.has_request(each.kind, RequestState::approved, each.about);
    ASSERT_EQ(told(login), each.approved);
    EXPECT_EQ(change_of(login).close_requests, std::vector<std::string>{"01REQUEST0"});
  }
}

TEST(LoginRequest, IsNoYesWhileItWaitsOrAfterANo) {
  for (const Case& each : cases()) {
    for (RequestState state : {RequestState::waiting, RequestState::denied}) {
      Login login = each.make();
      login.has_request(each.kind, state, each.about);
      EXPECT_EQ(told_with_request(login), each.denied);
    }
  }
}

TEST(LoginRequest, IsAYesForThatVerySubjectAtThatRowAboutThatMember) {
  const std::vector<std::pair<const char*, std::function<void(AccessRequest&)>>> changes{
      {"another NameID", [](AccessRequest& r) { r.subject.name_id = "00u9"; }},
      {"another qualifier", [](AccessRequest& r) { r.subject.sp_name_qualifier = "urn:x"; }},
      {"another connection",
       [](AccessRequest& r) { r.subject.connection = base::ConnectionId("acme-second"); }},
      {"another IdP", [](AccessRequest& r) { r.subject.idp_entity_id = "https://other.example"; }},
      {"another immutable id", [](AccessRequest& r) { r.alt_subject += "x"; }},
      {"another member", [](AccessRequest& r) { r.member = base::MemberId("01EVE"); }},
      {"another kind",
       [](AccessRequest& r) {
         r.kind = r.kind == RequestKind::seat ? RequestKind::link : RequestKind::seat;
       }},
      {"too old", [](AccessRequest& r) { r.decided_at = kNow - kApprovedLife; }},
  };
  for (const Case& each : cases()) {
    for (const auto& [what, change] : changes) {
      Login login = each.make();
      login.has_request(each.kind, RequestState::approved, each.about);
      change(login.snapshot.requests.front());
      EXPECT_EQ(told_with_request(login), each.denied) << what;
    }
  }
}

TEST(LoginRequest, IsAYesForSevenDays) {
  Login login = newcomer_for_approval();
  login.has_request(RequestKind::approval, RequestState::approved);
  login.snapshot.requests.front().decided_at = kNow - kApprovedLife + kTick;
  EXPECT_EQ(told(login), "L18 admitted");
}

TEST(LoginRequest, LeavesEverythingElseToBeJudgedAfresh) {
  for (const Case& each : cases()) {
    Login off = each.make();
    off.has_request(each.kind, RequestState::approved, each.about);
    off.snapshot.connection_enabled = false;
    EXPECT_EQ(told(off), "L1 CONNECTION_OFF");
    Login told_no = each.make();
    told_no.has_request(each.kind, RequestState::approved, each.about);
    told_no.snapshot.tombstone = true;
    if (!told_no.snapshot.known) {
      EXPECT_EQ(told(told_no), "L8 DEPROVISIONED");
    }
  }
  Login full = newcomer_for_approval();
  full.has_request(RequestKind::approval, RequestState::approved);
  full.policy.seat_limit = 1;
  full.snapshot.seats_used = 1;
  EXPECT_EQ(told_with_request(full), "L16 SEAT_LIMIT asks seat");
}

TEST(LoginRequest, LetsNobodyThroughWhomTheirStateKeepsOut) {
  for (auto make : {+[](Member m) { return other_name_here(std::move(m)); },
                    +[](Member m) { return other_connection(std::move(m)); },
                    +[](Member m) { return by_hand(std::move(m)); }}) {
    Login login = make(member("01ADA", MemberStatus::suspended));
    EXPECT_EQ(login.decide().deny()->opens, std::nullopt) << "a yes would not help";
    login.has_request(RequestKind::rebind, RequestState::approved, "01ADA");
    login.has_request(RequestKind::link, RequestState::approved, "01ADA");
    ASSERT_NE(login.decide().deny(), nullptr);
    EXPECT_EQ(login.decide().deny()->reason, DenyReason::suspended);
  }
}

TEST(LoginRequest, BringsTheExpiredBackThroughALinkWithoutASecondOne) {
  Login login = by_hand(expired_since(hours(24 * 365)));
  login.has_request(RequestKind::link, RequestState::approved, "01ADA");
  EXPECT_EQ(told(login), "L12 admitted");
  EXPECT_EQ(change_of(login).status, MemberStatus::active);
}

TEST(LoginRequest, IsForASeatWhereverOneIsMissing) {
  auto full = [](Login login) {
    login.policy.seat_limit = 2;
    login.snapshot.seats_used = 2;
    return login;
  };
  EXPECT_EQ(told_with_request(full(Login())), "L16 SEAT_LIMIT asks seat");
  EXPECT_EQ(told_with_request(full(Login().knows(expired_since(hours(1))))),
            "L5 SEAT_LIMIT asks seat 01ADA");
  Login approved = full(Login());
  approved.has_request(RequestKind::seat, RequestState::approved);
  EXPECT_EQ(told(approved), "L16 SEAT_LIMIT") << "a yes is no seat";
}

TEST(Rebinding, ReplacesEverySubjectOfThisConnection) {
  Login login = other_name_here();
  login.has_request(RequestKind::rebind, RequestState::approved, "01ADA");
  MemberChange change = change_of(login);
  EXPECT_EQ(change.unlink, login.snapshot.same_email.front().subjects_here);
  ASSERT_EQ(change.unlink.size(), 1U);
  EXPECT_EQ(change.link->subject, login.identity().subject());
  EXPECT_TRUE(warns(change, "SUBJECT_REBOUND"));
}

TEST(Rebinding, IsNotAskedForWhenTwoHaveTheAddress) {
  Login login = other_name_here();
  login.shares_email_with(member("01EVE"), false, true);
  EXPECT_EQ(told_with_request(login), "L10 SUBJECT_MISMATCH");
  login.has_request(RequestKind::rebind, RequestState::approved, "01ADA");
  EXPECT_EQ(told(login), "L10 SUBJECT_MISMATCH");
}

TEST(Linking, FollowsThePolicy) {
  EXPECT_EQ(told_with_request(other_connection(member("01ADA"), LinkMode::never)),
            "L11 EMAIL_IN_USE");
  EXPECT_EQ(told_with_request(other_connection(member("01ADA"), LinkMode::verified_domain)),
            "L11 EMAIL_IN_USE asks link 01ADA");
  EXPECT_EQ(told_with_request(by_hand(member("01ADA"), LinkMode::never)), "L12 EMAIL_IN_USE");
  Member owner = holding("01ADA", "owner");
  EXPECT_EQ(told_with_request(by_hand(owner, LinkMode::never)), "L13 PRIVILEGED_LINK");
  EXPECT_EQ(told_with_request(by_hand(owner, LinkMode::verified_domain)), "L13 PRIVILEGED_LINK");
  for (Login login : {other_connection(member("01ADA"), LinkMode::never),
                      by_hand(member("01ADA"), LinkMode::never), by_hand(owner, LinkMode::never)}) {
    login.has_request(RequestKind::link, RequestState::approved, "01ADA");
    EXPECT_NE(login.decide().deny(), nullptr) << "a yes does not outlive the policy";
  }
}

TEST(Linking, OffersAConfirmationOnlyThroughAnEnabledConnection) {
  Login login = other_connection();
  login.snapshot.same_email.front().may_confirm = false;
  EXPECT_EQ(told_with_request(login), "L11 EMAIL_IN_USE asks link 01ADA");
}

TEST(Linking, IsNotOfferedWhenTwoHaveTheAddress) {
  Login login = other_connection();
  login.shares_email_with(member("01EVE"), false, true);
  EXPECT_EQ(told_with_request(login), "L11 EMAIL_IN_USE");
}

TEST(NewRequest, CarriesWhatAnAdministratorDecidesBy) {
  Login login = other_name_here();
  login.asserted.alt_subject = "immutable-1";
  const LoginDecision decision = login.decide();
  AccessRequest request = new_request(*decision.deny(), login.identity(), kOrg, "01NEW", kNow);
  EXPECT_EQ(request.id, "01NEW");
  EXPECT_EQ(request.org, kOrg);
  EXPECT_EQ(request.kind, RequestKind::rebind);
  EXPECT_EQ(request.state, RequestState::waiting);
  EXPECT_EQ(request.subject, login.identity().subject());
  EXPECT_EQ(request.alt_subject, "immutable-1");
  EXPECT_EQ(request.email->address, "ada@acme.com");
  EXPECT_EQ(request.display_name, "Ada Lovelace");
  EXPECT_EQ(request.member.str(), "01ADA");
  EXPECT_EQ(request.rule, "L10");
  EXPECT_EQ(request.created_at, kNow);
  EXPECT_EQ(request.last_seen_at, kNow);
  EXPECT_EQ(request.ends_at(), kNow + kWaitingLife);
}

TEST(LoginRequest, EndsWithWhateverLoginLetsItsSubjectIn) {
  Login login;
  login.has_request(RequestKind::approval, RequestState::waiting);
  login.has_request(RequestKind::seat, RequestState::approved);
  ASSERT_EQ(told(login), "L18 admitted");
  EXPECT_EQ(change_of(login).close_requests,
            (std::vector<std::string>{"01REQUEST0", "01REQUEST1"}));
}

}  // namespace
}  // namespace doorward::jit
