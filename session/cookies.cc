#include "session/cookies.h"

#include <algorithm>

namespace doorward::session {
namespace {

bool is_base64url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

std::string_view text_of(SameSite same_site) {
  switch (same_site) {
    case SameSite::lax:
      return "Lax";
    case SameSite::none:
      return "None";
  }
  return "";
}

}  // namespace

std::string set_cookie(std::string_view name, std::string_view value, SameSite same_site,
                       std::optional<base::Duration> max_age) {
  std::string out(name);
  out += '=';
  if (std::ranges::all_of(value, is_base64url)) out += value;
  out += "; Path=/; Secure; HttpOnly; SameSite=";
  out += text_of(same_site);
  if (max_age) {
    auto seconds = std::chrono::floor<std::chrono::seconds>(*max_age).count();
    out += "; Max-Age=" + std::to_string(seconds);
  }
  return out;
}

std::string clear_cookie(std::string_view name, SameSite same_site) {
  return set_cookie(name, "", same_site, base::Duration::zero());
}

}  // namespace doorward::session
