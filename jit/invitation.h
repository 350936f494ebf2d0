#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jit/admin_decision.h"
#include "jit/member_change.h"

namespace doorward::jit {

// How long the link of an invitation may be used.
inline constexpr base::Duration kInvitationLife = std::chrono::hours(24 * 7);

// Somebody was asked to join with a role. Whoever shows the token and signs in with the address,
// as a trusted one, gets it (L6). A member has at most one.
struct Invitation {
  std::string id;  // ULID
  base::OrgId org;
  base::MemberId member;  // PENDING until they come
  std::string email;      // lower case
  std::string role;
  std::string inviter;     // a member id, or "operator"
  std::string token_hash;  // SHA-256 of the token, 32 bytes; the token itself is kept nowhere
  base::Instant created_at;
  base::Instant expires_at;
};

// An invitation whose token the browser holds, with those whom it concerns, as they are in the
// transaction that decides.
struct HeldInvitation {
  Invitation invitation;
  std::optional<Member> invited;
  std::optional<Member> inviter;  // none for the operator, and for a member who is gone
};

// The inviter is the operator, or an administrator of the organisation who is active and holds at
// least the invited role (A1).
[[nodiscard]] bool inviter_may_grant(const HeldInvitation& held, const Ladder& ladder,
                                     base::Instant now);

enum class InviteDeny {
  bad_address,      // not one local@domain of at most 254 bytes
  unknown_role,     // not on the ladder
  not_enough_role,  // A1: nobody invites to more than they hold
  already_member,   // a member has the address
  told_no,          // a deprovisioned member has it: only whoever said no takes that back
  already_invited,  // an open invitation has it, and no renewal was asked for
};
[[nodiscard]] std::string_view name_of(InviteDeny reason);  // "ALREADY_MEMBER"
[[nodiscard]] std::string_view text_of(InviteDeny reason);  // one sentence with the fix

struct InviteAsk {
  std::string email;
  std::string role;
  bool renew = false;  // replaces an open invitation: a new token, the old one dies
};

// Who has the address now, from the transaction that applies the decision.
struct InviteFacts {
  std::vector<Member> holders;           // Tx::members_with_address
  std::optional<Invitation> invitation;  // of the PENDING one among them
};

// What the caller drew.
struct InviteIds {
  base::MemberId member;   // for a new PENDING member
  std::string invitation;  // ULID
  std::string token_hash;
};

struct Invited {
  MemberChange
      change;  // creates the PENDING member; of one who is PENDING already, changes nothing
  Invitation invitation;
};

// Decides whether `actor` may invite. Pure and thread-safe. A seat is taken when the invited come,
// not before. org: the organisation that is invited to.
[[nodiscard]] std::expected<Invited, InviteDeny> decide_invitation(
    const Actor& actor, const base::OrgId& org, const InviteAsk& ask, const InviteFacts& facts,
    const InviteIds& ids, const Ladder& ladder, base::Instant now);

}  // namespace doorward::jit
