#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jit/admin_decision.h"
#include "jit/member.h"
#include "jit/member_change.h"
#include "sp/identity.h"

namespace doorward::jit {

// What an administrator is asked for when a row denies a login.
enum class RequestKind {
  approval,  // L15: a newcomer where JIT asks for approval
  comeback,  // L5: an expired member whom only an address names, after more than 30 days
  rebind,    // L10: a member of this connection who signs in under another subject
  link,      // L9, L11, L12, L13: a further identity for a member
  seat,      // L5, L6, L16: a free seat
};
enum class RequestState { waiting, approved, denied };

[[nodiscard]] std::string_view name_of(RequestKind kind);
[[nodiscard]] std::string_view name_of(RequestState state);
[[nodiscard]] std::optional<RequestKind> parse_request_kind(std::string_view name);
[[nodiscard]] std::optional<RequestState> parse_request_state(std::string_view name);
// One sentence for the person whose login opened it.
[[nodiscard]] std::string_view text_of(RequestKind kind);

// Waiting ones end after 30 days without a decision, approved ones after 7 days without a login;
// denied ones keep a new one of the same kind from being opened for 30 days.
inline constexpr base::Duration kWaitingLife = std::chrono::hours(24 * 30);
inline constexpr base::Duration kApprovedLife = std::chrono::hours(24 * 7);
inline constexpr base::Duration kDeniedLife = std::chrono::hours(24 * 30);

// A yes is asked for, of an administrator, for one subject at one row. Approving stores the yes
// and nothing else: the next login of the very same subject is judged afresh in all but that row.
struct AccessRequest {
  std::string id;  // ULID
  base::OrgId org;
  RequestKind kind = RequestKind::approval;
  RequestState state = RequestState::waiting;
  sp::SubjectKey subject;
  std::string alt_subject;  // empty if none was asserted
  std::optional<sp::Email> email;
  std::string display_name;
  base::MemberId member;  // the member concerned; empty if none
  std::string rule;       // of the denied login: "L10"
  base::Instant created_at;
  base::Instant last_seen_at;
  std::optional<base::Instant> decided_at;
  std::string decided_by;  // a member id, "operator", or empty

  // The first instant at which it counts no more.
  [[nodiscard]] base::Instant ends_at() const;
};

enum class RequestDeny {
  not_enough_role,  // A1: only an administrator who holds at least the member's role
  self,             // A3: nobody decides for themselves
  not_waiting,      // decided already, or older than 30 days
  member_gone,      // the member concerned is no more, or may not come back by a request
  no_seat,          // no seat is free
};
[[nodiscard]] std::string_view name_of(RequestDeny reason);  // "NOT_WAITING"
[[nodiscard]] std::string_view text_of(RequestDeny reason);  // one sentence with the fix

// What the decision reads besides the request, from the transaction that stores it.
struct RequestFacts {
  std::optional<Member> member;                  // the member concerned, as it is now
  std::vector<IdentityRecord> actor_identities;  // of the deciding member; none for the operator
  bool seat_free = false;
};

enum class Answer { yes, no };

// Decides what `actor` says to `request`; the result is to be stored. Pure and thread-safe.
[[nodiscard]] std::expected<AccessRequest, RequestDeny> decide_request(
    const Actor& actor, const AccessRequest& request, Answer answer, const RequestFacts& facts,
    const Ladder& ladder, base::Instant now);

}  // namespace doorward::jit
