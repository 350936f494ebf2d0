// POST /login/continue: the answer to "is this you?".
#include "base/encoding.h"
#include "http/answers.h"
#include "http/pages.h"
#include "http/state.h"
#include "session/cookies.h"
#include "session/session.h"

namespace doorward::http {

Response handle_continue(State& state, const Request& request) {
  if (!state.same_origin(request)) {
    return bad_request_answer("This form was sent from another site.", request.id);
  }
  Fields form = Fields::parse(request.body);
  base::Json held = state.open_cookie(request, session::kContinueCookie).value_or(base::Json());
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
