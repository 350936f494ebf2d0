#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "jit/lease.h"
#include "tests/jit/login_world.h"

// What holds for every login whatever its snapshot, over many random ones from a fixed seed.
namespace doorward::jit {
namespace {

using std::chrono::hours;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  // True once in `n`.
  bool one_in(unsigned n) { return engine_() % n == 0; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[engine_() % from.size()];
  }

 private:
  std::mt19937_64 engine_;
};

const std::vector<base::Duration> kAround{-hours(24 * 31),    -hours(24 * 30),   -hours(1),
                                          base::Duration(-1), base::Duration(0), base::Duration(1),
                                          hours(24)};

Member random_member(Dice& dice, std::string id) {
  Member made = member(
      std::move(id), dice.pick<MemberStatus>({MemberStatus::active, MemberStatus::active,
                                              MemberStatus::expired, MemberStatus::suspended,
                                              MemberStatus::deprovisioned, MemberStatus::pending}));
  if (dice.one_in(5)) made.managed_by = ManagedBy::scim;
  if (dice.one_in(3)) made.lease_until = kNow + dice.pick(kAround);
  if (dice.one_in(2)) made.expired_at = kNow + dice.pick(kAround);
  if (dice.one_in(6)) made.grants.clear();
  while (dice.one_in(2)) {
    Grant extra = grant(
        dice.pick<GrantSource>({GrantSource::manual, GrantSource::scim_group,
                                GrantSource::scim_role, GrantSource::saml_attr,
                                GrantSource::request, GrantSource::break_glass}),
        dice.pick<std::string>({"viewer", "editor", "editor", "admin", "owner", "retired-role"}));
    if (dice.one_in(3)) extra.expires = kNow + dice.pick(kAround);
    made.grants.push_back(extra);
  }
  if (dice.one_in(2)) {
    made.email = sp::Email{"ada@acme.com",
                           dice.one_in(2) ? sp::EmailTrust::trusted : sp::EmailTrust::claimed};
  }
  return made;
}

void bring_invitation(Dice& dice, Login& login) {
  Member invited = dice.one_in(3) ? random_member(dice, "01INVITED") : pending();
  if (login.snapshot.known && dice.one_in(2)) invited = *login.snapshot.known;
  login.holds_invitation(std::move(invited),
                         dice.pick<std::string>({"ada@acme.com", "ada@acme.com", "bob@acme.com"}),
                         dice.pick<std::string>({"viewer", "editor", "admin", "owner"}));
  HeldInvitation& held = *login.invitation;
  held.invitation.expires_at = kNow + dice.pick(kAround) + hours(1);
  if (dice.one_in(2)) return;
  held.inviter = random_member(dice, "01INVITER");
  held.invitation.inviter = "01INVITER";
}

Login random_login(Dice& dice) {
  Login login;
  login.asserted.format =
      dice.pick<std::string>({std::string(kPersistent), std::string(kPersistent),
                              std::string(kEmailAddress), "", std::string(kTransient)});
  if (dice.one_in(3)) login.asserted.name_id = "ada@acme.com";
  if (dice.one_in(20)) login.asserted.name_id = "";
  login.asserted.alt_subject = dice.pick<std::string>({"", "", "immutable-1", "immutable-2"});
  login.asserted.groups = {"owner", "admin"};
  if (dice.one_in(4)) login.asserted.email->trust = sp::EmailTrust::claimed;
  if (dice.one_in(6)) login.asserted.email.reset();

  LoginSnapshot& s = login.snapshot;
  s.organization_enabled = !dice.one_in(20);
  s.connection_enabled = !dice.one_in(20);
  s.email_domain_bound_here = !dice.one_in(4);
  s.email_domain_verified = s.email_domain_bound_here || dice.one_in(3);
  s.email_domain_stale_here =
      s.email_domain_verified && !s.email_domain_bound_here && dice.one_in(2);
  if (dice.one_in(8)) s.allowed_domains = {dice.pick<std::string>({"acme.com", "globex.com"})};
  s.email_held_by_other = dice.one_in(4);
  s.tombstone = dice.one_in(10);
  s.seats_used = dice.pick<std::uint64_t>({0, 2, 3});
  if (dice.one_in(3)) {
    login.knows(random_member(dice, "01ADA"), dice.pick<std::string>({"", "immutable-1"}));
    s.last_owner = dice.one_in(8);
  }
  int other = 0;
  while (dice.one_in(2)) {
    login.shares_email_with(random_member(dice, "01E" + std::to_string(other++)), dice.one_in(4),
                            dice.one_in(4));
  }
  if (dice.one_in(6)) {
    login.shares_alt_subject_with(random_member(dice, "01ALT"));
    if (dice.one_in(4)) login.shares_alt_subject_with(random_member(dice, "01ALT2"));
  }
  if (dice.one_in(4)) bring_invitation(dice, login);
  while (dice.one_in(3)) {
    login.has_request(
        dice.pick<RequestKind>({RequestKind::approval, RequestKind::comeback, RequestKind::rebind,
                                RequestKind::link, RequestKind::seat}),
        dice.pick<RequestState>(
            {RequestState::approved, RequestState::approved, RequestState::waiting}),
        dice.pick<std::string>({"", "01ADA", "01ALT", "01E0", "01E1"}));
    if (dice.one_in(8)) login.snapshot.requests.back().decided_at = kNow - hours(24 * 8);
    if (dice.one_in(8)) login.snapshot.requests.back().alt_subject += "x";
  }
  login.policy.jit = dice.pick<JitMode>(
      {JitMode::on, JitMode::on, JitMode::off, JitMode::approval, JitMode::invite_only});
  login.policy.link = dice.pick<LinkMode>(
      {LinkMode::verified_domain, LinkMode::verified_domain, LinkMode::never, LinkMode::confirm});
  login.policy.scim_authoritative = dice.one_in(8);
  if (dice.one_in(2)) login.policy.lease = hours(24 * 14);
  if (dice.one_in(3)) login.policy.seat_limit = 3;
  return login;
}

// The member whom a change is about, as the snapshot holds it; none for a new one.
std::optional<Member> before(const Login& login, const base::MemberId& id) {
  if (login.snapshot.known && login.snapshot.known->id == id) return login.snapshot.known;
  for (const auto* list : {&login.snapshot.same_email, &login.snapshot.same_alt_subject}) {
    for (const Candidate& candidate : *list) {
      if (candidate.member.id == id) return candidate.member;
    }
  }
  if (login.invitation && login.invitation->invited && login.invitation->invited->id == id) {
    return login.invitation->invited;
  }
  return std::nullopt;
}

bool same_grant(const Grant& a, const Grant& b) {
  return a.source == b.source && a.source_id == b.source_id && a.role == b.role;
}

// What the store makes of it.
Member after(const Login& login, const MemberChange& change) {
  Member member = before(login, change.member).value_or(Member{});
  member.id = change.member;
  if (change.status) member.status = *change.status;
  if (change.managed_by) member.managed_by = *change.managed_by;
  if (change.email) member.email = change.email;
  if (change.lease_until) member.lease_until = change.lease_until;
  if (change.end_lease) member.lease_until.reset();
  for (const Grant& gone : change.remove_grants) {
    std::erase_if(member.grants, [&](const Grant& held) { return same_grant(held, gone); });
  }
  for (const Grant& given : change.add_grants) {
    std::erase_if(member.grants, [&](const Grant& held) { return same_grant(held, given); });
    member.grants.push_back(given);
  }
  return member;
}

// All of a change that can be seen, to compare two decisions.
std::string print(const LoginDecision& decision) {
  std::string out = told(decision);
  if (decision.admit() == nullptr) return out;
  const MemberChange& change = decision.admit()->change;
  out += " " + change.member.str() + (change.create ? " new" : "");
  out += change.status ? " " + std::string(name_of(*change.status)) : "";
  out += change.email ? " " + change.email->address : "";
  for (const Grant& given : change.add_grants) out += " +" + given.role;
  for (const Grant& gone : change.remove_grants) out += " -" + gone.role;
  for (const std::string& warning : change.warnings) out += " " + warning;
  for (const auto& gone : change.unlink) out += " unlinks " + gone.name_id;
  out += change.lease_until ? " " + base::format_instant(*change.lease_until) : "";
  return out;
}

template <class Check>
void for_many_logins(Check check) {
  Dice dice(20240501);
  for (int i = 0; i < 8000 && !testing::Test::HasFailure(); ++i) {
    Login login = random_login(dice);
    SCOPED_TRACE("login " + std::to_string(i) + ": " + told(login));
    check(login, login.decide());
  }
}

std::size_t rank(const Login& login, const Member& member) {
  return *login.ladder.rank(effective_role(member, login.ladder, kNow));
}

TEST(EveryLogin, IsDecidedAndAlwaysTheSameWay) {
  std::map<std::string, int> seen;
  std::map<std::string, int> asked;
  for_many_logins([&](const Login& login, const LoginDecision& decision) {
    EXPECT_NE(decision.admit() == nullptr, decision.deny() == nullptr);
    EXPECT_EQ(print(decision), print(login.decide()));
    if (decision.deny() != nullptr && decision.deny()->opens) {
      ++asked[std::string(name_of(*decision.deny()->opens))];
    }
    ++seen[std::string(name_of(decision.rule()))];
  });
  // The logins reach every row, so that what the other tests say is said about all of them.
  for (LoginRule rule :
       {LoginRule::L1, LoginRule::L1a, LoginRule::L1b, LoginRule::L2, LoginRule::L3, LoginRule::L4,
        LoginRule::L5, LoginRule::L5b, LoginRule::L6, LoginRule::L8, LoginRule::L9, LoginRule::L10,
        LoginRule::L11, LoginRule::L12, LoginRule::L13, LoginRule::L14, LoginRule::L15,
        LoginRule::L16, LoginRule::L18}) {
    EXPECT_GT(seen[std::string(name_of(rule))], 8) << name_of(rule);
  }
  for (const char* kind : {"approval", "comeback", "rebind", "link", "seat"}) {
    EXPECT_GT(asked[kind], 8) << kind;
  }
}

// What an invitation gives is what it says, from somebody who may still give it.
TEST(EveryLogin, GivesByInvitationWhatTheInviterHolds) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    if (decision.admit() == nullptr || decision.rule() != LoginRule::L6) return;
    const MemberChange& change = decision.admit()->change;
    ASSERT_TRUE(login.invitation.has_value());
    const Invitation& invitation = login.invitation->invitation;
    auto member = before(login, change.member);
    ASSERT_TRUE(member.has_value());
    EXPECT_EQ(change.use_invitation, invitation.id);
    EXPECT_LE(rank(login, after(login, change)),
              std::max(rank(login, *member), *login.ladder.rank(invitation.role)));
    EXPECT_LT(kNow, invitation.expires_at);
    EXPECT_EQ(login.asserted.email->trust, sp::EmailTrust::trusted);
    EXPECT_TRUE(member->status == MemberStatus::pending ||
                member->status_at(kNow) == MemberStatus::active || login.snapshot.last_owner);
    if (invitation.inviter == "operator") return;
    const Member& inviter = *login.invitation->inviter;
    EXPECT_EQ(inviter.status_at(kNow), MemberStatus::active);
    EXPECT_GE(rank(login, inviter), *login.ladder.rank(invitation.role));
  });
}

