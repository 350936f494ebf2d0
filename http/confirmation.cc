#include "http/confirmation.h"

#include "base/json.h"
#include "session/cookies.h"

namespace doorward::http {
namespace {

base::Json json_of(const Confirmation& c) {
  const auto& subject = c.asked.subject;
  return {{"id", c.id},
          {"org", c.org.str()},
          {"connection", subject.connection.str()},
          {"idp_entity_id", subject.idp_entity_id},
          {"format", subject.format},
          {"name_qualifier", subject.name_qualifier},
          {"sp_name_qualifier", subject.sp_name_qualifier},
          {"name_id", subject.name_id},
          {"alt_subject", c.asked.alt_subject},
          {"email", c.asked.email},
          {"member", c.asked.member.str()},
          {"asked_at", c.asked.asked_at.time_since_epoch().count()},
          {"through", c.through.str()},
          {"return_to", c.return_to},
          {"app", c.app.str()},
          {"app_state", c.app_state},
          {"app_bind", c.app_bind}};
}

// `json` was sealed by us, so its shape is ours.
std::optional<Confirmation> confirmation_of(const base::Json& json) {
  auto asked_at = json.find("asked_at");
  if (asked_at == json.end() || !asked_at->is_number_integer()) return std::nullopt;
  auto text = [&](std::string_view key) { return base::json_string(json, key); };
  Confirmation c;
  c.id = text("id");
  c.org = base::OrgId(text("org"));
  c.asked.subject = {.connection = base::ConnectionId(text("connection")),
                     .idp_entity_id = text("idp_entity_id"),
                     .format = text("format"),
                     .name_qualifier = text("name_qualifier"),
                     .sp_name_qualifier = text("sp_name_qualifier"),
                     .name_id = text("name_id")};
  c.asked.alt_subject = text("alt_subject");
  c.asked.email = text("email");
  c.asked.member = base::MemberId(text("member"));
  c.asked.asked_at = base::Instant(base::Duration(asked_at->get<std::int64_t>()));
  c.through = base::ConnectionId(text("through"));
  c.return_to = text("return_to");
  c.app = base::AppId(text("app"));
  c.app_state = text("app_state");
  c.app_bind = text("app_bind");
  return c;
}

}  // namespace

void remember_confirmation(const State& state, const Confirmation& confirmation,
                           Response& response) {
  response.add("Set-Cookie", state.seal_cookie(session::kConfirmCookie, json_of(confirmation),
                                               session::SameSite::none, jit::kConfirmLife));
}

std::optional<Confirmation> find_confirmation(const State& state, const Request& request,
                                              std::string_view id) {
  if (id.empty()) return std::nullopt;
  auto json = state.open_cookie(request, session::kConfirmCookie);
  auto found = json ? confirmation_of(*json) : std::nullopt;
  return found && found->id == id ? found : std::nullopt;
}

void forget_confirmation(Response& response) {
  response.add("Set-Cookie",
               session::clear_cookie(session::kConfirmCookie, session::SameSite::none));
}

}  // namespace doorward::http
