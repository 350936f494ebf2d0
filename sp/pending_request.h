#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/instant.h"

namespace doorward::sp {

// An AuthnRequest that a browser was sent away with. It lives in a sealed cookie of that browser
// for 15 minutes; only its consumption is stored.
struct PendingRequest {
  std::string id;  // the AuthnRequest's ID
  base::ConnectionId connection;
  base::Instant issued_at;
  // 128 random bits, base64url: the RelayState, and the name of the cookie.
  std::string handle;
  // Where the person goes after signing in: a local path, or empty.
  std::string return_to;
  // Set when an application's host asked (apps.md): the code goes back there.
  base::AppId app;
  std::string app_state;
  std::string app_bind;
  // The member who was signed in in this browser when the request was made, if any.
  base::MemberId previous_member;
  // Another site sent the browser to /login without an application's state.
  bool started_cross_site = false;
  // What the answer is to be used for besides, as handles of the rooms that know: the hash of the
  // token of an invitation that this browser holds, base64url; the confirmation that asked for a
  // fresh sign-in. Empty: nothing.
  std::string invitation;
  std::string confirmation;
};

inline constexpr base::Duration kPendingLife = std::chrono::minutes(15);

// JSON text, to be sealed; and back. A text that is not one: nullopt.
[[nodiscard]] std::string serialize(const PendingRequest& request);
[[nodiscard]] std::optional<PendingRequest> parse_pending_request(std::string_view text);

}  // namespace doorward::sp
