#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/jit/login_world.h"

// Of two rows that can both match, the one that stands first decides. Each pair of rows is either
// laid on one login here, or named with the reason why no login matches both.
namespace doorward::jit {
namespace {

using Rules = std::vector<LoginRule>;
using enum LoginRule;

// All that have a name, in the order of the table.
Rules all_rules() {
  Rules all;
  for (int i = 0; !name_of(static_cast<LoginRule>(i)).empty(); ++i) {
    all.push_back(static_cast<LoginRule>(i));
  }
  return all;
}

enum class Subject { any, known, unknown };  // whether the asserted subject is on record

// One way to match a row. Laid on an ordinary first login, it alone leads to `told`.
struct Condition {
  LoginRule rule;
  const char* told;
  Subject subject;
  std::function<void(Login&)> apply;
};

Member owner() {
  return holding("01BOSS", "owner");
}

Member expired() {
  return expired_since(std::chrono::hours(1));
}

void knows(Login& login, const Member& member) {
  login.knows(member);
}

void recycle(Login& login) {
  login.asserted.alt_subject = "immutable-1";
  if (!login.snapshot.identity) login.knows(member("01ADA"));
  login.snapshot.identity->alt_subject = "another";
}

void bring_invitation(Login& login) {
  if (!login.snapshot.known) login.knows(member("01ADA"));
  login.holds_invitation(*login.snapshot.known);
}

void fill_seats(Login& login) {
  login.policy.seat_limit = 1;
  login.snapshot.seats_used = 1;
}

const std::vector<Condition>& conditions() {
  using enum Subject;
  static const std::vector<Condition> all{
      {L1, "L1 CONNECTION_OFF", any, [](Login& l) { l.snapshot.connection_enabled = false; }},
      {L1, "L1 DOMAIN_NOT_ALLOWED", any, [](Login& l) { l.snapshot.allowed_domains = {"a.com"}; }},
      {L1a, "L1a NAMEID_FORMAT", any, [](Login& l) { l.preset.name_id_formats = {"urn:x"}; }},
      {L1b, "L1b SUBJECT_REUSED", known, recycle},
      {L2, "L2 admitted", known, [](Login& l) { knows(l, member("01ADA")); }},
      {L3, "L3 SUSPENDED", known,
       [](Login& l) { knows(l, member("01ADA", MemberStatus::suspended)); }},
      {L4, "L4 DEPROVISIONED", known,
       [](Login& l) { knows(l, member("01ADA", MemberStatus::deprovisioned)); }},
      {L5, "L5 admitted", known, [](Login& l) { knows(l, expired()); }},
      {L5b, "L5b EXPIRED", known,
       [](Login& l) {
         knows(l, expired());
         l.policy.jit = JitMode::off;
       }},
      {L6, "L6 admitted", unknown, [](Login& l) { l.holds_invitation(pending()); }},
      {L6, "L6 admitted", known, bring_invitation},
      {L8, "L8 DEPROVISIONED", unknown, [](Login& l) { l.snapshot.tombstone = true; }},
      {L9, "L9 admitted", unknown, [](Login& l) { l.shares_alt_subject_with(member("01ADA")); }},
      {L9, "L9 PRIVILEGED_LINK", unknown, [](Login& l) { l.shares_alt_subject_with(owner()); }},
      {L10, "L10 SUBJECT_MISMATCH", unknown,
       [](Login& l) { l.shares_email_with(member("01HERE"), true, false); }},
      {L11, "L11 EMAIL_IN_USE", unknown,
       [](Login& l) { l.shares_email_with(member("01ELSE"), false, true); }},
      {L12, "L12 admitted", unknown, [](Login& l) { l.shares_email_with(member("01HAND")); }},
      {L13, "L13 PRIVILEGED_LINK", unknown, [](Login& l) { l.shares_email_with(owner()); }},
      {L14, "L14 NOT_PROVISIONED", unknown, [](Login& l) { l.policy.scim_authoritative = true; }},
      {L15, "L15 NO_JIT", unknown, [](Login& l) { l.policy.jit = JitMode::off; }},
      {L15, "L15 NO_INVITE", unknown, [](Login& l) { l.policy.jit = JitMode::invite_only; }},
      {L15, "L15 WAITING_FOR_APPROVAL", unknown,
       [](Login& l) { l.policy.jit = JitMode::approval; }},
      {L16, "L16 SEAT_LIMIT", unknown, fill_seats},
      {L18, "L18 admitted", unknown, [](Login&) {}},
  };
  return all;
}

// Pairs that no login can match both of: one of `some` and one of `others`.
struct Never {
  Rules some;
  Rules others;
  const char* why;
};

const std::vector<Never>& never() {
  static const std::vector<Never> all{
      {{L1b, L2, L3, L4, L5, L5b},
       {L8, L9, L10, L11, L12, L13, L14, L15, L16, L18},
       "a subject is on record or it is not"},
      {{L2, L3, L4, L5, L5b}, {L2, L3, L4, L5, L5b}, "a member has one state; L5b is L5's rest"},
      {{L3, L4, L5, L5b}, {L6}, "the token is for who never came and for who is active"},
      {{L12}, {L13}, "one administrator among them is enough for L13, and L12 is for none"},
      {{L7}, all_rules(), "it joins with directories, and there are none"},
  };
  return all;
}

// Pairs that are not decided by the first row alone, and why.
struct Exception {
  LoginRule first;
  LoginRule second;
  const char* told;
  const char* why;
};
const std::vector<Exception> kExceptions{
    {L2, L6, "L6 admitted", "who came without the token is active when they bring it"},
    {L6, L8, "L8 DEPROVISIONED", "who was told no comes back only by whoever said no"},
    {L6, L16, "L6 SEAT_LIMIT", "accepting takes a seat"},
};

bool holds(const Rules& rules, LoginRule rule) {
  return std::ranges::find(rules, rule) != rules.end();
}

const Never* why_never(LoginRule a, LoginRule b) {
  for (const Never& each : never()) {
    if ((holds(each.some, a) && holds(each.others, b)) ||
        (holds(each.some, b) && holds(each.others, a))) {
      return &each;
    }
  }
  return nullptr;
}

bool fit(const Condition& a, const Condition& b) {
  return a.subject == b.subject || a.subject == Subject::any || b.subject == Subject::any;
}

std::string expected(const Condition& first, const Condition& second) {
  for (const Exception& each : kExceptions) {
    if (each.first == first.rule && each.second == second.rule) return each.told;
  }
  return first.told;
}

// What makes the subject known comes before what changes the record of it.
Login both(const Condition& a, const Condition& b) {
  Login login;
  const bool states_first = a.rule == L1b || (a.rule == L6 && a.subject == Subject::known);
  (states_first ? b : a).apply(login);
  (states_first ? a : b).apply(login);
  return login;
}

TEST(Precedence, EachConditionAloneLeadsToItsRow) {
  for (const Condition& each : conditions()) {
    Login login;
    each.apply(login);
    EXPECT_EQ(told(login), each.told);
    EXPECT_EQ(each.subject == Subject::known, login.snapshot.known.has_value()) << each.told;
  }
}

TEST(Precedence, EachPairOfRowsIsTriedOrNamed) {
  const Rules rules = all_rules();
  ASSERT_EQ(rules.size(), 20U);
  int tried = 0;
  int named = 0;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (std::size_t j = i + 1; j < rules.size(); ++j) {
      if (why_never(rules[i], rules[j]) != nullptr) {
        ++named;
        continue;
      }
      int ways = 0;
      for (const Condition& first : conditions()) {
        for (const Condition& second : conditions()) {
          if (first.rule != rules[i] || second.rule != rules[j] || !fit(first, second)) continue;
          ++ways;
          EXPECT_EQ(told(both(first, second)), expected(first, second))
              << first.told << " beside " << second.told;
        }
      }
      EXPECT_GT(ways, 0) << name_of(rules[i]) << " beside " << name_of(rules[j])
                         << " is neither tried nor named";
      ++tried;
    }
  }
  EXPECT_EQ(tried + named, 190);
  EXPECT_EQ(tried, 96);
}

TEST(Precedence, NamesNoPairThatIsTriedElsewhere) {
  for (const Exception& each : kExceptions) EXPECT_EQ(why_never(each.first, each.second), nullptr);
  for (LoginRule rule : all_rules()) {
    const bool has_condition = std::ranges::any_of(
        conditions(), [&](const Condition& condition) { return condition.rule == rule; });
    EXPECT_EQ(has_condition, rule != L7) << name_of(rule);
  }
}

TEST(Precedence, OfAllRowsAboutTheUnknownTheFirstLeftDecides) {
  std::vector<Condition> unknown;
  for (const Condition& each : conditions()) {
    if (each.subject == Subject::unknown && each.rule != L6 && each.rule != L12) {
      unknown.push_back(each);
    }
  }
  for (std::size_t first = 0; first < unknown.size(); ++first) {
    Login login;
    const LoginRule rule = unknown[first].rule;
    unknown[first].apply(login);
    for (std::size_t i = first + 1; i < unknown.size(); ++i) {
      if (unknown[i].rule != rule && unknown[i].rule != L15) unknown[i].apply(login);
    }
    EXPECT_EQ(told(login), unknown[first].told);
  }
}

TEST(Precedence, ConnectionNameIdAndRecycledSubjectStandInThisOrder) {
  Login login;
  recycle(login);
  login.preset.name_id_formats = {"urn:x"};
  EXPECT_EQ(told(login), "L1a NAMEID_FORMAT");
  login.snapshot.allowed_domains = {"globex.com"};
  EXPECT_EQ(told(login), "L1 DOMAIN_NOT_ALLOWED");
  login.snapshot.connection_enabled = false;
  EXPECT_EQ(told(login), "L1 CONNECTION_OFF");
}

TEST(Precedence, ATransientSubjectIsNamedBeforeItsFormat) {
  Login login;
  login.asserted.format = kTransient;
  login.preset.name_id_formats = {"urn:x"};
  EXPECT_EQ(told(login), "L1a TRANSIENT_SUBJECT");
}

TEST(Precedence, ADirectoryOutweighsJitOffForTheExpired) {
  Login login;
  login.knows(expired());
  login.policy.scim_authoritative = true;
  login.policy.jit = JitMode::off;
  fill_seats(login);
  EXPECT_EQ(told(login), "L5b EXPIRED");
}

TEST(Precedence, AnInvitationKeepsNobodyOutOrInWhoIsKnownOtherwise) {
  for (const auto& [member_state, expected] : std::vector<std::pair<Member, const char*>>{
           {member("01ADA", MemberStatus::suspended), "L3 SUSPENDED"},
           {member("01ADA", MemberStatus::deprovisioned), "L4 DEPROVISIONED"},
           {expired(), "L5 admitted"}}) {
    Login login;
    login.knows(member_state);
    login.holds_invitation(member_state);
    EXPECT_EQ(told(login), expected);
  }
}

}  // namespace
}  // namespace doorward::jit
