#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"

// Our cookies. Every name has the prefix __Host-: a browser takes it only from this very host,
// over TLS, for the whole host [RFC 6265bis 4.1.3.2]. Thread-safe.
namespace doorward::session {

inline constexpr std::string_view kSsoCookie = "__Host-dw_sso";    // sign-in session, on our host
inline constexpr std::string_view kAppCookie = "__Host-dw_app";    // on each application's host
inline constexpr std::string_view kBindCookie = "__Host-dw_bind";  // the browser of a `start`
inline constexpr std::string_view kContinueCookie = "__Host-dw_cont";    // "continue as X?"
inline constexpr std::string_view kInviteCookie = "__Host-dw_invite";    // a claimed invitation
inline constexpr std::string_view kConfirmCookie = "__Host-dw_confirm";  // "is this yours too?"
inline constexpr std::string_view kRequestCookiePrefix =
    "__Host-dw_req-";  // then the request's handle

// none: for what must survive the cross-site POST of an IdP.
enum class SameSite { lax, none };

// The value of a Set-Cookie header: always Secure, HttpOnly and Path=/.
// value: base64url characters; with any other it is set empty, which opens nothing.
// max_age: whole seconds, the rest is cut; none: until the browser closes.
[[nodiscard]] std::string set_cookie(std::string_view name, std::string_view value,
                                     SameSite same_site,
                                     std::optional<base::Duration> max_age = std::nullopt);
// … that removes the cookie.
[[nodiscard]] std::string clear_cookie(std::string_view name, SameSite same_site);

}  // namespace doorward::session
