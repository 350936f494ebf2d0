// /invite#TOKEN: an invitation's token comes in by a POST, and waits in this browser for a login.
#include "base/encoding.h"
#include "base/text.h"
#include "http/answers.h"
#include "http/invite_cookie.h"
#include "http/pages.h"
#include "session/cookies.h"

namespace doorward::http {
namespace {

// From the click to the end of the login at the IdP.
constexpr base::Duration kClaimLife = std::chrono::hours(1);

}  // namespace

Response handle_invite_page(State& state, const Request& request) {
  (void)request;
  return invitation_page("", 200, state.world.rng);
}

Response handle_invite(State& state, const Request& request) {
  if (!state.same_origin(request)) {
    return bad_request_answer("This form was sent from another site.", request.id);
  }
  Fields form = Fields::parse(request.body);
  std::string hash = session::hash_of(base::trim(form.get("token")));
  auto found = state.world.store.find_invitation(hash);
  auto snapshot = state.snapshot();
  if (!found || !snapshot) return unavailable_answer(request.id);
  base::Instant now = state.world.clock.now();
  const auto* organization = *found ? snapshot->organization((*found)->org) : nullptr;
  if (organization == nullptr || now >= (*found)->expires_at) {
    return invitation_page(
        "This invitation was used already, was replaced by another one or is too old. Ask whoever "
        "invited you for a new link.",
        404, state.world.rng);
  }
  Response response = redirect("/login?org=" + organization->slug +
                               "&email=" + base::percent_encode((*found)->email));
  base::Json claim = {{"token_hash", base::base64url_encode(hash)},
                      {"until", base::format_instant(now + kClaimLife)}};
  response.add("Set-Cookie", state.seal_cookie(session::kInviteCookie, claim,
                                               session::SameSite::lax, kClaimLife));
  return response;
}

std::string claimed_invitation(const State& state, const Request& request) {
  auto claim = state.open_cookie(request, session::kInviteCookie).value_or(base::Json());
  auto until = base::parse_instant(base::json_string(claim, "until"));
  bool fresh = until && state.world.clock.now() < *until;
  return fresh ? base::json_string(claim, "token_hash") : "";
}

void forget_invitation(Response& response) {
  response.add("Set-Cookie", session::clear_cookie(session::kInviteCookie, session::SameSite::lax));
}

}  // namespace doorward::http
