#include <gtest/gtest.h>

#include <functional>

#include "tests/jit/login_world.h"

// Two rows that can both match: the one that stands first decides. Every condition that can stand
// beside another is laid on the same login, pair by pair.
namespace doorward::jit {
namespace {

struct Condition {
  const char* told;  // what it alone leads to
  std::function<void(Login&)> apply;
};

Member expired() {
  Member ada = member("01ADA", MemberStatus::expired);
  ada.expired_at = kNow - std::chrono::hours(1);
  return ada;
}

Member owner() {
  Member boss = member("01BOSS");
  boss.grants.push_back(grant(GrantSource::manual, "owner"));
  return boss;
}

void hold_invitation(Login& login) {
  login.holds_invitation(member("01INVITED", MemberStatus::pending));
}

void fill_seats(Login& login) {
  login.policy.seat_limit = 1;
  login.snapshot.seats_used = 1;
}

const Condition kOff{"L1 CONNECTION_OFF", [](Login& l) { l.snapshot.connection_enabled = false; }};
const Condition kDomain{"L1 DOMAIN_NOT_ALLOWED",
                        [](Login& l) { l.snapshot.allowed_domains = {"globex.com"}; }};
const Condition kFormat{"L1a NAMEID_FORMAT",
                        [](Login& l) { l.preset.name_id_formats = {"urn:another"}; }};
const Condition kReused{"L1b SUBJECT_REUSED", [](Login& l) {
                          l.asserted.alt_subject = "immutable-1";
                          if (!l.snapshot.identity) l.knows(member("01ADA"));
                          l.snapshot.identity->alt_subject = "another";
                        }};
const Condition kTombstone{"L8 DEPROVISIONED", [](Login& l) { l.snapshot.tombstone = true; }};
const Condition kRebind{"L9 admitted",
                        [](Login& l) { l.shares_alt_subject_with(member("01ADA")); }};
const Condition kHere{"L10 SUBJECT_MISMATCH",
                      [](Login& l) { l.shares_email_with(member("01HERE"), true, false); }};
const Condition kElsewhere{"L11 EMAIL_IN_USE",
                           [](Login& l) { l.shares_email_with(member("01ELSE"), false, true); }};
const Condition kLink{"L12 admitted", [](Login& l) { l.shares_email_with(member("01BYHAND")); }};
const Condition kPrivileged{"L13 PRIVILEGED_LINK", [](Login& l) { l.shares_email_with(owner()); }};
const Condition kDirectory{"L14 NOT_PROVISIONED",
                           [](Login& l) { l.policy.scim_authoritative = true; }};
const Condition kJitOff{"L15 NO_JIT", [](Login& l) { l.policy.jit = JitMode::off; }};
const Condition kSeats{"L16 SEAT_LIMIT", fill_seats};
const Condition kInvited{"L6 admitted", hold_invitation};

// In the order of the table. Each may stand beside each, except a link beside a privileged one.
const std::vector<Condition> kUnknown{kOff,       kDomain, kFormat,    kInvited, kTombstone,
                                      kRebind,    kHere,   kElsewhere, kLink,    kPrivileged,
                                      kDirectory, kJitOff, kSeats};

TEST(Precedence, OfTwoRowsAboutTheUnknownTheFirstDecides) {
  for (std::size_t first = 0; first < kUnknown.size(); ++first) {
    Login alone;
    kUnknown[first].apply(alone);
    EXPECT_EQ(told(alone), kUnknown[first].told);
    for (std::size_t second = first + 1; second < kUnknown.size(); ++second) {
      // Who was told no comes back only by whoever said no.
      if (kUnknown[first].told == kInvited.told &&
          (kUnknown[second].told == kTombstone.told || kUnknown[second].told == kSeats.told)) {
        continue;
      }
      // One privileged member among several with the address forbids the link altogether.
      if (kUnknown[first].told == kLink.told && kUnknown[second].told == kPrivileged.told) continue;
      for (bool reversed : {false, true}) {
        Login both;
        kUnknown[reversed ? second : first].apply(both);
        kUnknown[reversed ? first : second].apply(both);
        EXPECT_EQ(told(both), kUnknown[first].told) << "beside " << kUnknown[second].told;
      }
    }
  }
}

TEST(Precedence, OfAllRowsAboutTheUnknownTheFirstLeftDecides) {
  for (std::size_t first = 0; first < kUnknown.size(); ++first) {
    if (kUnknown[first].told == kLink.told || kUnknown[first].told == kInvited.told) continue;
    Login all;
    for (std::size_t i = first; i < kUnknown.size(); ++i) kUnknown[i].apply(all);
    EXPECT_EQ(told(all), kUnknown[first].told);
  }
}

struct Known {
  const char* told;
  Member member;
};

TEST(Precedence, WhatIsWrongWithTheAssertionStandsBeforeWhoItIs) {
  const std::vector<Known> all{{"L2 admitted", member("01ADA")},
                               {"L3 SUSPENDED", member("01ADA", MemberStatus::suspended)},
                               {"L4 DEPROVISIONED", member("01ADA", MemberStatus::deprovisioned)},
                               {"L5 admitted", expired()}};
  for (const Known& known : all) {
    EXPECT_EQ(told(Login().knows(known.member)), known.told);
    for (const Condition* condition : {&kOff, &kDomain, &kFormat, &kReused}) {
      Login login;
      login.knows(known.member);
      condition->apply(login);
      EXPECT_EQ(told(login), condition->told) << known.told;
    }
  }
}

TEST(Precedence, WhoIsKnownIsDecidedBeforeAnyRowAboutTheUnknown) {
  const std::vector<Known> all{{"L2 admitted", member("01ADA")},
                               {"L3 SUSPENDED", member("01ADA", MemberStatus::suspended)},
                               {"L4 DEPROVISIONED", member("01ADA", MemberStatus::deprovisioned)},
                               {"L5 admitted", expired()}};
  const std::vector<const Condition*> later{&kInvited,   &kTombstone, &kRebind,    &kHere,
                                            &kElsewhere, &kLink,      &kPrivileged};
  for (const Known& known : all) {
    for (const Condition* condition : later) {
      Login login;
      condition->apply(login);
      login.knows(known.member);
      EXPECT_EQ(told(login), known.told) << "beside " << condition->told;
    }
  }
}

TEST(Precedence, TheConnectionStandsBeforeTheNameIdAndTheRecycledSubject) {
  Login login;
  kReused.apply(login);
  kFormat.apply(login);
  EXPECT_EQ(told(login), kFormat.told);
  kDomain.apply(login);
  EXPECT_EQ(told(login), kDomain.told);
  kOff.apply(login);
  EXPECT_EQ(told(login), kOff.told);
}

TEST(Precedence, ATransientSubjectIsNamedBeforeItsFormat) {
  Login login;
  login.asserted.format = kTransient;
  kFormat.apply(login);
  EXPECT_EQ(told(login), "L1a TRANSIENT_SUBJECT");
}

TEST(Precedence, AnAdministratorsImmutableIdDeniesBeforeAnySharedAddress) {
  for (const Condition* condition : {&kHere, &kElsewhere, &kLink, &kDirectory, &kJitOff, &kSeats}) {
    Login login;
    login.shares_alt_subject_with(owner());
    condition->apply(login);
    EXPECT_EQ(told(login), "L9 PRIVILEGED_LINK") << condition->told;
  }
}

TEST(Precedence, ADirectoryOutweighsJitOffForTheExpired) {
  Login login;
  login.knows(expired());
  kDirectory.apply(login);
  kJitOff.apply(login);
  kSeats.apply(login);
  EXPECT_EQ(told(login), "L5b EXPIRED");
}

}  // namespace
}  // namespace doorward::jit
