#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "certs/private_key.h"
#include "http/curl_fetcher.h"
#include "tests/support/world.h"

namespace doorward::http {
namespace {

using base::FetchError;
using std::chrono::milliseconds;

// A listening socket on a free loopback port.
int listen_on_loopback(std::uint16_t& port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, generic, size) != 0 || listen(listener, 16) != 0 ||
      getsockname(listener, generic, &size) != 0) {
    std::abort();
  }
  port = ntohs(address.sin_port);
  return listener;
}

// A server on a loopback port that answers each connection with what `answer` makes of the
// request's head. It writes the first text, waits, and writes the second.
class RawServer {
 public:
  struct Answer {
    std::string first;
    milliseconds pause{0};
    std::string second{};
  };
  using Handler = std::function<Answer(const std::string& head)>;

  explicit RawServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = listen_on_loopback(port_);
    thread_ = std::thread([this] { serve(); });
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  ~RawServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  void serve() {
    for (;;) {
      int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) return;
      ++connections_;
      std::string head;
      char byte = 0;
      while (!head.ends_with("\r\n\r\n") && read(peer, &byte, 1) == 1) head += byte;
      Answer answer = handler_(head);
      send(peer, answer.first.data(), answer.first.size(), MSG_NOSIGNAL);
      std::this_thread::sleep_for(answer.pause);
      send(peer, answer.second.data(), answer.second.size(), MSG_NOSIGNAL);
      close(peer);
    }
  }

  Handler handler_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

// A TLS server with a certificate of its own making, for one connection.
class TlsServer {
 public:
  TlsServer() : context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free) {
    tests::SeededRng rng;
    auto key = certs::PrivateKey::generate_ec();
    auto certificate = certs::make_self_signed(key, "localhost", tests::at("2020-01-01T00:00:00Z"),
                                               tests::at("2099-01-01T00:00:00Z"), rng);
    const auto& der = certificate.der();
    if (SSL_CTX_use_certificate_ASN1(context_.get(), static_cast<int>(der.size()),
                                     reinterpret_cast<const unsigned char*>(der.data())) != 1 ||
        SSL_CTX_use_PrivateKey(context_.get(), key.native()) != 1) {
      std::abort();
    }
    listener_ = listen_on_loopback(port_);
    thread_ = std::thread([this] { serve(); });
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool handshake_done() const { return handshake_done_; }

 private:
  void serve() {
    int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) return;
    std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context_.get()), &SSL_free);
    SSL_set_fd(tls.get(), peer);
    if (SSL_accept(tls.get()) == 1) {
      char byte = 0;
      handshake_done_ = SSL_read(tls.get(), &byte, 1) == 1;
    }
    close(peer);
  }

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> handshake_done_ = false;
  std::thread thread_;
};

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

RawServer::Handler always(const std::string& text) {
  return [text](const std::string&) { return RawServer::Answer{text}; };
}

std::string redirect(const std::string& location) {
  return "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n";
}

FetcherOptions local() {
  FetcherOptions options;
  options.allow_private = true;
  options.timeout = std::chrono::seconds(5);
  return options;
}

// What get() fails with, or the body.
std::string outcome(FetcherOptions options, const std::string& url, std::size_t max = 1000) {
  auto got = CurlFetcher(std::move(options)).get(url, max);
  if (got) return "body " + *got;
  switch (got.error().error) {
    case FetchError::refused:
      return "refused: " + got.error().detail;
    case FetchError::failed:
      return "failed: " + got.error().detail;
    case FetchError::status:
      return "status: " + got.error().detail;
    case FetchError::too_large:
      return "too_large: " + got.error().detail;
  }
  return "?";
}

TEST(CurlFetcher, FetchesABody) {
  RawServer server(always(ok("hello")));
  EXPECT_EQ(outcome(local(), server.url()), "body hello");
}

TEST(CurlFetcher, SendsNoCookieAndNoCredentialAndAsksForNoCoding) {
  std::string head;
  {
    RawServer server([&](const std::string& request) {
      head = request;
      return RawServer::Answer{ok("")};
    });
    EXPECT_EQ(outcome(local(), server.url("/a?b=c")), "body ");
  }
  EXPECT_TRUE(head.starts_with("GET /a?b=c HTTP/1.1\r\n")) << head;
  for (const char* name : {"Cookie", "Authorization", "Accept-Encoding"}) {
    EXPECT_EQ(head.find(name), std::string::npos) << head;
  }
}

