// POST to the assertion consumer service: bytes → verified → identified → decided → applied.
#include "base/encoding.h"
#include "http/answers.h"
#include "http/pages.h"
#include "http/pending_cookies.h"
#include "http/state.h"
#include "jit/login_decision.h"
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

  [[nodiscard]] audit::Event event(std::string action, std::string rule) const {
    return {.time = now,
            .org = entry.organization->id,
            .actor = "anonymous",
            .via = "saml",
            .action = std::move(action),
            .target = "",
            .rule = std::move(rule),
            .request_id = request.id,
            .ip = client_address(request, state.proxies),
            .connection = entry.id().str()};
  }
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
          tx.append_audit(arrival.event("login.rejected", name));
          return store::Verdict::commit;
        });
    if (!written && written.error() != store::StoreError::rolled_back) {
      return unavailable_answer(arrival.request.id);
    }
  }
  return rejected_answer(reject, arrival.start_again(), arrival.request.id);
}

// What the transaction came to.
struct Outcome {
  std::optional<sp::Reject> refused;
  std::optional<jit::DenyReason> denied;
  std::string rule;
  std::optional<session::Opened> opened;
};

base::Json state_of(const std::optional<jit::Member>& member, const jit::Ladder& ladder,
                    base::Instant now) {
  base::Json json = base::Json::object();
  if (!member) return json;
  json["status"] = jit::name_of(member->status);
  json["role"] = jit::effective_role(*member, ladder, now);
  return json;
}

// The connection may have changed since the message was verified: what vouched for it then must
// still be trusted in the transaction that opens a session.
std::optional<sp::Reject> no_longer_trusted(const std::optional<sp::ConnectionSettings>& settings,
                                            const sp::VerifiedAssertion& assertion,
                                            base::Instant now) {
  if (!settings || settings->idp_entity_id != assertion.issuer())
    return sp::Reject::issuer_mismatch;
  if (assertion.used_sha1() && (!settings->sha1_until || now >= *settings->sha1_until)) {
    return sp::Reject::sha1;
  }
  for (const auto& certificate : settings->idp_certificates) {
    if (certificate.sha256() == assertion.key_fingerprint()) return std::nullopt;
  }
  return sp::Reject::unknown_key;
}

// Consume, decide, apply and audit: together, or not at all.
store::Verdict decide(const Arrival& arrival, const sp::VerifiedAssertion& assertion,
                      const sp::Identity& identity, const base::MemberId& fresh_id, store::Tx& tx,
                      Outcome& outcome) {
  outcome = {};
  const auto& world = arrival.state.world;
  const auto& ladder = arrival.state.options.ladder;
  const auto& connection = arrival.entry.id();
  if (!tx.consume_once(connection, store::OnceKind::request, assertion.request_id(),
                       arrival.pending->issued_at + sp::kPendingLife)) {
    outcome.refused = sp::Reject::replayed_request;
    return store::Verdict::rollback;
  }
  if (!tx.consume_once(connection, store::OnceKind::assertion, assertion.assertion_id(),
                       assertion.usable_until())) {
    outcome.refused = sp::Reject::replayed_assertion;
    return store::Verdict::rollback;
  }
  outcome.refused = no_longer_trusted(tx.find_connection(connection), assertion, arrival.now);
  if (outcome.refused) return store::Verdict::rollback;
  auto organization = tx.organization();
  if (!organization) return store::Verdict::rollback;
  auto facts = tx.login_snapshot(identity, arrival.now);
  // Only a lease that has just ended asks for the owners that are left.
  if (facts.known && facts.known->status_at(arrival.now) != facts.known->status) {
    facts.last_owner =
        jit::effective_role(*facts.known, ladder, arrival.now) == ladder.highest() &&
        jit::other_owners(tx.list_members(), facts.known->id, ladder, arrival.now) == 0;
  }
  auto decision = jit::decide_login(identity, *arrival.entry.preset, facts, std::nullopt,
                                    organization->policy, ladder, fresh_id, arrival.now);
  outcome.rule = jit::name_of(decision.rule());
  auto event = arrival.event("login.denied", outcome.rule);
  event.before = state_of(facts.known, ladder, arrival.now);
  if (const auto* deny = decision.deny()) {
    outcome.denied = deny->reason;
    event.after["reason"] = jit::name_of(deny->reason);
    if (facts.known) event.target = facts.known->id.str();
    tx.append_audit(event);
    return store::Verdict::commit;
  }
  const jit::Admit& admitted = *decision.admit();
  tx.apply(admitted.change);
  auto member = tx.find_member(admitted.change.member);
  if (!member) return store::Verdict::rollback;
  outcome.opened = session::open(admitted, organization->id, connection, assertion,
                                 arrival.state.options.session, world.rng, arrival.now);
  if (!tx.put_session(outcome.opened->record)) return store::Verdict::rollback;
  event.action = "login.admitted";
  event.actor = member->id.str();
  event.target = member->id.str();
  event.after = state_of(member, ladder, arrival.now);
  if (!admitted.change.warnings.empty()) event.after["warnings"] = admitted.change.warnings;
  if (assertion.used_sha1()) event.after["sha1"] = true;
  tx.append_audit(event);
  return store::Verdict::commit;
}

