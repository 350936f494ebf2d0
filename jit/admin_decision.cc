#include "jit/admin_decision.h"

#include <algorithm>

namespace doorward::jit {
namespace {

using Decision = std::expected<MemberChange, AdminDeny>;

struct Case {
  const Actor& actor;
  const Member& member;
  const AdminFacts& facts;
  const Ladder& ladder;
  base::Instant now;

  [[nodiscard]] bool on_self() const { return actor.member && actor.member->id == member.id; }

  [[nodiscard]] std::size_t rank(std::string_view role) const {
    return ladder.rank(role).value_or(0);
  }
  [[nodiscard]] std::size_t rank_of_member() const {
    return rank(effective_role(member, ladder, now));
  }

  [[nodiscard]] bool may_act_on(std::size_t rank_needed) const {
    return may_act(actor, member.org, rank_needed, ladder, now);
  }

  // A lease does not end the last owner's role, so it does not make them nobody here either.
  [[nodiscard]] bool is_last_owner() const {
    return member.status == MemberStatus::active && facts.other_owners == 0 &&
           effective_role(member, ladder, now) == ladder.highest();
  }

  [[nodiscard]] MemberChange change() const {
    MemberChange change;
    change.member = member.id;
    change.at = now;
    return change;
  }
};

Decision decide(const Case& c, const Suspend&) {
  if (!c.may_act_on(c.rank_of_member())) return std::unexpected(AdminDeny::not_enough_role);
  if (c.is_last_owner()) return std::unexpected(AdminDeny::last_owner);
  if (c.member.status_at(c.now) != MemberStatus::active) {
    return std::unexpected(AdminDeny::wrong_state);
  }
  MemberChange change = c.change();
  change.status = MemberStatus::suspended;
  change.bump_epoch = true;
  change.end_sessions = true;
  return change;
}

Decision decide(const Case& c, const Restore&) {
  if (c.on_self()) return std::unexpected(AdminDeny::self);
  if (!c.may_act_on(c.rank_of_member())) return std::unexpected(AdminDeny::not_enough_role);
  if (c.member.status != MemberStatus::suspended) return std::unexpected(AdminDeny::wrong_state);
  // A suspended member gave the seat back.
  if (!c.facts.seat_free) return std::unexpected(AdminDeny::no_seat);
  MemberChange change = c.change();
  change.status = MemberStatus::active;
  return change;
}

Decision decide(const Case& c, const GiveRole& give) {
  auto rank = c.ladder.rank(give.role);
  if (!rank) return std::unexpected(AdminDeny::unknown_role);
  // Else a role that was lent for a while could be made one's own for ever.
  if (c.on_self()) return std::unexpected(AdminDeny::self);
  if (!c.may_act_on(*rank)) return std::unexpected(AdminDeny::not_enough_role);
  if (c.member.status_at(c.now) != MemberStatus::active) {
    return std::unexpected(AdminDeny::wrong_state);
  }
  // It replaces the grant of the same role, which may have had no end.
  if (give.expires && give.role == c.ladder.highest() && c.is_last_owner()) {
    return std::unexpected(AdminDeny::last_owner);
  }
  MemberChange change = c.change();
  change.add_grants.push_back(
      {GrantSource::manual, give.role, "", name_of(c.actor), c.now, give.expires});
  return change;
}

Decision decide(const Case& c, const TakeRole& take) {
  if (!c.may_act_on(c.rank(take.role))) return std::unexpected(AdminDeny::not_enough_role);
  auto is_it = [&](const Grant& grant) {
    return grant.source == GrantSource::manual && grant.role == take.role;
  };
  auto found = std::ranges::find_if(c.member.grants, is_it);
  if (found == c.member.grants.end()) return std::unexpected(AdminDeny::no_such_grant);
  Member after = c.member;
  std::erase_if(after.grants, is_it);
  bool falls = effective_role(after, c.ladder, c.now) != c.ladder.highest();
  if (falls && c.is_last_owner()) return std::unexpected(AdminDeny::last_owner);
  MemberChange change = c.change();
  change.remove_grants.push_back(*found);
  change.bump_epoch = true;
  return change;
}

}  // namespace

bool may_act(const Actor& actor, const base::OrgId& org, std::size_t rank, const Ladder& ladder,
             base::Instant now) {
  if (!actor.member) return true;
  const Member& by = *actor.member;
  if (by.org != org || by.status_at(now) != MemberStatus::active) return false;
  std::string held = effective_role(by, ladder, now);
  return ladder.is_privileged(held) && ladder.rank(held).value_or(0) >= rank;
}

std::string name_of(const Actor& actor) {
  return actor.member ? actor.member->id.str() : "operator";
}

std::string_view name_of(AdminDeny reason) {
  switch (reason) {
    case AdminDeny::not_enough_role:
      return "NOT_ENOUGH_ROLE";
    case AdminDeny::self:
      return "SELF";
    case AdminDeny::last_owner:
      return "LAST_OWNER";
    case AdminDeny::no_seat:
      return "NO_SEAT";
    case AdminDeny::wrong_state:
      return "WRONG_STATE";
    case AdminDeny::unknown_role:
      return "UNKNOWN_ROLE";
    case AdminDeny::no_such_grant:
      return "NO_SUCH_GRANT";
  }
  return "";
}

std::string_view text_of(AdminDeny reason) {
  switch (reason) {
    case AdminDeny::not_enough_role:
      return "Only an administrator who holds at least that role may do this; ask one.";
    case AdminDeny::self:
      return "Nobody does this for themselves; ask another administrator.";
    case AdminDeny::last_owner:
      return "The organisation would be left without an owner; appoint another one first.";
    case AdminDeny::no_seat:
      return "No seat is free; raise the limit with `org set --seats`, or suspend somebody.";
    case AdminDeny::wrong_state:
      return "The member is not in a state that this applies to; look at it with `member show`.";
    case AdminDeny::unknown_role:
      return "No role has this name; take one of [roles] ladder in the configuration.";
    case AdminDeny::no_such_grant:
      return "The member holds no manual grant of this role; see the sources with `member "
             "explain`.";
  }
  return "";
}

std::expected<MemberChange, AdminDeny> decide_admin_change(const Actor& actor, const Member& member,
                                                           const AdminChange& change,
                                                           const AdminFacts& facts,
                                                           const Ladder& ladder,
                                                           base::Instant now) {
  Case c{actor, member, facts, ladder, now};
  return std::visit([&](const auto& asked) { return decide(c, asked); }, change);
}

}  // namespace doorward::jit
