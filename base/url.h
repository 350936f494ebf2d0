#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace doorward::base {

// An absolute http or https URL, read strictly: no user info, no backslash, no control or
// non-ASCII characters, a host of letters, digits, "-", "." (or [IPv6]), no fragment.
struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case
  std::uint16_t port;  // the scheme's default when not given
  std::string target;  // path and query, at least "/"

  [[nodiscard]] std::string path() const;   // target up to "?"
  [[nodiscard]] std::string query() const;  // what follows "?", or empty
  // "https://host" or "https://host:8443": a default port is left out [RFC 6454 6.2].
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] std::string str() const;
  // 127.0.0.0/8, [::1], localhost and *.localhost.
  [[nodiscard]] bool is_loopback() const;
};

[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

// True for a path on our own host that is safe in a Location header: one leading "/", no second
// one, no backslash, printable ASCII only.
[[nodiscard]] bool is_local_path(std::string_view text);

}  // namespace doorward::base
