// POST to the assertion consumer service: bytes → verified → identified; the
// transaction decides and applies.
#include "base/encoding.h"
#include "http/answers.h"
#include "http/confirmation.h"
#include "http/invite_cookie.h"
#include "http/login_transaction.h"
#include "http/pages.h"
#include "http/pending_cookies.h"
#include "session/cookies.h"
#include "session/session.h"
#include "sp/identity.h"
#include "sp/response.h"
#include "sp/verify.h"

namespace doorward::http {
namespace {

// One Response on its way through the steps.
struct Arrival {
  State& state;
  const Request& request;
  const ConnectionEntry& entry;
  base::Instant now;
  std::optional<sp::PendingRequest> pending;
  bool shared_acs = false;

  // The link on an error page; what it starts is a new login, by a person's click.
  [[nodiscard]] std::string start_again() const {
    if (pending && !pending->app.empty()) {
      if (const auto* app = state.app(pending->app.str())) return app->url.origin() + "/";
    }
    // Which of several connections at one ACS was meant, only a pending request could tell.
    if (!pending && shared_acs) return "/login?ask=1";
    return "/login?ask=1&connection=" + base::percent_encode(entry.id().str());
  }
};

Response refuse(const Arrival& arrival, sp::Reject reject) {
  std::string name(sp::reject_info(reject).name);
  arrival.state.world.metrics.count("doorward_login_total",
                                    {{"result", "rejected"}, {"rule", name}});
  arrival.state.world.log.write(base::Level::warning, "login_rejected",
                                {{"request_id", arrival.request.id},
                                 {"connection", arrival.entry.id().str()},
                                 {"reason", name}});
  // Anybody can post rubbish, and each record costs a durable write: recorded is the first refusal
  // of each request of this browser; all are logged and counted.
  if (arrival.pending) {
    auto written =
        arrival.state.world.store.write(arrival.entry.organization->id, [&](store::Tx& tx) {
          // "|" stands in no xs:ID, so this is never taken for the request itself.
          bool first = tx.consume_once(arrival.entry.id(), store::OnceKind::request,
                                       "refused|" + arrival.pending->id,
                                       arrival.pending->issued_at + sp::kPendingLife);
          if (!first) return store::Verdict::rollback;
          tx.append_audit(saml_event(arrival.state, arrival.request, arrival.entry,
                                     "login.rejected", name, arrival.now));
          return store::Verdict::commit;
        });
    if (!written && written.error() != store::StoreError::rolled_back) {
      return unavailable_answer(arrival.request.id);
    }
  }
  return rejected_answer(reject, arrival.start_again(), arrival.request.id);
}

// Where the signed-in browser goes: an application's login is finished by GET /login, which now
// finds the session.
std::string next_of(const sp::PendingRequest& pending) {
  if (pending.app.empty()) return pending.return_to.empty() ? "/" : pending.return_to;
  return "/login?app=" + base::percent_encode(pending.app.str()) +
         "&state=" + base::percent_encode(pending.app_state) +
         "&bind=" + base::percent_encode(pending.app_bind);
}

Response joined_page(const std::string& next) {
  return notice_page({.status = 200,
                      .heading = "Both sign-ins are yours",
                      .sentences = {"From now on either of them leads to this membership. If it "
                                    "was not you who asked for this, tell your administrator."},
                      .links = {{next, "Continue"}},
                      .trace_id = {}});
}

Response welcome(const Arrival& arrival, const session::Opened& opened,
                 const sp::Identity& identity, bool linked) {
  const auto& pending = *arrival.pending;
  bool other_member =
      !pending.previous_member.empty() && pending.previous_member != opened.record.member;
  if (!other_member && !pending.started_cross_site) {
    Response response = linked ? joined_page(next_of(pending)) : redirect(next_of(pending));
    response.add("Set-Cookie", session::set_cookie(session::kSsoCookie, opened.cookie_value,
                                                   session::SameSite::lax, std::nullopt));
    return response;
  }
  // Somebody else may have sent this browser here: the session begins only by a click.
  base::Json held = {{"session", opened.cookie_value},
                     {"next", next_of(pending)},
                     {"until", base::format_instant(arrival.now + std::chrono::minutes(10))}};
  // The name is the IdP's to choose; the address counts only if the organisation owns its domain.
  bool trusted = identity.email() && identity.email()->trust == sp::EmailTrust::trusted;
  std::string who = trusted
                        ? identity.email()->address
                        : "someone whom the identity provider calls " + identity.subject().name_id;
  if (!identity.display_name().empty()) who += " (" + identity.display_name() + ")";
  const std::string shown = base::base64url_encode(opened.record.hash);
  Response response = question_page(
      "Is this you?",
      "You are about to continue as " + who + " of " + arrival.entry.organization->name + ".",
      {{"/login/continue", {{"choice", "yes"}, {"session", shown}}, "Continue"},
       {"/login/continue", {{"choice", "no"}, {"session", shown}}, "No, that is not me", false}});
  response.add("Set-Cookie",
               arrival.state.seal_cookie(session::kContinueCookie, held, session::SameSite::lax,
                                         std::chrono::minutes(10)));
  return response;
}

// L11: both identities are shown, and whoever can sign in as the other one may join them.
Response ask_to_confirm(const Arrival& arrival, const sp::Identity& identity,
                        const Existing& existing) {
  auto& state = arrival.state;
  const auto& pending = *arrival.pending;
  auto snapshot = state.snapshot();
  const auto* other = snapshot ? snapshot->connection(existing.subject.connection) : nullptr;
  if (other == nullptr) return unavailable_answer(arrival.request.id);
  Confirmation confirmation{.id = base::base64url_encode(state.world.rng.bytes(16)),
                            .org = arrival.entry.organization->id,
                            .asked = {.subject = identity.subject(),
                                      .alt_subject = identity.alt_subject(),
                                      .email = identity.email() ? identity.email()->address : "",
                                      .member = existing.member,
                                      .asked_at = arrival.now},
                            .through = existing.subject.connection,
                            .return_to = pending.return_to,
                            .app = pending.app,
                            .app_state = pending.app_state,
                            .app_bind = pending.app_bind};
  auto named = [](const ConnectionEntry& entry, const sp::SubjectKey& subject) {
    return subject.name_id + " through " + entry.preset->title + " (" + entry.id().str() + ")";
  };
  Response response = question_page(
      "Is this you too?",
      "You signed in as " + named(arrival.entry, identity.subject()) + ". " +
          arrival.entry.organization->name +
          " already has a member with your address, who signs in as " +
          named(*other, existing.subject) +
          ". If both are you, sign in there once more within 10 minutes: from then on both lead to "
          "the same membership.",
      {{"/login/confirm",
        {{"choice", "yes"}, {"confirmation", confirmation.id}},
        "Sign in with " + other->preset->title},
       {"/login/confirm",
        {{"choice", "no"}, {"confirmation", confirmation.id}},
        "No, that is not me",
        false}},
      403);
  remember_confirmation(state, confirmation, response);
  return response;
}

// Adds what this login has spent of the browser's cookies.
Response& spend(const Arrival& arrival, Response& response) {
  forget_pending(*arrival.pending, response);
  if (!arrival.pending->invitation.empty()) forget_invitation(response);
  if (!arrival.pending->confirmation.empty()) forget_confirmation(response);
  return response;
}

Response deny(const Arrival& arrival, const LoginOutcome& outcome, const sp::Identity& identity) {
  if (outcome.confirm_with) return ask_to_confirm(arrival, identity, *outcome.confirm_with);
  if (outcome.unconfirmed) {
    return unconfirmed_answer(*outcome.unconfirmed, arrival.start_again(), arrival.request.id);
  }
  return denied_answer(*outcome.denied, outcome.asked, arrival.start_again(), arrival.request.id);
}

std::string_view reason_of(const LoginOutcome& outcome) {
  if (outcome.unconfirmed) return jit::name_of(*outcome.unconfirmed);
  return outcome.denied ? jit::name_of(outcome.denied->reason) : "";
}

Response decide(const Arrival& arrival, const sp::VerifiedAssertion& assertion) {
  auto& state = arrival.state;
  const auto& pending = *arrival.pending;
  sp::Identity identity = sp::identify(assertion, arrival.entry.id(), *arrival.entry.preset,
                                       arrival.entry.trusted_domains);
  auto outcome = write_login(
      state, {.request = arrival.request,
              .entry = arrival.entry,
              .pending = pending,
              .assertion = assertion,
              .identity = identity,
              .confirmation = find_confirmation(state, arrival.request, pending.confirmation),
              .now = arrival.now});
  if (!outcome) return unavailable_answer(arrival.request.id);
  if (outcome->refused) return refuse(arrival, *outcome->refused);
  state.world.metrics.count(
      "doorward_login_total",
      {{"result", outcome->opened ? "admitted" : "denied"}, {"rule", outcome->rule}});
  state.world.log.write(base::Level::info, outcome->opened ? "login_admitted" : "login_denied",
                        {{"request_id", arrival.request.id},
                         {"connection", arrival.entry.id().str()},
                         {"rule", outcome->rule},
                         {"reason", std::string(reason_of(*outcome))}});
  Response response = outcome->opened
                          ? welcome(arrival, *outcome->opened, identity, outcome->linked)
                          : deny(arrival, *outcome, identity);
  return spend(arrival, response);
}

}  // namespace

Response handle_acs(State& state, const Request& request,
                    const std::vector<const ConnectionEntry*>& connections,
                    const std::shared_ptr<const Snapshot>& snapshot) {
  (void)snapshot;  // keeps the entries alive
  Arrival first{state,
                request,
                *connections.front(),
                state.world.clock.now(),
                std::nullopt,
                connections.size() > 1};
  std::string_view type = request.header("content-type");
  Fields form = Fields::parse(request.body);
  if (!type.starts_with("application/x-www-form-urlencoded") || !form.valid() ||
      form.count("SAMLResponse") != 1 || form.count("RelayState") > 1) {
    return bad_request_answer("The form that arrived holds no single SAMLResponse.", request.id);
  }
  auto response = sp::parse_response(form.get("SAMLResponse"), state.options.message);
  if (!response) return refuse(first, response.error());

  std::string claimed(response->claimed_in_response_to());
  auto pending = find_pending(state, request, claimed);
  if (!pending) {
    return refuse(first,
                  claimed.empty() ? sp::Reject::unsolicited : sp::Reject::request_cookie_missing);
  }
  const ConnectionEntry* entry = nullptr;
  for (const auto* candidate : connections) {
    if (candidate->id() == pending->connection) entry = candidate;
  }
  if (entry == nullptr) return refuse(first, sp::Reject::in_response_to_mismatch);

  Arrival arrival{state, request, *entry, state.world.clock.now(), std::move(pending), false};
  auto started = std::chrono::steady_clock::now();
  auto assertion =
      sp::verify(std::move(*response), entry->connection, &*arrival.pending, arrival.now);
  state.world.metrics.observe(
      "doorward_saml_verify_seconds", {},
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
  if (!assertion) return refuse(arrival, assertion.error());
  return decide(arrival, *assertion);
}

}  // namespace doorward::http
