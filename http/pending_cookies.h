#pragma once

#include <optional>
#include <string_view>

#include "http/message.h"
#include "http/state.h"
#include "sp/pending_request.h"

namespace doorward::http {

// Pending requests live in the browser: one sealed cookie each, `__Host-dw_req-HANDLE`, so that
// several tabs can sign in at once. SameSite=None, since the IdP's POST to the ACS is cross-site.

inline constexpr std::size_t kMostPending = 8;
// Bytes of all of them together, well below what proxies take as one header line.
inline constexpr std::size_t kMostPendingBytes = 6000;

// Adds the cookie for `pending`; the oldest go when there would be too many.
void remember_pending(const State& state, const Request& request, const sp::PendingRequest& pending,
                      Response& response);

// The pending request of this browser with that AuthnRequest ID, if it has not expired.
[[nodiscard]] std::optional<sp::PendingRequest> find_pending(const State& state,
                                                             const Request& request,
                                                             std::string_view request_id);

// Removes its cookie.
void forget_pending(const sp::PendingRequest& pending, Response& response);

}  // namespace doorward::http