TEST(EveryLogin, RaisesNobodysRole) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    if (decision.admit() == nullptr) return;
    const MemberChange& change = decision.admit()->change;
    auto member = before(login, change.member);
    if (!member || change.create || decision.rule() == LoginRule::L6) return;
    EXPECT_LE(rank(login, after(login, change)), rank(login, *member));
  });
}

TEST(EveryLogin, MakesMembersWithExactlyTheLowestRole) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    if (decision.admit() == nullptr || !decision.admit()->change.create) return;
    const MemberChange& change = decision.admit()->change;
    EXPECT_EQ(decision.rule(), LoginRule::L18);
    EXPECT_EQ(change.member, kFresh);
    Member made = after(login, change);
    ASSERT_EQ(made.grants.size(), 1U);
    EXPECT_EQ(made.grants.front().source, GrantSource::default_);
    EXPECT_EQ(made.grants.front().role, login.ladder.lowest());
    EXPECT_EQ(effective_roles(made, login.ladder, kNow),
              std::vector<std::string>{login.ladder.lowest()});
  });
}

TEST(EveryLogin, GivesNoGrantButTheDefaultOne) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    if (decision.admit() == nullptr) return;
    if (decision.rule() == LoginRule::L6) return;
    for (const Grant& given : decision.admit()->change.add_grants) {
      EXPECT_EQ(given.source, GrantSource::default_);
      EXPECT_EQ(given.role, login.ladder.lowest());
    }
  });
}

