#include "session/app_flow.h"

#include "base/encoding.h"
#include "base/json.h"
#include "base/url.h"
#include "certs/digest.h"

namespace doorward::session {

std::string serialize(const AppState& state) {
  return base::dump_json(
      {{"app", state.app.str()}, {"rd", state.rd}, {"at", base::format_instant(state.issued_at)}});
}

std::optional<AppState> parse_app_state(std::string_view text) {
  auto json = base::parse_json(text);
  if (!json) return std::nullopt;
  AppState state;
  state.app = base::AppId(base::json_string(*json, "app"));
  state.rd = base::json_string(*json, "rd");
  auto issued_at = base::parse_instant(base::json_string(*json, "at"));
  if (state.app.empty() || !base::is_local_path(state.rd) || !issued_at) {
    return std::nullopt;
  }
  state.issued_at = *issued_at;
  return state;
}

std::string bind_of(std::string_view bind_cookie, std::string_view state) {
  std::string both = std::string(bind_cookie).append("|").append(state);
  return base::base64url_encode(certs::sha256(both));
}

std::string_view name_of(CodeFault fault) {
  switch (fault) {
    case CodeFault::expired:
      return "EXPIRED";
    case CodeFault::other_app:
      return "OTHER_APP";
    case CodeFault::other_state:
      return "OTHER_STATE";
    case CodeFault::other_browser:
      return "OTHER_BROWSER";
  }
  return "";
}

std::expected<void, CodeFault> check_code(const AppCode& code, const base::AppId& app,
                                          std::string_view state, std::string_view bind_cookie,
                                          base::Instant now) {
  bool same_app = base::equal_constant_time(code.app.str(), app.str());
  bool same_state = base::equal_constant_time(code.state_hash, certs::sha256(state));
  bool same_browser =
      !bind_cookie.empty() && base::equal_constant_time(code.bind, bind_of(bind_cookie, state));
  if (now >= code.expires_at) return std::unexpected(CodeFault::expired);
  if (!same_app) return std::unexpected(CodeFault::other_app);
  if (!same_state) return std::unexpected(CodeFault::other_state);
  if (!same_browser) return std::unexpected(CodeFault::other_browser);
  return {};
}

}  // namespace doorward::session
