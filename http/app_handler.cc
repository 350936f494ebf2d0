// /_doorward/* on an application's own host: opens and ends the application's session.
#include "base/encoding.h"
#include "certs/digest.h"
#include "http/answers.h"
#include "http/pages.h"
#include "http/state.h"
#include "session/app_flow.h"
#include "session/cookies.h"

namespace doorward::http {
namespace {

// The application on whose host this request arrived; the Host header only as a last resort and
// only as a key.
const session::App* app_of(const State& state, const Request& request) {
  if (auto url = original_url(request, state.proxies)) return state.app_at(*url);
  if (request.has_header("x-original-url")) return nullptr;
  for (std::string_view scheme : {"https://", "http://"}) {
    auto url = base::parse_url(std::string(scheme).append(request.header("host")));
    if (url) {
      if (const auto* app = state.app_at(*url)) return app;
    }
  }
  return nullptr;
}

Response unknown_host(const Request& request) {
  return notice_page({.status = 403,
                      .heading = "No application is registered here",
                      .sentences = {"An administrator has to add this address to the gateway's "
                                    "configuration, as the url of an application."},
                      .links = {},
                      .trace_id = request.id});
}

std::string bind_cookie_of(const Request& request) {
  for (auto& value : request.cookies(session::kBindCookie)) {
    if (value.size() == 43 && base::base64url_decode(value)) return value;
  }
  return {};
}

Response link_used_up(const session::App& app, const Request& request) {
  return notice_page({.status = 400,
                      .heading = "This sign-in link was used or is too old",
                      .sentences = {"Each link opens an application once, in the browser that "
                                    "asked for it, within a minute."},
                      .links = {{app.url.origin() + "/", "Start again"}},
                      .trace_id = request.id});
}

}  // namespace

Response org_not_allowed_page(const State& state, const session::App& app,
                              const std::string& request_id) {
  const std::string sign_out_url = state.our_url("/logout");
  return notice_page(
      {.status = 403,
       .heading = "Your organisation has no access here",
       .sentences = {"You are signed in, but this application is not open to your "
                     "organisation. You can sign out and come back as somebody else."},
       .links = {{sign_out_url, "Sign out"}, {app.url.origin() + "/", "Try again"}},
       .trace_id = request_id});
}

Response handle_app_start(State& state, const Request& request) {
  const auto* app = app_of(state, request);
  if (app == nullptr) return unknown_host(request);
  Fields query = Fields::parse(request.query);
  std::string rd = query.count("rd") == 0 ? "/" : query.get("rd");
  if (!query.valid() || query.count("rd") > 1 || !base::is_local_path(rd) ||
      rd.starts_with("/_doorward/") || rd.size() > kMaxReturn) {
    return bad_request_answer("The address to come back to is not a path of this application.",
                              request.id);
  }
  std::string bind = bind_cookie_of(request);
  bool fresh = bind.empty();
  if (fresh) bind = base::base64url_encode(state.world.rng.bytes(32));
  session::AppState app_state{app->id, rd, state.world.clock.now()};
  std::string sealed = state.seal_app_state(app_state);
  Response response = redirect(state.our_url("/login?app=") + base::percent_encode(app->id.str()) +
                               "&state=" + sealed + "&bind=" + session::bind_of(bind, sealed));
  if (fresh) {
    response.add("Set-Cookie", session::set_cookie(session::kBindCookie, bind,
                                                   session::SameSite::lax, std::nullopt));
  }
  return response;
}

Response send_to_app(State& state, const Request& request, const CachedSession& session,
                     const session::App& app, std::string_view app_state, std::string_view bind) {
  auto opened = state.open_app_state(app_state);
  if (!opened || opened->app != app.id) return link_used_up(app, request);
  base::Instant now = state.world.clock.now();
  // The organisation in front names the transaction in which the code is looked up.
  std::string code =
      session.record.org.str() + "." + base::base64url_encode(state.world.rng.bytes(32));
  session::AppCode record{.hash = certs::sha256(code),
                          .app = app.id,
                          .state_hash = certs::sha256(app_state),
                          .bind = std::string(bind),
                          .parent = session.record.hash,
                          .org = session.record.org,
                          .expires_at = now + session::kCodeLife};
  auto written = state.world.store.write(session.record.org, [&](store::Tx& tx) {
    return tx.put_code(record) ? store::Verdict::commit : store::Verdict::rollback;
  });
  if (!written && written.error() == store::StoreError::rolled_back) {
    return link_used_up(app, request);
  }
  if (!written) return unavailable_answer(request.id);
  session.touch(now);
  return redirect(app.url.origin() + "/_doorward/callback?code=" + base::percent_encode(code) +
                  "&state=" + base::percent_encode(app_state));
}

Response handle_app_callback(State& state, const Request& request) {
  const auto* app = app_of(state, request);
  if (app == nullptr) return unknown_host(request);
  Fields query = Fields::parse(request.query);
  std::string code = query.get("code");
  std::string sealed = query.get("state");
  auto app_state = state.open_app_state(sealed);
  base::Instant now = state.world.clock.now();
  std::string bind = bind_cookie_of(request);
  if (!query.valid() || !app_state || bind.empty()) {
    return link_used_up(*app, request);
  }
  base::OrgId org(code.substr(0, code.find('.')));
  std::optional<session::AppCode> taken;
  auto spent = state.world.store.write(org, [&](store::Tx& tx) {
    taken = tx.take_code(certs::sha256(code));
    return taken ? store::Verdict::commit : store::Verdict::rollback;
  });
  if (!spent && spent.error() != store::StoreError::rolled_back)
    return unavailable_answer(request.id);
  if (!taken || app_state->app != app->id ||
      !session::check_code(*taken, app->id, sealed, bind, now)) {
    state.world.log.write(base::Level::warning, "app_code_refused",
                          {{"request_id", request.id}, {"app", app->id.str()}});
    return link_used_up(*app, request);
  }
  auto parent = state.load(taken->parent);
  if (!parent) return unavailable_answer(request.id);
  if (!*parent) return link_used_up(*app, request);
  if (!app->lets_in((*parent)->person.org)) return org_not_allowed_page(state, *app, request.id);

  auto child =
      session::open_child((*parent)->record, app->id, state.options.session, state.world.rng, now);
  auto written = state.world.store.write(org, [&](store::Tx& tx) {
    // The parent may have ended since it was looked up; then nothing opens.
    if (!tx.put_session(child.record)) return store::Verdict::rollback;
    tx.append_audit({.time = now,
                     .org = org,
                     .actor = child.record.member.str(),
                     .via = "http",
                     .action = "app.entered",
                     .target = app->id.str(),
                     .rule = {},
                     .request_id = request.id,
                     .ip = client_address(request, state.proxies),
                     .connection = child.record.connection.str()});
    return store::Verdict::commit;
  });
  if (!written && written.error() == store::StoreError::rolled_back) {
    return link_used_up(*app, request);
  }
  if (!written) return unavailable_answer(request.id);
  Response response = redirect(app_state->rd);
  response.add("Set-Cookie", session::set_cookie(session::kAppCookie, child.cookie_value,
                                                 session::SameSite::lax, std::nullopt));
  return response;
}

Response handle_app_sign_out(State& state, const Request& request) {
  const auto* app = app_of(state, request);
  if (app == nullptr) return unknown_host(request);
  if (request.header("origin") != app->url.origin()) {
    return bad_request_answer("This form was sent from another site.", request.id);
  }
  for (const auto& value : session_cookies(request, session::kAppCookie)) {
    auto session = state.load(session::hash_of(value));
    if (!session) return unavailable_answer(request.id);
    if (!*session || (*session)->record.app != app->id) continue;
    // The parent ends, or the next click would come back without a question.
    if (!end_session(state, request, **session, "logout")) return unavailable_answer(request.id);
  }
  Response response = redirect(state.our_url("/logout"));
  response.add("Set-Cookie", session::clear_cookie(session::kAppCookie, session::SameSite::lax));
  return response;
}

}  // namespace doorward::http
