#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/url.h"
#include "http/message.h"

namespace doorward::http {

// The proxies whose X-Original-* and X-Forwarded-* headers count.
class TrustedProxies {
 public:
  // blocks: addresses or CIDR blocks, IPv4 or IPv6. One that is neither: nullopt.
  static std::optional<TrustedProxies> make(const std::vector<std::string>& blocks);
  [[nodiscard]] bool contains(std::string_view address) const;

 private:
  struct Block {
    std::string bytes;  // 16: IPv4 as ::ffff:a.b.c.d
    int bits;
  };
  std::vector<Block> blocks_;
};

// The URL that the browser asked for, as a trusted proxy tells it: X-Original-URL, else
// X-Forwarded-Proto, -Host and -Uri. nullopt if the peer is no trusted proxy, a header is missing
// or given twice, or they make no URL. Only a key to look up an application, never text of a URL
// that we build.
[[nodiscard]] std::optional<base::Url> original_url(const Request& request,
                                                    const TrustedProxies& proxies);

// The browser's address: the last entry of X-Forwarded-For if a trusted proxy sent it, else the
// peer's.
[[nodiscard]] std::string client_address(const Request& request, const TrustedProxies& proxies);

}  // namespace doorward::http
