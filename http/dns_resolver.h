#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/doors.h"

namespace doorward::http {

// "192.0.2.53", "192.0.2.53:5353", "2001:db8::53" or "[2001:db8::53]:53" with its port (53 if none
// is said); nullopt if it is no IP address.
[[nodiscard]] std::optional<std::string> parse_dns_server(std::string_view text);

// The name servers of a resolv.conf, each once, with their port [resolv.conf(5)].
[[nodiscard]] std::vector<std::string> name_servers_of(std::string_view resolv_conf);

struct ResolverOptions {
  std::vector<std::string> servers;                             // as parse_dns_server returns them
  std::chrono::milliseconds try_for = std::chrono::seconds(1);  // first of two tries, twice as long
  std::chrono::milliseconds timeout = std::chrono::seconds(6);  // for the whole of txt()
};

// Asks by c-ares, over UDP and, where an answer is cut short, over TCP. A "no" counts only from a
// server that is responsible for the name or asks others for us (AA or RA [RFC 1035 4.1.1]): a
// referral is a failure. Nothing is kept between calls: each has sockets and ports of its own.
// Thread-safe.
class DnsResolver : public base::Resolver {
 public:
  explicit DnsResolver(ResolverOptions options) : options_(std::move(options)) {}
  [[nodiscard]] std::vector<base::TxtObservation> txt(const std::string& name) override;

 private:
  ResolverOptions options_;
};

}  // namespace doorward::http
