#include "http/proxy.h"

#include <arpa/inet.h>

#include <charconv>

#include "base/text.h"

namespace doorward::http {
namespace {

// Sixteen bytes of an address, IPv4 ones mapped; empty if it is none.
std::string address_bytes(std::string_view text) {
  std::string address(text);
  std::string bytes(16, '\0');
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) return bytes;
  std::string four(4, '\0');
  if (inet_pton(AF_INET, address.c_str(), four.data()) != 1) return {};
  return std::string("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) + four;
}

bool same_prefix(std::string_view a, std::string_view b, int bits) {
  for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
    unsigned mask = bits >= 8 ? 0xFFU : 0xFFU << (8 - bits) & 0xFFU;
    auto x = static_cast<unsigned char>(a[i]);
    auto y = static_cast<unsigned char>(b[i]);
    if (((x ^ y) & mask) != 0) return false;
  }
  return true;
}

}  // namespace

std::optional<TrustedProxies> TrustedProxies::make(const std::vector<std::string>& blocks) {
  TrustedProxies proxies;
  for (std::string_view block : blocks) {
    auto slash = block.find('/');
    std::string bytes = address_bytes(block.substr(0, slash));
    if (bytes.empty()) return std::nullopt;
    bool is_v4 = block.find(':') == std::string_view::npos;
    int bits = 128;
    if (slash != std::string_view::npos) {
      std::string_view digits = block.substr(slash + 1);
      auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
      if (error != std::errc{} || rest != digits.data() + digits.size()) return std::nullopt;
      if (is_v4) bits += 96;
      if (bits < (is_v4 ? 96 : 0) || bits > 128) return std::nullopt;
    }
    proxies.blocks_.push_back({bytes, bits});
  }
  return proxies;
}

bool TrustedProxies::contains(std::string_view address) const {
  std::string bytes = address_bytes(address);
  if (bytes.empty()) return false;
  for (const auto& block : blocks_) {
    if (same_prefix(bytes, block.bytes, block.bits)) return true;
  }
  return false;
}

std::optional<base::Url> original_url(const Request& request, const TrustedProxies& proxies) {
  if (!proxies.contains(request.peer)) return std::nullopt;
  if (request.has_header("x-original-url")) {
    return base::parse_url(request.header("x-original-url"));
  }
  std::string_view host = request.header("x-forwarded-host");
  std::string_view scheme = request.header("x-forwarded-proto");
  if (host.empty() || scheme.empty()) return std::nullopt;
  std::string_view uri = request.header("x-forwarded-uri");
  if (!uri.empty() && uri.front() != '/') return std::nullopt;
  std::string url(scheme);
  url.append("://").append(host).append(uri);
  return base::parse_url(url);
}

std::string client_address(const Request& request, const TrustedProxies& proxies) {
  if (!proxies.contains(request.peer)) return request.peer;
  std::string_view list = request.header("x-forwarded-for");
  auto comma = list.rfind(',');
  std::string last(base::trim(comma == std::string_view::npos ? list : list.substr(comma + 1)));
  return address_bytes(last).empty() ? request.peer : last;
}

}  // namespace doorward::http