TEST(EveryLogin, LeavesWhoWasToldNoOutside) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    if (decision.admit() == nullptr) return;
    const MemberChange& change = decision.admit()->change;
    auto member = before(login, change.member);
    if (!member) {
      EXPECT_TRUE(change.create);
      EXPECT_FALSE(login.snapshot.tombstone);
      return;
    }
    EXPECT_NE(member->status, MemberStatus::suspended);
    EXPECT_NE(member->status, MemberStatus::deprovisioned);
  });
}

// I8: the subject was on record, or a trusted address or an immutable id says whose it is.
TEST(EveryLogin, LinksOnlyByWhatProvesThePerson) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    if (decision.admit() == nullptr || decision.admit()->change.create) return;
    const MemberChange& change = decision.admit()->change;
    if (login.snapshot.identity && login.snapshot.known) {
      EXPECT_EQ(change.member, login.snapshot.known->id);
      return;
    }
    const bool by_address = login.asserted.email &&
                            login.asserted.email->trust == sp::EmailTrust::trusted &&
                            login.snapshot.email_domain_bound_here;
    const auto& alike = login.snapshot.same_alt_subject;
    const bool by_immutable_id = !login.asserted.alt_subject.empty() && alike.size() == 1 &&
                                 alike.front().member.id == change.member;
    EXPECT_TRUE(by_address || by_immutable_id);
  });
}

