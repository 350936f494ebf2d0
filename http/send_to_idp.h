#pragma once

#include "http/message.h"
#include "http/state.h"
#include "sp/authn_request.h"
#include "sp/pending_request.h"

namespace doorward::http {

// Sends the browser to the IdP of `entry` with a fresh AuthnRequest, by the connection's binding.
// pending: what is to be known again when it comes back; id, connection, issued_at and handle are
// filled in here. 503 if our signing key cannot be used.
[[nodiscard]] Response send_to_idp(State& state, const Request& request,
                                   const ConnectionEntry& entry, sp::PendingRequest pending,
                                   const sp::RequestOptions& options = {});

}  // namespace doorward::http
