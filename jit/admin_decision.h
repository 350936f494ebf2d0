#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "jit/member_change.h"

namespace doorward::jit {

struct Suspend {};
struct Restore {};
struct GiveRole {
  std::string role;
  std::optional<base::Instant> expires;
};
struct TakeRole {
  std::string role;  // the manual grant of this role
};
using AdminChange = std::variant<Suspend, Restore, GiveRole, TakeRole>;

// Who acts: a member with a role, or the operator on the host, who may do all (A5).
struct Actor {
  std::optional<Member> member;  // none: the operator
};

// A1: the operator, or an active administrator of `org` whose effective role has at least `rank`.
[[nodiscard]] bool may_act(const Actor& actor, const base::OrgId& org, std::size_t rank,
                           const Ladder& ladder, base::Instant now);
// "operator", or the member's id.
[[nodiscard]] std::string name_of(const Actor& actor);

enum class AdminDeny {
  not_enough_role,  // A1: nobody gives more than they hold
  self,             // A3: nobody restores themselves
  last_owner,       // S15: it would leave no owner
  no_seat,          // I17: nobody comes back beyond the seat limit
  wrong_state,      // the member is not in a state that this applies to
  unknown_role,
  no_such_grant,
};
[[nodiscard]] std::string_view name_of(AdminDeny reason);  // "LAST_OWNER"
[[nodiscard]] std::string_view text_of(AdminDeny reason);  // one sentence with the fix

// What the decision reads of the organisation, from the transaction that applies it.
struct AdminFacts {
  std::uint64_t other_owners = 0;  // active members besides this one with the highest role
  bool seat_free = false;          // has_free_seat(policy, seats used)
};

// Decides what an administrator does to a member (A1, A3, A5, S15). Pure and thread-safe.
[[nodiscard]] std::expected<MemberChange, AdminDeny> decide_admin_change(
    const Actor& actor, const Member& member, const AdminChange& change, const AdminFacts& facts,
    const Ladder& ladder, base::Instant now);

}  // namespace doorward::jit
