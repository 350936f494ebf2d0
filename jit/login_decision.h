#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "jit/access_request.h"
#include "jit/invitation.h"
#include "jit/member_change.h"
#include "sp/preset.h"

namespace doorward::jit {

// The rows of the table in docs/rules.md, in its order.
enum class LoginRule {
  L1,
  L1a,
  L1b,
  L2,
  L3,
  L4,
  L5,
  L5b,
  L6,
  L7,
  L8,
  L9,
  L10,
  L11,
  L12,
  L13,
  L14,
  L15,
  L16,
  L18
};

// Why a login is denied. Names outside (pages, audit, JSON) are UPPER_SNAKE.
enum class DenyReason {
  connection_off,        // L1
  domain_not_allowed,    // L1
  domain_stale,          // L1
  nameid_format,         // L1a
  transient_subject,     // L1a
  subject_reused,        // L1b
  suspended,             // L3
  deprovisioned,         // L4, L8
  expired,               // L5, L5b
  invitation_refused,    // L6: the inviter may no longer grant the role
  ambiguous,             // L7, L9: more than one match
  subject_mismatch,      // L10
  email_in_use,          // L11
  privileged_link,       // L9, L13
  not_provisioned,       // L14
  no_jit,                // L15
  no_invite,             // L15
  waiting_for_approval,  // L15
  seat_limit,            // L16
};

[[nodiscard]] std::string_view name_of(LoginRule rule);     // "L1a"
[[nodiscard]] std::string_view name_of(DenyReason reason);  // "DOMAIN_NOT_ALLOWED"
// One plain sentence for the person who was refused, and one for their administrator.
struct DenyText {
  std::string_view person;
  std::string_view administrator;
};
[[nodiscard]] DenyText text_of(DenyReason reason);

// Another member who shares something with the asserted identity.
struct Candidate {
  Member member;
  bool has_identity_here = false;       // an identity of the asserting connection
  bool has_identity_elsewhere = false;  // an identity of another connection
  // In same_alt_subject: the identity of this connection that carries the alt_subject (L9).
  std::optional<sp::SubjectKey> bound_as;
  std::vector<sp::SubjectKey> subjects_here;  // all identities of the asserting connection
  bool may_confirm = false;  // an identity of another connection that is enabled (L11)
};

// All that the rules read besides the assertion, loaded in the transaction that applies the
// decision. "E-mail" means a trusted e-mail address.
struct LoginSnapshot {
  bool organization_enabled = false;
  bool connection_enabled = false;
  std::vector<std::string> allowed_domains;  // of the connection; empty: any
  // The asserted address's domain is held (verified, or stale) by some organisation of the
  // installation.
  bool email_domain_verified = false;
  // … this one, verified, and it is bound to this connection: the address is trusted.
  bool email_domain_bound_here = false;
  // … this one, and bound, but stale: nobody new comes in by it, and the known keep theirs.
  bool email_domain_stale_here = false;
  std::optional<IdentityRecord> identity;   // the asserted subject on record
  std::optional<Member> known;              // … and its member
  std::vector<Candidate> same_alt_subject;  // through an identity of this connection
  std::vector<Candidate> same_email;        // with the asserted trusted address
  // A member other than `known`, an invitation or a tombstone has the asserted trusted address.
  bool email_held_by_other = false;
  // A member other than `known` who may not come in has the subject or the immutable attribute at
  // this IdP by any connection, or, if deprovisioned, the e-mail.
  bool tombstone = false;
  std::uint64_t seats_used = 0;  // members whose status_at(now) is active
  // `known` has the highest role and other_owners() counts none besides: its lease does not end
  // (S15). The caller fills it, because the store knows no ladder.
  bool last_owner = false;
  // Requests of the asserted subject with this very alt_subject that wait or are approved, and
  // have not ended. Empty if `known` is ACTIVE: no row asks then.
  std::vector<AccessRequest> requests;
};

struct Deny {
  LoginRule rule;
  DenyReason reason;
  // A request of this kind is to be opened with new_request(), in the same transaction.
  std::optional<RequestKind> opens;
  base::MemberId member;  // whom that request concerns; empty if nobody
  // L11 under link=confirm: a fresh login of this member links the identity (decide_confirm).
  std::optional<base::MemberId> confirm_with;
};
struct Admit {
  LoginRule rule;
  MemberChange change;  // member is set for L18 too: the caller gives the fresh id
};

// Says why, either way. Nothing but decide_login makes one.
class LoginDecision {
 public:
  [[nodiscard]] const Admit* admit() const { return std::get_if<Admit>(&outcome_); }
  [[nodiscard]] const Deny* deny() const { return std::get_if<Deny>(&outcome_); }
  [[nodiscard]] LoginRule rule() const;

 private:
  explicit LoginDecision(std::variant<Deny, Admit> outcome) : outcome_(std::move(outcome)) {}
  friend LoginDecision decide_login(const sp::Identity&, const sp::Preset&, const LoginSnapshot&,
                                    const std::optional<HeldInvitation>&, const Policy&,
                                    const Ladder&, const base::MemberId&, base::Instant);
  std::variant<Deny, Admit> outcome_;
};

// The request that a denied login opens. deny.opens must be set. id: a fresh ULID.
[[nodiscard]] AccessRequest new_request(const Deny& deny, const sp::Identity& identity,
                                        const base::OrgId& org, std::string id, base::Instant now);

// Decides one login by the first matching row of L1 to L18. Pure and thread-safe.
// fresh_id: the id of the member that L18 creates.
[[nodiscard]] LoginDecision decide_login(const sp::Identity& identity, const sp::Preset& preset,
                                         const LoginSnapshot& snapshot,
                                         const std::optional<HeldInvitation>& invitation,
                                         const Policy& policy, const Ladder& ladder,
                                         const base::MemberId& fresh_id, base::Instant now);

}  // namespace doorward::jit
