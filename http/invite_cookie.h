#pragma once

#include <string>

#include "http/message.h"
#include "http/state.h"

namespace doorward::http {

// The hash, in base64url, of the invitation's token that this browser brought within the last
// hour; empty if none. It spends nothing: only a login does (L6).
[[nodiscard]] std::string claimed_invitation(const State& state, const Request& request);
void forget_invitation(Response& response);

}  // namespace doorward::http
