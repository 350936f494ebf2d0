#include "base/url.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace doorward::base {
namespace {

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '\\'; });
}

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  if (host.front() == '[') {
    return host.back() == ']' && host.size() > 3 &&
           std::ranges::all_of(host.substr(1, host.size() - 2), [](char c) {
             return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
           });
  }
  return host.front() != '.' && host.front() != '-' && std::ranges::all_of(host, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                  c == '_';
         });
}

std::uint16_t default_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

}  // namespace

std::string Url::path() const {
  return target.substr(0, target.find('?'));
}

std::string Url::query() const {
  auto mark = target.find('?');
  return mark == std::string::npos ? std::string() : target.substr(mark + 1);
}

std::string Url::origin() const {
  std::string out = scheme + "://" + host;
  if (port != default_port(scheme)) out += ":" + std::to_string(port);
  return out;
}

std::string Url::str() const {
  return origin() + target;
}

bool Url::is_loopback() const {
  if (host == "localhost" || host.ends_with(".localhost") || host == "[::1]") return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
}

std::optional<Url> parse_url(std::string_view text) {
  if (!is_printable(text) || text.find('#') != std::string_view::npos) return std::nullopt;
  auto colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  Url url{ascii_lower(text.substr(0, colon)), "", 0, "/"};
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  text.remove_prefix(colon + 3);
  auto end = text.find_first_of("/?");
  std::string_view authority = text.substr(0, end);
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  if (end != std::string_view::npos) {
    url.target = std::string(text.substr(end));
    if (url.target.front() == '?') url.target.insert(0, "/");
  }
  auto port_mark = authority.rfind(':');
  if (port_mark != std::string_view::npos &&
      authority.find(']', port_mark) == std::string_view::npos) {
    std::string_view digits = authority.substr(port_mark + 1);
    auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (error != std::errc{} || rest != digits.data() + digits.size() || url.port == 0) {
      return std::nullopt;
    }
    authority = authority.substr(0, port_mark);
  } else {
    url.port = default_port(url.scheme);
  }
  url.host = ascii_lower(authority);
  if (!is_host(url.host)) return std::nullopt;
  return url;
}

bool is_local_path(std::string_view text) {
  return !text.empty() && text.front() == '/' && !text.starts_with("//") && is_printable(text);
}

}  // namespace doorward::base
