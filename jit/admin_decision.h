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

enum class AdminDeny {
  not_enough_role,  // A1: nobody gives more than they hold
  self,             // A3: nobody restores themselves
  last_owner,       // S15: it would leave no owner
  wrong_state,      // the member is not in a state that this applies to
  unknown_role,
  no_such_grant,
};
[[nodiscard]] std::string_view name_of(AdminDeny reason);  // "LAST_OWNER"
[[nodiscard]] std::string_view text_of(AdminDeny reason);  // one sentence with the fix

// Decides what an administrator does to a member (A1, A3, A5, S15). Pure and thread-safe.
// other_owners: active members besides this one whose effective role is the highest.
[[nodiscard]] std::expected<MemberChange, AdminDeny> decide_admin_change(
    const Actor& actor, const Member& member, const AdminChange& change, std::uint64_t other_owners,
    const Ladder& ladder, base::Instant now);

}  // namespace doorward::jit