// An administrator is linked by an administrator's yes alone.
TEST(EveryLogin, AsksForNothingThatAYesCouldNotGive) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    const Deny* deny = decision.deny();
    if (deny == nullptr || !deny->opens) return;
    EXPECT_EQ(deny->member.empty(), deny->rule == LoginRule::L15 || deny->rule == LoginRule::L16);
    if (deny->member.empty()) return;
    auto about = before(login, deny->member);
    ASSERT_TRUE(about.has_value());
    EXPECT_NE(about->status, MemberStatus::suspended);
    EXPECT_NE(about->status, MemberStatus::deprovisioned);
    if (*deny->opens == RequestKind::seat) return;
    for (const AccessRequest& held : login.snapshot.requests) {
      const bool same = held.kind == *deny->opens && held.member == deny->member &&
                        held.alt_subject == login.asserted.alt_subject;
      EXPECT_FALSE(same && held.state == RequestState::approved && kNow < held.ends_at());
    }
  });
}

TEST(EveryLogin, LeavesAnActiveMemberBehind) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    if (decision.admit() == nullptr) return;
    const MemberChange& change = decision.admit()->change;
    Member member = after(login, change);
    EXPECT_EQ(member.status_at(kNow), MemberStatus::active);
    ASSERT_TRUE(change.link.has_value());
    EXPECT_EQ(change.link->member, change.member);
    EXPECT_EQ(change.link->subject, login.identity().subject());
  });
}

TEST(EveryLogin, TrustsOnlyWhatIsTrusted) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    if (decision.admit() == nullptr || !decision.admit()->change.email) return;
    const sp::Email& taken = *decision.admit()->change.email;
    if (taken.trust != sp::EmailTrust::trusted) return;
    EXPECT_EQ(login.asserted.email->trust, sp::EmailTrust::trusted);
    EXPECT_TRUE(login.snapshot.email_domain_bound_here);
    bool invited = before(login, decision.admit()->change.member).value_or(Member{}).status ==
                   MemberStatus::pending;
    EXPECT_TRUE(invited || !login.snapshot.email_held_by_other);
  });
}

