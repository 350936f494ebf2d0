#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/instant.h"
#include "session/session.h"

// The pure pieces of how a sign-in reaches an application's own host (ARCHITECTURE.md,
// applications): state, bind and code. Sealing, cookies and redirects are the caller's.
namespace doorward::session {

// What an application's `start` remembers: sealed, it is the `state` parameter of the flow.
struct AppState {
  base::AppId app;
  std::string rd;  // a path on the application's host, so that there is no open redirect
  base::Instant issued_at;
};

// JSON text, to be sealed; and back. nullopt: not one, or rd is no local path.
[[nodiscard]] std::string serialize(const AppState& state);
[[nodiscard]] std::optional<AppState> parse_app_state(std::string_view text);

// base64url SHA-256 of "bind_cookie|state": ties a code to the browser that asked for it without
// showing the cookie. state: the sealed parameter, as it stands in the URL after decoding.
[[nodiscard]] std::string bind_of(std::string_view bind_cookie, std::string_view state);

enum class CodeFault {
  expired,
  other_app,      // made for another application than the one whose host it came to
  other_state,    // made for another state
  other_browser,  // this browser's bind cookie is absent or another: login CSRF
};
[[nodiscard]] std::string_view name_of(CodeFault fault);  // "OTHER_BROWSER"

// Whether a code that was taken from the store may open a session here. The comparisons take
// constant time; the first fault in the order of the enumerators is told.
// app, state, bind_cookie: of the callback's host, query and cookie.
[[nodiscard]] std::expected<void, CodeFault> check_code(const AppCode& code, const base::AppId& app,
                                                        std::string_view state,
                                                        std::string_view bind_cookie,
                                                        base::Instant now);

}  // namespace doorward::session
