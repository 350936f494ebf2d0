#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/state.h"
#include "jit/confirm_decision.h"
#include "sp/pending_request.h"

namespace doorward::http {

// The question of L11, as it waits in the browser where it was asked: is the identity that was
// denied another one of a member who signs in elsewhere? It lives for 10 minutes in a sealed
// cookie, one to a browser, SameSite=None since the answer comes with an IdP's POST.
struct Confirmation {
  std::string id;  // 128 random bits, base64url: pending requests name it
  base::OrgId org;
  jit::AskedLink asked;
  base::ConnectionId through;  // where the member has to sign in anew
  // Where the denied login was going.
  std::string return_to;
  base::AppId app;
  std::string app_state;
  std::string app_bind;
};

void remember_confirmation(const State& state, const Confirmation& confirmation,
                           Response& response);
// The one of this browser with that id, expired or not.
[[nodiscard]] std::optional<Confirmation> find_confirmation(const State& state,
                                                            const Request& request,
                                                            std::string_view id);
void forget_confirmation(Response& response);

}  // namespace doorward::http