TEST(EveryLogin, MatchesNobodyByAClaim) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    bool trusted = login.asserted.email && login.asserted.email->trust == sp::EmailTrust::trusted &&
                   login.snapshot.email_domain_bound_here;
    if (trusted) return;
    const std::set<LoginRule> by_email{LoginRule::L6, LoginRule::L10, LoginRule::L11,
                                       LoginRule::L12, LoginRule::L13};
    EXPECT_FALSE(by_email.contains(decision.rule()));
  });
}

TEST(EveryLogin, NeverLinksAnAdministrator) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    if (decision.admit() == nullptr) return;
    if (decision.rule() != LoginRule::L9 && decision.rule() != LoginRule::L12) return;
    auto member = before(login, decision.admit()->change.member);
    ASSERT_TRUE(member.has_value());
    const bool approved =
        std::ranges::any_of(login.snapshot.requests, [&](const AccessRequest& held) {
          return held.kind == RequestKind::link && held.state == RequestState::approved &&
                 held.member == member->id;
        });
    EXPECT_TRUE(approved ||
                !login.ladder.is_privileged(effective_role(*member, login.ladder, kNow)));
  });
}

TEST(EveryLogin, NeverExceedsTheSeats) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    if (decision.admit() == nullptr || !login.policy.seat_limit) return;
    const MemberChange& change = decision.admit()->change;
    bool takes_a_seat = change.status == MemberStatus::active;
    EXPECT_TRUE(!takes_a_seat || login.snapshot.seats_used < *login.policy.seat_limit);
  });
}

TEST(EveryLogin, KeepsManualGrantsOfTheExpiredGone) {
  for_many_logins([](const Login& login, const LoginDecision& decision) {
    if (decision.admit() == nullptr) return;
    const MemberChange& change = decision.admit()->change;
    auto member = before(login, change.member);
    if (!member || decision.rule() == LoginRule::L2 || decision.rule() == LoginRule::L6) return;
    if (member->status_at(kNow) != MemberStatus::expired) return;
    for (const Grant& held : after(login, change).grants) {
      EXPECT_NE(held.source, GrantSource::manual);
      EXPECT_NE(held.source, GrantSource::request);
      EXPECT_NE(held.source, GrantSource::break_glass);
    }
  });
}

// I16: past the lease nobody holds more than the lowest role or what a directory gave, whether the
// sweep came first or the login.
TEST(EveryMember, KeepsNothingPastTheLease) {
  Dice dice(20240502);
  const Ladder ladder = *Ladder::make({"viewer", "editor", "admin", "owner"});
  int ended = 0;
  for (int i = 0; i < 4000; ++i) {
    Member held = random_member(dice, "01ADA");
    const bool last_owner = dice.one_in(5);
    auto change = decide_lease_end(held, last_owner, kNow);
    const bool lapsed = held.status == MemberStatus::active && held.managed_by == ManagedBy::jit &&
                        held.lease_until && *held.lease_until <= kNow;
    ASSERT_EQ(change.has_value(), lapsed && !last_owner);
    if (!change) continue;
    ++ended;
    EXPECT_EQ(change->status, MemberStatus::expired);
    EXPECT_TRUE(change->end_sessions && change->bump_epoch);
    Login login;
    login.knows(held);
    Member left = after(login, *change);
    for (const Grant& grant : left.grants) {
      EXPECT_TRUE(grant.source == GrantSource::default_ ||
                  grant.source == GrantSource::scim_group ||
                  grant.source == GrantSource::scim_role);
    }
    // Coming back by L5 gives the same, swept or not.
    left.expired_at = change->at;
    Login swept;
    swept.knows(left);
    EXPECT_EQ(rank(swept, after(swept, change_of(swept))),
              rank(login, after(login, change_of(login))));
  }
  EXPECT_GT(ended, 200);
}

}  // namespace
}  // namespace doorward::jit