TEST(CurlFetcher, KeepsNoCookieForALaterHop) {
  std::string last;
  {
    RawServer server([&](const std::string& request) {
      last = request;
      if (request.starts_with("GET /first")) {
        return RawServer::Answer{
            "HTTP/1.1 302 Found\r\nSet-Cookie: a=b; Path=/\r\nLocation: /second\r\n"
            "Content-Length: 0\r\n\r\n"};
      }
      return RawServer::Answer{ok("done")};
    });
    EXPECT_EQ(outcome(local(), server.url("/first")), "body done");
  }
  EXPECT_TRUE(last.starts_with("GET /second"));
  EXPECT_EQ(last.find("Cookie"), std::string::npos);
}

TEST(CurlFetcher, UsesNoProxyOfTheEnvironment) {
  RawServer proxy(always(ok("proxy")));
  RawServer server(always(ok("server")));
  ASSERT_EQ(setenv("http_proxy", proxy.url().c_str(), 1), 0);
  EXPECT_EQ(outcome(local(), server.url()), "body server");
  unsetenv("http_proxy");
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(CurlFetcher, TellsAnyStatusButOk) {
  RawServer missing(always("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"));
  EXPECT_EQ(outcome(local(), missing.url()), "status: the answer was 404");
  RawServer partial(always("HTTP/1.1 206 Partial Content\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(outcome(local(), partial.url()), "status: the answer was 206");
  RawServer nowhere(always("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(outcome(local(), nowhere.url()), "status: the answer was 302");
}

TEST(CurlFetcher, StopsAtTheSizeLimitHoweverTheLengthIsSaid) {
  RawServer said(always(ok(std::string(1001, 'x'))));
  EXPECT_TRUE(outcome(local(), said.url()).starts_with("too_large: "));
  RawServer full(always(ok(std::string(1000, 'x'))));
  EXPECT_EQ(outcome(local(), full.url()), "body " + std::string(1000, 'x'));
  RawServer unsaid(always("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(5000, 'x')));
  EXPECT_TRUE(outcome(local(), unsaid.url()).starts_with("too_large: "));
}

TEST(CurlFetcher, StopsAtTheTimeLimit) {
  auto options = local();
  options.timeout = milliseconds(200);
  RawServer slow([](const std::string&) {
    return RawServer::Answer{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", milliseconds(600),
                             "b"};
  });
  auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(outcome(options, slow.url()).starts_with("failed: "));
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(500));
}

TEST(CurlFetcher, CountsTheTimeOverAllHops) {
  auto options = local();
  options.timeout = milliseconds(400);
  RawServer slow([](const std::string& head) {
    auto next = head.starts_with("GET /1") ? "/2" : "/3";
    return RawServer::Answer{"", milliseconds(250), redirect(next)};
  });
  EXPECT_TRUE(outcome(options, slow.url("/1")).starts_with("failed: "));
  EXPECT_EQ(slow.connections(), 2);
}

TEST(CurlFetcher, FailsOnACutBodyAndWhereNobodyListens) {
  RawServer cut(always("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"));
  EXPECT_TRUE(outcome(local(), cut.url()).starts_with("failed: "));
  std::string gone;
  {
    RawServer server(always(ok("")));
    gone = server.url();
  }
  EXPECT_TRUE(outcome(local(), gone).starts_with("failed: "));
}

TEST(CurlFetcher, FollowsThreeRedirectsAndNotFour) {
  RawServer server([](const std::string& head) {
    int left = head[5] - '0';
    if (left == 0) return RawServer::Answer{ok("end")};
    return RawServer::Answer{redirect("/" + std::to_string(left - 1))};
  });
  EXPECT_EQ(outcome(local(), server.url("/3")), "body end");
  EXPECT_EQ(outcome(local(), server.url("/4")), "refused: more than 3 redirects are not followed");
}

TEST(CurlFetcher, FollowsNoRedirectToAnotherSchemeOrAnUnsafeUrl) {
  for (const char* target : {"file:///etc/passwd", "ftp://127.0.0.1/", "https://127.0.0.1:1/",
                             "gopher://127.0.0.1/", "http://user@127.0.0.1/"}) {
    RawServer server(always(redirect(target)));
    EXPECT_TRUE(outcome(local(), server.url()).starts_with("refused: ")) << target;
    EXPECT_EQ(server.connections(), 1);
  }
}

TEST(CurlFetcher, JudgesARedirectLikeTheFirstUrl) {
  // http:// is taken on loopback only, wherever it is said.
  RawServer server(always(redirect("http://example.com/")));
  EXPECT_EQ(outcome(local(), server.url()), "refused: only https URLs are fetched");
  RawServer own(always(ok("ours")));
  RawServer other(always(redirect(own.url())));
  auto options = local();
  options.own_listeners = {{"127.0.0.1", own.port()}};
  EXPECT_TRUE(outcome(options, other.url()).starts_with("refused: "));
  EXPECT_EQ(own.connections(), 0);
}

TEST(CurlFetcher, RefusesPrivateAddressesAfterNameResolution) {
  RawServer server(always(ok("secret")));
  FetcherOptions options;
  options.timeout = std::chrono::seconds(5);
  std::string port = std::to_string(server.port());
  for (const std::string host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"}) {
    EXPECT_TRUE(outcome(options, "https://" + host + ":" + port + "/")
                    .starts_with("refused: the address is private"))
        << host;
  }
  for (const char* url :
       {"https://10.0.0.1/", "https://169.254.169.254/latest/", "https://192.168.1.1/"}) {
    EXPECT_TRUE(outcome(options, url).starts_with("refused: the address is private")) << url;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlFetcher, ReadsNumbersInDisguiseAsTheAddressesTheyAre) {
  RawServer server(always(ok("secret")));
  FetcherOptions options;
  options.timeout = std::chrono::seconds(5);
  std::string port = std::to_string(server.port());
  for (const std::string host : {"2130706433", "0x7f000001", "0177.0.0.1", "127.1"}) {
    auto got = outcome(options, "https://" + host + ":" + port + "/");
    EXPECT_TRUE(got.starts_with("refused: ")) << host << " " << got;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlFetcher, RefusesPlainHttpUnlessOnLoopbackAndAllowed) {
  RawServer server(always(ok("x")));
  EXPECT_EQ(outcome({}, server.url()), "refused: only https URLs are fetched");
  EXPECT_EQ(outcome(local(), "http://10.0.0.1/"), "refused: only https URLs are fetched");
  for (const char* url : {"file:///etc/passwd", "ftp://x/", "x", "", "https://a b/"}) {
    EXPECT_EQ(outcome(local(), url), "refused: this is no http or https URL that is accepted")
        << url;
  }
}

TEST(CurlFetcher, NeverReachesOurOwnListeners) {
  RawServer server(always(ok("ours")));
  for (const char* host : {"127.0.0.1", "0.0.0.0", "::", "::1", "localhost"}) {
    auto options = local();
    options.own_listeners = {{"127.0.0.1", 1}, {host, server.port()}};
    EXPECT_TRUE(outcome(options, server.url()).starts_with("refused: the address is")) << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlFetcher, FetchesNothingFromAServerWhoseCertificateNobodyVouchesFor) {
  TlsServer server;
  auto options = local();
  auto got = outcome(options, "https://localhost:" + std::to_string(server.port()) + "/");
  EXPECT_TRUE(got.starts_with("failed: ")) << got;
  EXPECT_NE(got.find("certificate"), std::string::npos) << got;
  EXPECT_FALSE(server.handshake_done());
}

TEST(IsPrivateAddress, HoldsForEveryAddressThatIsNotPublic) {
  for (const char* address : {"0.0.0.0",
                              "10.1.2.3",
                              "100.64.0.1",
                              "100.100.100.200",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.169.254",
                              "168.63.129.16",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.1",
                              "192.0.2.1",
                              "192.168.0.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::10.0.0.1",
                              "64:ff9b:1::1",
                              "2002:7f00:1::",
                              "2001::1",
                              "2001:db8::1",
                              "3fff::1",
                              "100::1",
                              "fc00::1",
                              "fd00:ec2::254",
                              "fe80::1",
                              "fec0::1",
                              "ff02::1",
                              "example.com",
                              "",
                              "1.2.3",
                              "[::1]"}) {
    EXPECT_TRUE(is_private_address(address)) << address;
  }
}

TEST(IsPrivateAddress, DoesNotHoldForPublicOnes) {
  for (const char* address :
       {"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
        "192.169.0.1", "198.17.0.1", "223.255.255.255", "2606:4700::1", "2001:4860:4860::8888",
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
    EXPECT_FALSE(is_private_address(address)) << address;
  }
}

}  // namespace
}  // namespace doorward::http
