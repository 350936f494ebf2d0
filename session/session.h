#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/doors.h"
#include "base/ids.h"
#include "base/instant.h"
#include "jit/login_decision.h"
#include "sp/verified_assertion.h"

namespace doorward::session {

// [session] of the configuration.
struct Limits {
  base::Duration idle = std::chrono::hours(8);
  base::Duration absolute = std::chrono::hours(24);
};

// What the store keeps of a session. The cookie's value is never kept, only its hash.
// A sign-in session has no parent; an application's session is the child of one.
struct SessionRecord {
  std::string hash;    // SHA-256 of the cookie value, 32 bytes
  std::string parent;  // hash of the sign-in session; empty for one
  base::AppId app;     // empty for a sign-in session
  base::OrgId org;
  base::MemberId member;
  base::ConnectionId connection;
  std::string key_fingerprint;  // of the IdP key that vouched; distrusting it ends the session
  std::string name_id;          // for single logout
  std::string session_index;
  base::Instant authenticated_at;  // when we admitted the login
  base::Instant last_seen_at;
  base::Instant expires_at;  // absolute; never after SessionNotOnOrAfter nor the parent's
  base::Duration idle;

  [[nodiscard]] bool alive_at(base::Instant now) const {
    return now < expires_at && now < last_seen_at + idle;
  }
};

struct Opened {
  std::string cookie_value;  // 256 random bits, base64url
  SessionRecord record;
};

// A sign-in session for an admitted login: always a fresh id [Core 2.7.2 SessionNotOnOrAfter].
[[nodiscard]] Opened open(const jit::Admit& admitted, const base::OrgId& org,
                          const base::ConnectionId& connection,
                          const sp::VerifiedAssertion& assertion, const Limits& limits,
                          base::Rng& rng, base::Instant now);

// An application's session: ends with its parent and not after it.
[[nodiscard]] Opened open_child(const SessionRecord& parent, const base::AppId& app,
                                const Limits& limits, base::Rng& rng, base::Instant now);

// The key under which the store and the cache know a cookie value.
[[nodiscard]] std::string hash_of(std::string_view cookie_value);

// What carries a sign-in to an application's host: one use, 60 seconds.
struct AppCode {
  std::string hash;  // SHA-256 of the code
  base::AppId app;
  std::string state_hash;  // SHA-256 of the state parameter
  std::string bind;        // base64url SHA-256(bind cookie | state), as `start` made it
  std::string parent;      // hash of the sign-in session
  base::OrgId org;
  base::Instant expires_at;
};
inline constexpr base::Duration kCodeLife = std::chrono::seconds(60);

}  // namespace doorward::session
