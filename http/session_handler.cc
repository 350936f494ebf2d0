// What a signed-in person can see and end at the gateway itself.
#include "http/answers.h"
#include "http/pages.h"
#include "http/state.h"
#include "session/access.h"
#include "session/cookies.h"

namespace doorward::http {

bool end_session(State& state, const Request& request, const CachedSession& session,
                 std::string_view why) {
  const auto& record = session.record;
  auto ended = state.world.store.write(record.org, [&](store::Tx& tx) {
    tx.end_session(record.parent.empty() ? record.hash : record.parent);
    tx.append_audit({.time = state.world.clock.now(),
                     .org = record.org,
                     .actor = record.member.str(),
                     .via = "http",
                     .action = "session.ended",
                     .target = record.member.str(),
                     .rule = std::string(why),
                     .request_id = request.id,
                     .ip = client_address(request, state.proxies),
                     .connection = record.connection.str()});
    return store::Verdict::commit;
  });
  return ended.has_value();
}

Response handle_session(State& state, const Request& request) {
  auto session = signed_in(state, request);
  Response response;
  response.add("Content-Type", "application/json");
  if (!session) {
    response.status = 503;
    response.add("Retry-After", "5");
    response.body = R"({"error":"unavailable"})";
  } else if (!*session) {
    response.status = 401;
    response.body = R"({"error":"not_signed_in"})";
  } else {
    (*session)->touch(state.world.clock.now());
    response.status = 200;
    response.body = base::dump_json(session::session_json((*session)->person));
  }
  return response;
}

Response handle_home(State& state, const Request& request) {
  auto session = signed_in(state, request);
  if (!session) return unavailable_answer(request.id);
  if (!*session) {
    return notice_page({.status = 200,
                        .heading = "You are not signed in",
                        .sentences = {},
                        .links = {{"/login", "Sign in"}},
                        .trace_id = {}});
  }
  const auto& person = (*session)->person;
  Notice notice{
      .status = 200,
      .heading = "You are signed in",
      .sentences = {person.name + (person.email.empty() ? "" : " · " + person.email),
                    person.org + " · " + person.role + (person.read_only ? " (read-only)" : "")},
      .links = {},
      .trace_id = {}};
  for (const auto& [id, app] : state.options.apps) {
    if (app.lets_in(person.org))
      notice.links.push_back({app.url.origin() + "/", "Open " + id.str()});
  }
  notice.links.push_back({"/logout", "Sign out"});
  return notice_page(notice);
}

Response handle_logout_page(State& state, const Request& request) {
  auto session = signed_in(state, request);
  if (!session) return unavailable_answer(request.id);
  if (!*session) {
    return notice_page(
        {.status = 200,
         .heading = "You are signed out",
         .sentences = {"You may still be signed in at your company's identity provider."},
         .links = {{"/login", "Sign in"}},
         .trace_id = {}});
  }
  return question_page("Sign out?", "This ends your session here and in every application.",
                       {{"/logout", {}, "Sign out"}});
}

Response handle_logout(State& state, const Request& request) {
  if (!state.same_origin(request)) {
    return bad_request_answer("This form was sent from another site.", request.id);
  }
  auto session = signed_in(state, request);
  if (!session) return unavailable_answer(request.id);
  if (*session && !end_session(state, request, **session, "logout")) {
    return unavailable_answer(request.id);
  }
  Response response = redirect("/logout");
  response.add("Set-Cookie", session::clear_cookie(session::kSsoCookie, session::SameSite::lax));
  return response;
}

}  // namespace doorward::http
