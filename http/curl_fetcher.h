#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/doors.h"

namespace doorward::http {

// One of our own listeners: it is never fetched from.
struct ListenerAddress {
  std::string host;  // an IPv4 or IPv6 address without brackets; 0.0.0.0 and :: mean every address
  std::uint16_t port;
};

// The text of an IP address ("127.0.0.1", "fd00::1").
// True if nothing that answers there can be on the public Internet: private, loopback, link-local
// (cloud metadata among them), unique local, shared (CGNAT), documentation, benchmarking,
// multicast, reserved and unspecified addresses; the same inside IPv4-mapped, IPv4-compatible,
// NAT64 and 6to4 addresses; and what is no address [IANA special-purpose registries].
[[nodiscard]] bool is_private_address(std::string_view address);

struct FetcherOptions {
  // Private addresses are reached, and http:// on loopback hosts: for tests and intranets.
  bool allow_private = false;
  std::vector<ListenerAddress> own_listeners;
  std::chrono::milliseconds timeout = std::chrono::seconds(15);  // for the whole of get()
};

// Fetches with libcurl: https only, certificates checked, at most 3 redirects, each judged like the
// first URL, never to another scheme. The address that is connected to is the one that was
// checked, after name resolution. No cookies, no proxy, no credentials, nothing kept between calls.
// The body comes as it was sent: no content coding is asked for. Thread-safe.
class CurlFetcher : public base::Fetcher {
 public:
  explicit CurlFetcher(FetcherOptions options);

  [[nodiscard]] std::expected<std::string, Failure> get(const std::string& url,
                                                        std::size_t max_bytes) override;

 private:
  FetcherOptions options_;
};

}  // namespace doorward::http
