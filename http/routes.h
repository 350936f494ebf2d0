#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace doorward::http {

// Whose paths the public listener answers itself, now or by its interface: each of them whole, and
// all that is below it. No connection may take its Responses there, except /saml/ID/acs.
inline constexpr std::array<std::string_view, 11> kOwnTrees = {
    "/login",  "/logout", "/invite", "/session", "/_doorward", "/authz",
    "/oauth2", "/scim",   "/setup",  "/v1",      "/console"};

[[nodiscard]] constexpr bool is_own_path(std::string_view path) {
  if (path == "/" || path.starts_with("/saml/") || path.starts_with("/.well-known/")) return true;
  return std::ranges::any_of(kOwnTrees, [path](std::string_view tree) {
    return path.starts_with(tree) && (path.size() == tree.size() || path[tree.size()] == '/');
  });
}

}  // namespace doorward::http
