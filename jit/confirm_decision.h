#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "jit/login_decision.h"

namespace doorward::jit {

// Within this long after the denied login a second sign-in may confirm it.
inline constexpr base::Duration kConfirmLife = std::chrono::minutes(10);

// The identity that L11 denied and that is to be linked to `member`.
struct AskedLink {
  sp::SubjectKey subject;
  std::string alt_subject;  // empty if none was asserted
  std::string email;        // trusted when it was asked
  base::MemberId member;    // Deny::confirm_with
  base::Instant asked_at;
};

// The fresh login of the existing identity that is to confirm it.
struct ConfirmLogin {
  const LoginDecision& decision;
  sp::SubjectKey subject;           // who signed in
  base::Instant authn_instant;      // of its assertion
  base::Instant request_issued_at;  // of the request, with ForceAuthn, that it answers
  base::Duration clock_skew;        // of its connection
};

enum class ConfirmDeny {
  too_late,      // more than 10 minutes
  not_fresh,     // the person was not asked to sign in anew after the link was asked for
  wrong_member,  // the login was denied, or is another member's, or of no other connection
  not_possible,  // the newcomer's identity can no longer be linked
};
[[nodiscard]] std::string_view name_of(ConfirmDeny reason);  // "NOT_FRESH"
[[nodiscard]] std::string_view text_of(ConfirmDeny reason);  // one sentence for the person

// Decides whether a fresh login links the identity that was asked for (L11 under link=confirm).
// Pure and thread-safe. newcomer: the snapshot of the asked subject, alt_subject and address, from
// the transaction that applies both changes, before either. Never a live session alone.
[[nodiscard]] std::expected<MemberChange, ConfirmDeny> decide_confirm(const AskedLink& asked,
                                                                      const ConfirmLogin& login,
                                                                      const LoginSnapshot& newcomer,
                                                                      const Policy& policy,
                                                                      base::Instant now);

}  // namespace doorward::jit
