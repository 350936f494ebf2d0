#include "http/curl_fetcher.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "base/url.h"

namespace doorward::http {
namespace {

constexpr int kMaxRedirects = 3;

struct Ip {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // the first four of IPv4
};

std::optional<Ip> parse_ip(const std::string& text) {
  Ip ip;
  if (inet_pton(AF_INET, text.c_str(), ip.bytes.data()) == 1) return ip;
  ip.v6 = true;
  if (inet_pton(AF_INET6, text.c_str(), ip.bytes.data()) == 1) return ip;
  return std::nullopt;
}

struct Network {
  const char* address;
  unsigned bits;
};

constexpr Network kClosedV4[] = {
    {"0.0.0.0", 8},      {"10.0.0.0", 8},       {"100.64.0.0", 10}, {"127.0.0.0", 8},
    {"169.254.0.0", 16}, {"172.16.0.0", 12},    {"192.0.0.0", 24},  {"192.0.2.0", 24},
    {"192.88.99.0", 24}, {"192.168.0.0", 16},   {"198.18.0.0", 15}, {"198.51.100.0", 24},
    {"203.0.113.0", 24}, {"168.63.129.16", 32}, {"224.0.0.0", 3},
};
// Only 2000::/3 is public at all; these parts of it are not.
constexpr Network kClosedV6[] = {{"2001::", 23}, {"2001:db8::", 32}, {"3fff::", 20}};

bool within(const Ip& ip, const Network& network) {
  auto base = parse_ip(network.address);
  if (!base || base->v6 != ip.v6) return false;
  for (unsigned bit = 0; bit < network.bits; ++bit) {
    auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if (((ip.bytes[bit / 8] ^ base->bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

// The IPv4 address that a translation would reach, if `ip` holds one.
std::optional<Ip> embedded_v4(const Ip& ip) {
  std::size_t at = 0;
  if (within(ip, {"::ffff:0:0", 96}) || within(ip, {"::", 96}) || within(ip, {"64:ff9b::", 96})) {
    at = 12;
  } else if (within(ip, {"2002::", 16})) {
    at = 2;
  } else {
    return std::nullopt;
  }
  Ip inner;
  std::copy_n(ip.bytes.begin() + static_cast<std::ptrdiff_t>(at), 4, inner.bytes.begin());
  return inner;
}

bool is_closed(const Ip& ip) {
  auto holds = [&](const Network& network) { return within(ip, network); };
  if (!ip.v6) return std::ranges::any_of(kClosedV4, holds);
  if (auto inner = embedded_v4(ip)) return is_closed(*inner);
  return !within(ip, {"2000::", 3}) || std::ranges::any_of(kClosedV6, holds);
}

bool is_loopback(const Ip& ip) {
  if (!ip.v6) return within(ip, {"127.0.0.0", 8});
  auto inner = embedded_v4(ip);
  return within(ip, {"::1", 128}) || (inner && is_loopback(*inner));
}

struct Peer {
  Ip ip;
  std::uint16_t port;
};

std::optional<Peer> peer_of(const sockaddr& address) {
  Peer peer{};
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    std::memcpy(peer.ip.bytes.data(), &v4.sin_addr, 4);
    peer.port = ntohs(v4.sin_port);
    return peer;
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    peer.ip.v6 = true;
    std::memcpy(peer.ip.bytes.data(), &v6.sin6_addr, 16);
    peer.port = ntohs(v6.sin6_port);
    return peer;
  }
  return std::nullopt;
}

Ip unwrapped(const Ip& ip) {
  auto inner = ip.v6 && within(ip, {"::ffff:0:0", 96}) ? embedded_v4(ip) : std::nullopt;
  return inner ? *inner : ip;
}

// A listener on "every address" is reached by loopback and by any private address of this host;
// which of them are ours is not known here, so that port is closed on all of them.
bool is_own(const Peer& peer, const ListenerAddress& listener) {
  if (peer.port != listener.port) return false;
  auto own = parse_ip(listener.host);
  if (!own) return is_closed(peer.ip);
  bool every = std::ranges::all_of(own->bytes, [](std::uint8_t byte) { return byte == 0; });
  if (every) return is_closed(peer.ip);
  Ip a = unwrapped(peer.ip);
  Ip b = unwrapped(*own);
  if (is_loopback(a) && is_loopback(b)) return true;
  return a.v6 == b.v6 && a.bytes == b.bytes;
}

// What one transfer needs to know and leaves behind.
struct Transfer {
  const FetcherOptions* options;
  std::size_t max_bytes;
  std::string body;
  bool too_large = false;
  bool refused_address = false;
};

curl_socket_t open_socket(void* context, curlsocktype purpose, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(context);
  auto peer = purpose == CURLSOCKTYPE_IPCXN ? peer_of(address->addr) : std::nullopt;
  bool allowed = peer && (transfer.options->allow_private || !is_closed(peer->ip)) &&
                 std::ranges::none_of(transfer.options->own_listeners,
                                      [&](const auto& own) { return is_own(*peer, own); });
  if (!allowed) {
    transfer.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  std::size_t bytes = size * count;
  if (bytes > transfer.max_bytes - transfer.body.size()) {
    transfer.too_large = true;
    return 0;
  }
  transfer.body.append(data, bytes);
  return bytes;
}

base::Fetcher::Failure refused(std::string detail) {
  return {base::FetchError::refused, std::move(detail)};
}

std::optional<base::Fetcher::Failure> check_url(const std::string& text,
                                                const FetcherOptions& options,
                                                const std::string& scheme) {
  auto url = base::parse_url(text);
  if (!url) return refused("this is no http or https URL that is accepted");
  if (!scheme.empty() && url->scheme != scheme) {
    return refused("a redirect to another scheme (" + url->scheme + ") is not followed");
  }
  if (url->scheme == "http" && !(options.allow_private && url->is_loopback())) {
    return refused("only https URLs are fetched");
  }
  return std::nullopt;
}

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

void set_options(CURL* handle, const std::string& url, Transfer& transfer,
                 std::chrono::milliseconds timeout, char* error_text) {
  auto set = [&](CURLoption option, auto value) { curl_easy_setopt(handle, option, value); };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(CURLOPT_HTTP09_ALLOWED, 0L);
  set(CURLOPT_USERAGENT, "doorward");
  set(CURLOPT_ERRORBUFFER, error_text);
  set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(&transfer));
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
}

// What one request answered: a body, or where to go on.
struct Answer {
  long status = 0;
  std::string body;
  std::string location;
};

std::expected<Answer, base::Fetcher::Failure> request(const std::string& url,
                                                      const FetcherOptions& options,
                                                      std::size_t max_bytes,
                                                      std::chrono::milliseconds timeout) {
  Handle handle(curl_easy_init(), &curl_easy_cleanup);
  if (!handle) {
    return std::unexpected(
        base::Fetcher::Failure{base::FetchError::failed, "libcurl could not be started"});
  }
  Transfer transfer{&options, max_bytes, {}};
  std::array<char, CURL_ERROR_SIZE> error_text{};
  set_options(handle.get(), url, transfer, timeout, error_text.data());
  CURLcode code = curl_easy_perform(handle.get());
  if (transfer.too_large) {
    return std::unexpected(
        base::Fetcher::Failure{base::FetchError::too_large,
                               "the answer has more than " + std::to_string(max_bytes) + " bytes"});
  }
  if (code != CURLE_OK && transfer.refused_address) {
    return std::unexpected(refused("the address is private or one of our own listeners"));
  }
  if (code != CURLE_OK) {
    std::string detail = error_text[0] != '\0' ? error_text.data() : curl_easy_strerror(code);
    return std::unexpected(base::Fetcher::Failure{base::FetchError::failed, std::move(detail)});
  }
  Answer answer;
  answer.body = std::move(transfer.body);
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  const char* location = nullptr;
  curl_easy_getinfo(handle.get(), CURLINFO_REDIRECT_URL, &location);
  if (location != nullptr) answer.location = location;
  return answer;
}

}  // namespace

bool is_private_address(std::string_view address) {
  auto ip = parse_ip(std::string(address));
  return !ip || is_closed(*ip);
}

CurlFetcher::CurlFetcher(FetcherOptions options) : options_(std::move(options)) {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(kStarted);
}

std::expected<std::string, base::Fetcher::Failure> CurlFetcher::get(const std::string& url,
                                                                    std::size_t max_bytes) {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + options_.timeout;
  std::string at = url;
  std::string scheme;
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    if (auto failure = check_url(at, options_, scheme)) return std::unexpected(*failure);
    scheme = base::parse_url(at)->scheme;
    auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) {
      return std::unexpected(Failure{base::FetchError::failed, "the answer took too long"});
    }
    auto answer = request(at, options_, max_bytes, left);
    if (!answer) return std::unexpected(answer.error());
    if (answer->status == 200) return std::move(answer->body);
    if (answer->status < 300 || answer->status > 399 || answer->location.empty()) {
      return std::unexpected(
          Failure{base::FetchError::status, "the answer was " + std::to_string(answer->status)});
    }
    at = answer->location;
  }
  return std::unexpected(
      refused("more than " + std::to_string(kMaxRedirects) + " redirects are not followed"));
}

}  // namespace doorward::http
