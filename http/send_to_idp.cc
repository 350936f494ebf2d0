#include "http/send_to_idp.h"

#include "base/encoding.h"
#include "http/answers.h"
#include "http/pages.h"
#include "http/pending_cookies.h"

namespace doorward::http {

Response send_to_idp(State& state, const Request& request, const ConnectionEntry& entry,
                     sp::PendingRequest pending, const sp::RequestOptions& options) {
  const auto& settings = entry.connection.settings;
  pending.id = sp::make_request_id(state.world.rng);
  pending.connection = settings.id;
  pending.issued_at = state.world.clock.now();
  pending.handle = base::base64url_encode(state.world.rng.bytes(16));

  std::string xml =
      sp::write_authn_request(settings, *entry.preset, pending.id, pending.issued_at, options);
  std::optional<SigningKey> key;
  if (settings.sign_requests) {
    key = signing_key(entry, state.world.data_key);
    if (!key) {
      state.world.log.write(base::Level::error, "signing_key_unusable",
                            {{"connection", settings.id.str()}, {"request_id", request.id}});
      return unavailable_answer(request.id);
    }
  }
  Response response;
  if (settings.idp_sso_binding == sp::Binding::redirect) {
    response = redirect(sp::redirect_url(settings, xml, pending.handle, key ? &key->key : nullptr));
  } else {
    auto form = sp::post_form(settings, xml, pending.id, pending.handle, key ? &key->key : nullptr,
                              key ? &key->certificate : nullptr);
    if (!form) return unavailable_answer(request.id);
    response = post_binding_page(*form, state.world.rng);
  }
  remember_pending(state, request, pending, response);
  return response;
}

}  // namespace doorward::http
