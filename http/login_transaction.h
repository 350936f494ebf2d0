#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/confirmation.h"
#include "http/state.h"
#include "jit/login_decision.h"
#include "session/session.h"
#include "sp/identity.h"
#include "sp/pending_request.h"
#include "sp/reject.h"
#include "sp/verified_assertion.h"

namespace doorward::http {

// A verified login, as it comes to the rules.
struct ArrivedLogin {
  const Request& request;
  const ConnectionEntry& entry;
  const sp::PendingRequest& pending;
  const sp::VerifiedAssertion& assertion;
  const sp::Identity& identity;
  // What this login was asked to confirm, if pending.confirmation names one of this browser.
  std::optional<Confirmation> confirmation;
  base::Instant now;
};

// Somebody of another connection whom a fresh login may join with the denied identity (L11).
struct Existing {
  base::MemberId member;
  sp::SubjectKey subject;
};

// What a login came to. Exactly one of refused, denied, unconfirmed and opened is set.
struct LoginOutcome {
  std::optional<sp::Reject> refused;  // used twice or no longer trusted; nothing was written
  std::optional<jit::Deny> denied;
  std::optional<jit::ConfirmDeny> unconfirmed;
  std::optional<session::Opened> opened;
  std::string rule;                    // "L18"; empty if refused
  std::optional<store::Opened> asked;  // what became of the request that `denied` opens
  std::optional<Existing> confirm_with;
  bool linked = false;  // the confirmed identity is linked
};

// Consumes, decides, applies and records one login, together or not at all. Whatever a rule
// denied is committed too: the message is spent, and the record stands.
[[nodiscard]] std::expected<LoginOutcome, store::StoreError> write_login(State& state,
                                                                         const ArrivedLogin& login);

// An audit record of what came with a Response.
[[nodiscard]] audit::Event saml_event(const State& state, const Request& request,
                                      const ConnectionEntry& entry, std::string action,
                                      std::string rule, base::Instant now);

}  // namespace doorward::http