// Where the signed-in browser goes: an application's login is finished by GET /login, which now
// finds the session.
std::string next_of(const sp::PendingRequest& pending) {
  if (pending.app.empty()) return pending.return_to.empty() ? "/" : pending.return_to;
  return "/login?app=" + base::percent_encode(pending.app.str()) +
         "&state=" + base::percent_encode(pending.app_state) +
         "&bind=" + base::percent_encode(pending.app_bind);
}

Response welcome(const Arrival& arrival, const session::Opened& opened,
                 const sp::Identity& identity) {
  const auto& pending = *arrival.pending;
  bool other_member =
      !pending.previous_member.empty() && pending.previous_member != opened.record.member;
  if (!other_member && !pending.started_cross_site) {
    Response response = redirect(next_of(pending));
    response.add("Set-Cookie", session::set_cookie(session::kSsoCookie, opened.cookie_value,
                                                   session::SameSite::lax, std::nullopt));
    forget_pending(pending, response);
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
  response.add("Set-Cookie", session::set_cookie(session::kContinueCookie,
                                                 arrival.state.seal(session::kContinueCookie,
                                                                    base::dump_json(held)),
                                                 session::SameSite::lax, std::chrono::minutes(10)));
  forget_pending(pending, response);
  return response;
}

Response admit_or_deny(const Arrival& arrival, const sp::VerifiedAssertion& assertion) {
  auto& state = arrival.state;
  sp::Identity identity = sp::identify(assertion, arrival.entry.id(), *arrival.entry.preset,
                                       arrival.entry.trusted_domains);
  base::MemberId fresh_id(base::make_ulid(arrival.now, state.world.rng));
  Outcome outcome;
  auto written = state.world.store.write(arrival.entry.organization->id, [&](store::Tx& tx) {
    return decide(arrival, assertion, identity, fresh_id, tx, outcome);
  });
  if (outcome.refused) return refuse(arrival, *outcome.refused);
  if (!written) return unavailable_answer(arrival.request.id);
  state.world.metrics.count(
      "doorward_login_total",
      {{"result", outcome.denied ? "denied" : "admitted"}, {"rule", outcome.rule}});
  state.world.log.write(base::Level::info, outcome.denied ? "login_denied" : "login_admitted",
                        {{"request_id", arrival.request.id},
                         {"connection", arrival.entry.id().str()},
                         {"rule", outcome.rule}});
  if (outcome.denied) {
    Response response = denied_answer(*outcome.denied, arrival.start_again(), arrival.request.id);
    forget_pending(*arrival.pending, response);
    return response;
  }
  return welcome(arrival, *outcome.opened, identity);
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
  return admit_or_deny(arrival, *assertion);
}

Response handle_continue(State& state, const Request& request) {
  if (!state.same_origin(request)) {
    return bad_request_answer("This form was sent from another site.", request.id);
  }
  Fields form = Fields::parse(request.body);
  base::Json held;
  for (const auto& value : request.cookies(session::kContinueCookie)) {
    auto text = state.unseal(session::kContinueCookie, value);
    if (!text) continue;
    if (auto json = base::parse_json(*text)) held = std::move(*json);
  }
  auto until = base::parse_instant(base::json_string(held, "until"));
  std::string cookie = base::json_string(held, "session");
  // The answer must be to the question that this browser saw last: another tab may have asked anew.
  bool same_question = base::base64url_decode(form.get("session")) == session::hash_of(cookie);
  if (!until || state.world.clock.now() >= *until || cookie.empty() || !same_question) {
    return bad_request_answer("That took too long. Please sign in again.", request.id);
  }
  auto opened = state.load(session::hash_of(cookie));
  if (!opened) return unavailable_answer(request.id);
  Response response;
  if (form.get("choice") == "yes" && *opened) {
    // Whoever was signed in here before is not any more, in no application either.
    auto previous = signed_in(state, request);
    if (!previous || (*previous && !end_session(state, request, **previous, "replaced"))) {
      return unavailable_answer(request.id);
    }
    response = redirect(base::json_string(held, "next", "/"));
    response.add("Set-Cookie", session::set_cookie(session::kSsoCookie, cookie,
                                                   session::SameSite::lax, std::nullopt));
  } else {
    if (*opened) {
      if (!end_session(state, request, **opened, "declined")) return unavailable_answer(request.id);
    }
    response = notice_page({.status = 200,
                            .heading = "You are not signed in",
                            .sentences = {"Nothing was opened in your name in this browser."},
                            .links = {},
                            .trace_id = {}});
  }
  response.add("Set-Cookie",
               session::clear_cookie(session::kContinueCookie, session::SameSite::lax));
  return response;
}

}  // namespace doorward::http
