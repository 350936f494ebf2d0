// POST /login/confirm: the person says that both identities are theirs, and goes to prove it.
#include "http/answers.h"
#include "http/confirmation.h"
#include "http/pages.h"
#include "http/send_to_idp.h"

namespace doorward::http {

Response handle_confirm(State& state, const Request& request) {
  if (!state.same_origin(request)) {
    return bad_request_answer("This form was sent from another site.", request.id);
  }
  Fields form = Fields::parse(request.body);
  auto confirmation = find_confirmation(state, request, form.get("confirmation"));
  if (!confirmation ||
      state.world.clock.now() >= confirmation->asked.asked_at + jit::kConfirmLife) {
    return bad_request_answer("That took too long. Please sign in again.", request.id);
  }
  if (form.get("choice") != "yes") {
    Response response = notice_page({.status = 200,
                                     .heading = "Nothing was joined",
                                     .sentences = {"You are not signed in. If you need access, "
                                                   "ask your administrator."},
                                     .links = {},
                                     .trace_id = {}});
    forget_confirmation(response);
    return response;
  }
  auto snapshot = state.snapshot();
  if (!snapshot) return unavailable_answer(request.id);
  const auto* entry = snapshot->connection(confirmation->through);
  if (entry == nullptr || !entry->open() || entry->organization->id != confirmation->org) {
    return denied_answer(jit::DenyReason::connection_off, "", request.id);
  }
  sp::PendingRequest pending;
  pending.return_to = confirmation->return_to;
  pending.app = confirmation->app;
  pending.app_state = confirmation->app_state;
  pending.app_bind = confirmation->app_bind;
  pending.confirmation = confirmation->id;
  // A session that is open proves nothing here: the person has to sign in anew.
  return send_to_idp(state, request, *entry, std::move(pending), {.force_authn = true});
}

}  // namespace doorward::http
