#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "sp/connection.h"
#include "sp/pending_request.h"
#include "sp/reject.h"
#include "sp/response.h"
#include "sp/verified_assertion.h"

namespace doorward::sp {

inline constexpr base::Duration kMaxClockSkew = std::chrono::seconds(180);
// An Assertion counts no longer after its IssueInstant, whatever it says of itself.
inline constexpr base::Duration kMaxAssertionLife = std::chrono::hours(24);
inline constexpr base::Duration kMaxUnsolicitedAge = std::chrono::minutes(2);

// Verifies a Response for one connection and the request of this browser that it answers
// [Prof 4.1.4.3]. A signed Response, a signed Assertion or both: every signature that is there
// must verify, and everything returned was read from signed bytes.
// request: nullptr if this browser has none pending. Then the message is unsolicited, and accepted
// only if the connection allows such, it carries no InResponseTo and is at most two minutes old.
// now: UTC. Clock skew is connection.settings.clock_skew, 180 s at most.
// Errors: every Reject but replayed_*; the first failing step wins. `unsolicited` comes last: all
// else is right then, so that a connection that converts may start a request of its own.
// That neither id was used before is the store's to ensure. Thread-safe. Spends `response`.
[[nodiscard]] std::expected<VerifiedAssertion, Reject> verify(UntrustedResponse&& response,
                                                              const Connection& connection,
                                                              const PendingRequest* request,
                                                              base::Instant now);

// One step of the verification, as an administrator reads it.
struct Check {
  enum class Outcome { fail, pass, skipped };
  std::string name;    // stable, snake_case
  std::string clause;  // of the standard: "Prof 4.1.4.3"
  Outcome outcome = Outcome::fail;
  std::string detail;  // the evidence: what was expected and what came, instants, fingerprints
};

struct Examination {
  std::vector<Check> checks;                             // in the order of verify
  std::optional<Reject> reject = Reject::malformed_xml;  // what verify returns; nullopt: accept
  // Read from signed bytes only, even when the message is refused for something else.
  std::string name_id;
  std::vector<Attribute> attributes;
};

// The same steps as verify, all of them: for people, decides nothing.
// message: XML or the base64 form value, told apart by the first character that is not blank.
// in_response_to: the id of the pending request to assume, made for `connection` at `now`.
// Steps that need signed content are skipped where no signature verified. Thread-safe.
[[nodiscard]] Examination examine(std::string_view message, const Connection& connection,
                                  const std::optional<std::string>& in_response_to,
                                  base::Instant now, const xml::Limits& limits = {});

}  // namespace doorward::sp
