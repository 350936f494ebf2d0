#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/snapshot.h"
#include "jit/confirm_decision.h"
#include "jit/login_decision.h"
#include "session/access.h"
#include "sp/reject.h"
#include "store/store.h"

namespace doorward::http {

// The one place that turns an error of a room into an answer: opaque outside, precise inside.

// A message that `verify` refused: 400, a general sentence and the trace id.
// start_again: where the person may begin anew by a click; never by itself.
[[nodiscard]] Response rejected_answer(sp::Reject reject, std::string_view start_again,
                                       const std::string& trace_id);

// A login that a rule denied: 403 with the reason's sentence for the person, and, where the denial
// asks an administrator, what became of that request.
[[nodiscard]] Response denied_answer(const jit::Deny& deny, std::optional<store::Opened> asked,
                                     std::string_view start_again, const std::string& trace_id);
[[nodiscard]] Response denied_answer(jit::DenyReason reason, std::string_view start_again,
                                     const std::string& trace_id);

// A second sign-in that did not confirm what it was to confirm: 403 with the reason's sentence.
[[nodiscard]] Response unconfirmed_answer(jit::ConfirmDeny reason, std::string_view start_again,
                                          const std::string& trace_id);

// The store did not do it: 503 with Retry-After.
[[nodiscard]] Response unavailable_answer(const std::string& trace_id);

// A request that makes no sense: 400 with one sentence.
[[nodiscard]] Response bad_request_answer(std::string_view sentence, const std::string& trace_id);

[[nodiscard]] Response not_found_answer();
// allow: "GET, HEAD".
[[nodiscard]] Response method_not_allowed_answer(std::string_view allow);

}  // namespace doorward::http
