#pragma once

#include <optional>

#include "jit/login_decision.h"

// What a login that is let in does to its member. Only jit/login_decision.cc decides that it is.
namespace doorward::jit {

// All that decide_login was given.
struct LoginCase {
  const sp::Identity& identity;
  const sp::Preset& preset;
  const LoginSnapshot& snapshot;
  const std::optional<HeldInvitation>& invitation;
  const Policy& policy;
  const Ladder& ladder;
  const base::MemberId& fresh_id;
  base::Instant now;

  // The asserted address if it is trusted by the identity and, in this very transaction, by the
  // domain's binding; else null.
  [[nodiscard]] const sp::Email* trusted_email() const;
};

// A member whom a row found for the asserted subject.
struct Found {
  const Member& member;
  IdentityRecord link;                 // the identity as it will be on record
  std::vector<sp::SubjectKey> unlink;  // those that it replaces
  // Nothing but an e-mail address says that this is the person who was here before.
  bool by_address_only = false;
  std::string warning;  // of the row, or empty
};

// Takes every grant away that does not survive an expiry: what a person gave or was asked for, and
// what an assertion said.
void end_personal_grants(const Member& member, MemberChange& change);

// The identity as it will be on record for `member`, newly linked.
[[nodiscard]] IdentityRecord new_link(const LoginCase& c, const base::MemberId& member);

// Signs in (L2): profile, e-mail, lease and last login, never a role.
[[nodiscard]] MemberChange sign_in(const LoginCase& c, const Found& found);
// Comes back with the lowest role (L5): sign_in, ACTIVE, and no grant that a person gave.
[[nodiscard]] MemberChange reactivate(const LoginCase& c, const Found& found);
// Comes in without the token of the invitation, which waits: ACTIVE with the lowest role (L18).
[[nodiscard]] MemberChange come_uninvited(const LoginCase& c, const Member& invited);
// Comes with the token (L6): ACTIVE with the invited role, and the invitation used up. The found
// member is the invited one.
[[nodiscard]] MemberChange accept(const LoginCase& c, const Found& invited);
// A new member with exactly the lowest role (L18).
[[nodiscard]] MemberChange create(const LoginCase& c);

}  // namespace doorward::jit
