#include "http/parser.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace doorward::http {
namespace {

// What a stream of bytes is, cut into `pieces`: for each request "METHOD path?query
// body(keep|close)", then the error's name, or "more" if a request has begun and is not complete.
class Reading {
 public:
  void feed(std::string_view bytes) {
    inbox_ += bytes;
    while (parser_.state() != RequestParser::State::failed) {
      const std::size_t used = parser_.feed(inbox_);
      inbox_.erase(0, used);
      if (parser_.state() != RequestParser::State::complete) break;
      const char* end = parser_.keep_alive() ? " keep" : " close";
      const Request request = parser_.take();
      text_ += request.method + " " + request.path + "?" + request.query;
      for (const auto& [name, value] : request.headers) {
        if (name.starts_with("x-")) text_ += " " + name + "=" + value;
      }
      text_ += " [" + request.body + "]" + end + "; ";
    }
  }

  [[nodiscard]] std::string result() const {
    if (parser_.state() == RequestParser::State::failed) {
      return text_ + std::string(name_of(parser_.error()));
    }
    return text_ + (parser_.begun() ? "more" : "");
  }

 private:
  RequestParser parser_{ParserLimits{.body = 64}};
  std::string inbox_;
  std::string text_;
};

std::string read(std::string_view bytes) {
  Reading reading;
  reading.feed(bytes);
  return reading.result();
}

// Reads `bytes` whole, cut in two at every place, and byte by byte; long ones are cut at fewer
// places, but at all of them near the ends.
void expect_always(const std::string& bytes, const std::string& expected) {
  const auto shown = bytes.substr(0, 120);
  ASSERT_EQ(read(bytes), expected) << shown;
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    if (bytes.size() > 2000 && at > 300 && at + 300 < bytes.size() && at % 251 != 0) continue;
    Reading reading;
    reading.feed(std::string_view(bytes).substr(0, at));
    reading.feed(std::string_view(bytes).substr(at));
    ASSERT_EQ(reading.result(), expected) << shown << " cut at " << at;
  }
  Reading reading;
  for (const char c : bytes) reading.feed(std::string(1, c));
  ASSERT_EQ(reading.result(), expected) << shown << " byte by byte";
}

struct Case {
  std::string bytes;
  std::string expected;
};

std::string with(const std::string& headers, const std::string& body = "") {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

std::string target(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string chunked(const std::string& chunks) {
  return with("Transfer-Encoding: chunked\r\n", chunks);
}

std::string host(const std::string& host) {
  return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kGot = "GET /? [] keep; ";
const std::string kPosted = "POST /? [] keep; ";

std::vector<Case> request_lines() {
  return {
      {"", ""},
      {kGet, kGot},
      {kGet + kGet, kGot + kGot},
      {"\r\n" + kGet, kGot},
      {"\r\n\r\n" + kGet, "empty_line"},
      {kGet + "\r\n" + kGet, kGot + kGot},
      {"G", "more"},
      {"GET / HTTP/1.1\r\nHost: a\r\n", "more"},
      {"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /? [] keep; "},
      {"PUT / HTTP/1.1\r\nHost: a\r\n\r\n", "PUT /? [] keep; "},
      {"PATCH / HTTP/1.1\r\nHost: a\r\n\r\n", "PATCH /? [] keep; "},
      {"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", "DELETE /? [] keep; "},
      {"OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS /? [] keep; "},
      {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "method_unknown"},
      {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "method_unknown"},
      {"get / HTTP/1.1\r\nHost: a\r\n\r\n", "method_unknown"},
      {"GETS / HTTP/1.1\r\nHost: a\r\n\r\n", "method_unknown"},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "method_unknown"},
      {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", "request_line"},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "target_form"},
      {"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "target_byte"},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "request_line"},
      {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", "leading_space"},
      {"GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", "request_line"},
      {"GET /\r\n\r\n", "request_line"},
      {"GET\r\n\r\n", "request_line"},
      {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", "version_unknown"},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "version_unknown"},
      {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", "version_unknown"},
      {"GET / HTTP/1.10\r\nHost: a\r\n\r\n", "request_line"},
      {"GET / HTTP/1\r\nHost: a\r\n\r\n", "request_line"},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", "request_line"},
      {"GET / HTTP/1,1\r\nHost: a\r\n\r\n", "request_line"},
      {"GET / HTTP/1.1\nHost: a\n\n", "bare_lf"},
      {"GET / HTTP/1.1\rHost: a\r\r", "bare_cr"},
      {"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "bare_cr"},
      {"\n" + kGet, "bare_lf"},
      {"\x16\x03\x01\x02", "control_byte"},
      {"GET /\x7F HTTP/1.1\r\nHost: a\r\n\r\n", "control_byte"},
  };
}

std::vector<Case> targets() {
  return {
      {target("/a/b?c=d&e=f"), "GET /a/b?c=d&e=f [] keep; "},
      {target("/?"), kGot},
      {target("/a??b"), "GET /a??b [] keep; "},
      {target("/a?/../b"), "GET /a?/../b [] keep; "},
      {target("/-._~!$&'()*+,;=:@%20"), "GET /-._~!$&'()*+,;=:@%20? [] keep; "},
      {target("/%c3%BC"), "GET /%c3%BC? [] keep; "},
      {target("//a"), "GET //a? [] keep; "},
      {target("/.a/..b/c./..."), "GET /.a/..b/c./...? [] keep; "},
      {target("*"), "target_form"},
      {target("a"), "target_form"},
      {target("http://a/"), "target_form"},
      {target("?a"), "target_form"},
      {target("/a#b"), "target_byte"},
      {target("/a\\b"), "target_byte"},
      {target("/<a>"), "target_byte"},
      {target("/a|b"), "target_byte"},
      {target("/a[0]"), "target_byte"},
      {target("/?a[0]=b"), "target_byte"},
      {target("/{a}"), "target_byte"},
      {target("/?a={b|c}"), "target_byte"},
      {target("/a^b`c\"d"), "target_byte"},
      {target("/?a%5B0%5D=%7Bb%7Cc%7D"), "GET /?a%5B0%5D=%7Bb%7Cc%7D [] keep; "},
      {target("/\xC3\xBC"), "target_byte"},
      {target("/%"), "target_byte"},
      {target("/%2"), "target_byte"},
      {target("/%zz"), "target_byte"},
      {target("/%00"), "target_byte"},
      {target("/?a=%00"), "target_byte"},
      {target("/?a=%0"), "target_byte"},
      {target(std::string("/\0", 2)), "control_byte"},
      {target("/."), "target_dots"},
      {target("/.."), "target_dots"},
      {target("/a/../b"), "target_dots"},
      {target("/a/./b"), "target_dots"},
      {target("/a/%2e%2E/b"), "target_dots"},
      {target("/a/.%2e"), "target_dots"},
      {target("/a%2f..%2fb"), "target_dots"},
      {target("/a%5c..%5cb"), "target_dots"},
      {target("/" + std::string(8191, 'a')), "GET /" + std::string(8191, 'a') + "? [] keep; "},
      {target("/" + std::string(8192, 'a')), "target_too_long"},
      {"GET /" + std::string(9000, 'a'), "target_too_long"},
      {std::string(9000, 'A'), "target_too_long"},
  };
}

std::vector<Case> headers() {
  std::string hundred;
  for (int i = 0; i < 99; ++i) hundred += "A: b\r\n";
  return {
      {with("X-A: b\r\n"), "POST /? x-a=b [] keep; "},
      {with("X-A:b\r\nx-a:   c \t\r\n"), "POST /? x-a=b x-a=c [] keep; "},
      {with("X-A:\r\n"), "POST /? x-a= [] keep; "},
      {with("X-A: b: c,d\t;\"e\r\n"), "POST /? x-a=b: c,d\t;\"e [] keep; "},
      {with("X-A: \xC3\xBC\r\n"), "POST /? x-a=\xC3\xBC [] keep; "},
      {with("X-A : b\r\n"), "header_line"},
      {with("X A: b\r\n"), "header_line"},
      {with(": b\r\n"), "header_line"},
      {with("X-A\r\n"), "header_line"},
      {with("X-\xC3\xBC: b\r\n"), "header_line"},
      {with("X(A): b\r\n"), "header_line"},
      {with("X-A: b\r\n c\r\n"), "leading_space"},
      {with("X-A: b\r\n\tc\r\n"), "leading_space"},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", "leading_space"},
      {with("X-A: b\nX-B: c\r\n"), "bare_lf"},
      {with("X-A: b\rX-B: c\r\n"), "bare_cr"},
      {with("X-A: b\r\r\n"), "bare_cr"},
      {with(std::string("X-A: b\0c\r\n", 10)), "control_byte"},
      {with("X-A: b\x1B[31m\r\n"), "control_byte"},
      {with(hundred), kPosted},
      {with(hundred + "A: b\r\n"), "too_many_lines"},
      {with("A: " + std::string(16 * 1024 - 33, 'b') + "\r\n"), kPosted},
      {with("A: " + std::string(16 * 1024 - 32, 'b') + "\r\n"), "head_too_large"},
      {with("A: " + std::string(20 * 1024, 'b')), "head_too_large"},
      {with("Expect: 100-continue\r\nContent-Length: 1\r\n", "a"), "POST /? [a] keep; "},
      {with("Expect: 100-Continue\r\n"), kPosted},
      {with("Expect: coffee\r\n"), "expectation_unknown"},
      {with("Expect: 100-continue\r\nExpect: coffee\r\n"), "expectation_unknown"},
      {with("Expect: 100-continue, coffee\r\n"), "expectation_unknown"},
      {with("Cookie: a\r\nAccept: */*,\r\nDate: never\r\nContent-Type:\r\n"), kPosted},
      {with("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"), kPosted},
  };
}

std::vector<Case> hosts() {
  return {
      {"GET / HTTP/1.1\r\n\r\n", "host_count"},
      {"GET / HTTP/1.0\r\n\r\n", "host_count"},
      {with("Host: a\r\n"), "host_count"},
      {with("host: b\r\n"), "host_count"},
      {host("app.example:8443"), kGot},
      {host("A_b-c.example"), kGot},
      {host("127.0.0.1:80"), kGot},
      {host("[::1]"), kGot},
      {host("[::ffff:127.0.0.1]:65535"), kGot},
      {host(std::string(255, 'a')), kGot},
      {host(std::string(256, 'a')), "host_invalid"},
      {host(""), "host_invalid"},
      {host(":80"), "host_invalid"},
      {host("a:"), "host_invalid"},
      {host("a:65536"), "host_invalid"},
      {host("a:8o"), "host_invalid"},
      {host("a:80:80"), "host_invalid"},
      {host("a b"), "host_invalid"},
      {host("a/b"), "host_invalid"},
      {host("a, b"), "host_invalid"},
      {host("a@b"), "host_invalid"},
      {host("http://a"), "host_invalid"},
      {host("[::1"), "host_invalid"},
      {host("[1]"), "host_invalid"},
      {host("[]"), "host_invalid"},
      {host("[::1]a"), "host_invalid"},
      {host("a\xFF"), "host_invalid"},
  };
}

std::vector<Case> lengths() {
  return {
      {with("Content-Length: 0\r\n"), kPosted},
      {with("Content-Length: 3\r\n", "abc" + kGet), "POST /? [abc] keep; " + kGot},
      {with("Content-Length: 003\r\n", "abc"), "POST /? [abc] keep; "},
      {with("Content-Length: 3\r\n", "ab"), "more"},
      {with("Content-Length: 64\r\n", std::string(64, 'a')),
       "POST /? [" + std::string(64, 'a') + "] keep; "},
      {with("Content-Length: 65\r\n", kGet), "body_too_large"},
      {with("Content-Length: 99999999999999999999999999\r\n"), "body_too_large"},
      {with("Content-Length: 18446744073709551617\r\n", "a"), "body_too_large"},
      {with("Content-Length: abc\r\n"), "length_invalid"},
      {with("Content-Length: 0x3\r\n", "abc"), "length_invalid"},
      {with("Content-Length: 3abc\r\n", "abc"), "length_invalid"},
      {with("Content-Length: +3\r\n", "abc"), "length_invalid"},
      {with("Content-Length: -3\r\n", "abc"), "length_invalid"},
      {with("Content-Length: 3, 3\r\n", "abc"), "length_invalid"},
      {with("Content-Length: 3 3\r\n", "abc"), "length_invalid"},
      {with("Content-Length: 3;\r\n", "abc"), "length_invalid"},
      {with("Content-Length:\r\n"), "length_invalid"},
      {with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), "length_repeated"},
      {with("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"), "length_repeated"},
      {with("Content-Length : 3\r\n", "abc"), "header_line"},
      {with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       "length_and_coding"},
      {with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"),
       "length_and_coding"},
  };
}

std::vector<Case> codings() {
  return {
      {with("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"), kPosted},
      {with("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), "header_line"},
      {with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), "coding_unknown"},
      {with("Transfer-Encoding: ch\r\n", "0\r\n\r\n"), "coding_unknown"},
      {with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), "coding_unknown"},
      {with("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), "coding_unknown"},
      {with("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), "coding_unknown"},
      {with("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), "coding_unknown"},
      {with("Transfer-Encoding: identity\r\n"), "coding_unknown"},
      {with("Transfer-Encoding:\r\n"), "coding_unknown"},
      {with("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), "coding_repeated"},
      {with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "coding_repeated"},
      {with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), "coding_repeated"},
      {with("Transfer-Encoding:\r\n chunked\r\n"), "leading_space"},
      {with("Transfer-Encoding: \x0B"
            "chunked\r\n"),
       "control_byte"},
      {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "coding_on_http10"},
  };
}

std::vector<Case> chunks() {
  return {
      {chunked("4\r\ndata\r\n0\r\n\r\n"), "POST /? [data] keep; "},
      {chunked("4\r\ndata\r\n3\r\n!!!\r\n0\r\n\r\n" + kGet), "POST /? [data!!!] keep; " + kGot},
      {chunked("A\r\n0123456789\r\n0\r\n\r\n"), "POST /? [0123456789] keep; "},
      {chunked("a\r\n0123456789\r\n000\r\n\r\n"), "POST /? [0123456789] keep; "},
      {chunked("4;a=b;c=\"d;e\"\r\ndata\r\n0;last\r\n\r\n"), "POST /? [data] keep; "},
      {chunked("4\r\n\r\n\r\n\r\n0\r\n\r\n"), "POST /? [\r\n\r\n] keep; "},
      {chunked("4\r\ndata\r"), "more"},
      {chunked("4\r\ndata"), "more"},
      {chunked("0\r\n"), "more"},
      {chunked("4\r\ndatax\r\n0\r\n\r\n"), "chunk_end"},
      {chunked("4\r\ndata0\r\n\r\n"), "chunk_end"},
      {chunked("4\r\ndata\n0\r\n\r\n"), "chunk_end"},
      {chunked("4\r\ndatax\n0\r\n\r\n"), "chunk_end"},
      {chunked("4\r\ndata\rx0\r\n\r\n"), "chunk_end"},
      {chunked("5\r\ndata\r\n0\r\n\r\n"), "chunk_end"},
      {chunked("0x4\r\ndata\r\n0\r\n\r\n"), "chunk_size"},
      {chunked("-4\r\ndata\r\n0\r\n\r\n"), "chunk_size"},
      {chunked("+4\r\ndata\r\n0\r\n\r\n"), "chunk_size"},
      {chunked(" 4\r\ndata\r\n0\r\n\r\n"), "chunk_size"},
      {chunked("4 \r\ndata\r\n0\r\n\r\n"), "chunk_size"},
      {chunked("4 ;a\r\ndata\r\n0\r\n\r\n"), "chunk_size"},
      {chunked("\r\ndata\r\n0\r\n\r\n"), "chunk_size"},
      {chunked(";a\r\n\r\n"), "chunk_size"},
      {chunked("g\r\n\r\n"), "chunk_size"},
      {chunked("4\ndata\r\n0\r\n\r\n"), "chunk_size"},
      {chunked("4\rdata\r\n0\r\n\r\n"), "bare_cr"},
      {chunked("00000000000000000\r\n\r\n"), "chunk_size"},
      {chunked("41\r\n"), "body_too_large"},
      {chunked("ffffffffffffffff\r\n"), "body_too_large"},
      {chunked("40\r\n" + std::string(64, 'a') + "\r\n1\r\na"), "body_too_large"},
      {chunked("40\r\n" + std::string(64, 'a') + "\r\n0\r\n\r\n"),
       "POST /? [" + std::string(64, 'a') + "] keep; "},
      {chunked("4;" + std::string(256, 'a') + "\r\ndata\r\n0\r\n\r\n"), "POST /? [data] keep; "},
      {chunked("4;" + std::string(257, 'a')), "chunk_extension"},
      {chunked("4; a = b ;\tc=\"d\\\"\\\\;\" ;e\r\ndata\r\n0\r\n\r\n"), "POST /? [data] keep; "},
      {chunked("4;\r\n"), "chunk_extension"},
      {chunked("4;a;\r\n"), "chunk_extension"},
      {chunked("4;a \r\n"), "chunk_extension"},
      {chunked("4;a b\r\n"), "chunk_extension"},
      {chunked("4;=b\r\n"), "chunk_extension"},
      {chunked("4;a=\r\n"), "chunk_extension"},
      {chunked("4;a=b=c\r\n"), "chunk_extension"},
      {chunked("4;a=b \r\n"), "chunk_extension"},
      {chunked("4;a=\"b\r\n"), "chunk_extension"},
      {chunked("4;a=\"b\\\"\r\n"), "chunk_extension"},
      {chunked("4;a=\"b\"c\r\n"), "chunk_extension"},
      {chunked("4;a\nb\r\n"), "chunk_extension"},
      {chunked("4;a=\"b\nc\"\r\n"), "chunk_extension"},
      {chunked(std::string("4;a\0\r\n", 6)), "chunk_extension"},
      {chunked("4;a\rb\r\n"), "bare_cr"},
      {chunked("0\r\nX-Forged: a\r\nHost: b\r\n\r\n"), kPosted},
      {chunked("0\r\nX-A: b\r\nContent-Length: 5\r\n\r\n" + kGet), kPosted + kGot},
      {chunked("0\r\nno colon\r\n\r\n"), "trailer_invalid"},
      {chunked("0\r\nX-A : b\r\n\r\n"), "trailer_invalid"},
      {chunked("0\r\nX-A: b\r\n c\r\n\r\n"), "trailer_invalid"},
      {chunked("0\r\nX-A: b\r\n c: d\r\n\r\n"), "trailer_invalid"},
      {chunked("0\r\n \r\n\r\n"), "trailer_invalid"},
      {chunked("0\r\nX-A: b\n\r\n"), "trailer_invalid"},
      {chunked("0\r\nX-A: b\rc\r\n\r\n"), "bare_cr"},
      {chunked("0\r\n\n"), "trailer_invalid"},
      {chunked("0\r\nX-A: " + std::string(4096, 'b')), "trailer_too_large"},
  };
}

std::vector<Case> connections() {
  const std::string old = "GET / HTTP/1.0\r\nHost: a\r\n";
  return {
      {with("Connection: close\r\n"), "POST /? [] close; "},
      {with("Connection: CLOSE\r\n"), "POST /? [] close; "},
      {with("Connection: keep-alive\r\n"), kPosted},
      {with("Connection: keep-alive, close\r\n"), "POST /? [] close; "},
      {with("Connection: keep-alive\r\nConnection: close\r\n"), "POST /? [] close; "},
      {with("Connection: ,, x-a ,close ,\r\n"), "POST /? [] close; "},
      {with("Connection:\r\n"), kPosted},
      {with("Connection: closed\r\n"), kPosted},
      {with("Connection: a b\r\n"), "connection_invalid"},
      {with("Connection: \"close\"\r\n"), "connection_invalid"},
      {old + "\r\n", "GET /? [] close; "},
      {old + "Connection: Keep-Alive\r\n\r\n", kGot},
      {old + "Expect: 100-continue\r\n\r\n", "GET /? [] close; "},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto& part : {request_lines(), targets(), headers(), hosts(), lengths(), codings(),
                           chunks(), connections()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

void expect_all(const std::vector<Case>& cases) {
  for (const auto& c : cases) expect_always(c.bytes, c.expected);
}

TEST(RequestParser, ReadsRequestLines) {
  expect_all(request_lines());
}
TEST(RequestParser, TakesTargetsInOriginFormOnly) {
  expect_all(targets());
}
TEST(RequestParser, ReadsHeaderLines) {
  expect_all(headers());
}
TEST(RequestParser, NeedsExactlyOneHost) {
  expect_all(hosts());
}
TEST(RequestParser, TakesOnePlainContentLength) {
  expect_all(lengths());
}
TEST(RequestParser, KnowsNoCodingButChunked) {
  expect_all(codings());
}
TEST(RequestParser, DecodesChunksStrictly) {
  expect_all(chunks());
}
TEST(RequestParser, ReadsConnectionOptions) {
  expect_all(connections());
}

TEST(RequestParser, ReadsMutatedBytesAlikeHoweverTheyAreCut) {
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) { return random() % n; };
  const auto cases = all_cases();
  const std::string spice("\r\n\t :;,0a/%\0\x7F\xFF", 14);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = cases[below(cases.size())].bytes.substr(0, 300);
    if (bytes.empty()) continue;
    bytes += cases[below(cases.size())].bytes.substr(0, 300);
    for (std::size_t n = below(3); n > 0; --n) {
      const char c = spice[below(spice.size())];
      const std::size_t at = below(bytes.size());
      below(2) == 0 ? bytes.insert(at, 1, c) : bytes.replace(at, 1, 1, c);
    }
    Reading cut;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = 1 + below(40);
      cut.feed(std::string_view(bytes).substr(at, size));
      at += size;
    }
    ASSERT_EQ(cut.result(), read(bytes)) << bytes;
  }
}

TEST(RequestParser, HasACaseForEveryError) {
  std::set<std::string> seen;
  for (const auto& c : all_cases()) seen.insert(c.expected.substr(c.expected.rfind(' ') + 1));
  for (int i = 0; i <= static_cast<int>(ParseError::trailer_too_large); ++i) {
    EXPECT_TRUE(seen.contains(std::string(name_of(static_cast<ParseError>(i)))))
        << name_of(static_cast<ParseError>(i));
  }
  EXPECT_GE(all_cases().size(), 100U);
}

TEST(RequestParser, AnswersEachErrorWithItsStatus) {
  EXPECT_EQ(status_of(ParseError::bare_lf), 400);
  EXPECT_EQ(status_of(ParseError::host_count), 400);
  EXPECT_EQ(status_of(ParseError::chunk_end), 400);
  EXPECT_EQ(status_of(ParseError::body_too_large), 413);
  EXPECT_EQ(status_of(ParseError::target_too_long), 414);
  EXPECT_EQ(status_of(ParseError::expectation_unknown), 417);
  EXPECT_EQ(status_of(ParseError::head_too_large), 431);
  EXPECT_EQ(status_of(ParseError::too_many_lines), 431);
  EXPECT_EQ(status_of(ParseError::trailer_too_large), 431);
  EXPECT_EQ(status_of(ParseError::method_unknown), 501);
  EXPECT_EQ(status_of(ParseError::coding_unknown), 501);
  EXPECT_EQ(status_of(ParseError::version_unknown), 505);
}

TEST(RequestParser, BoundsTheExtensionsOfAllChunksTogether) {
  const std::string chunk = "1;" + std::string(250, 'e') + "\r\na\r\n";
  std::string body;
  for (int i = 0; i < 16; ++i) body += chunk;
  EXPECT_EQ(read(chunked(body + "0\r\n\r\n")), "POST /? [" + std::string(16, 'a') + "] keep; ");
  EXPECT_EQ(read(chunked(body + chunk)), "chunk_extension");
}

TEST(RequestParser, WaitsForContinueUntilTheBodyComes) {
  RequestParser parser;
  parser.feed(with("Expect: 100-continue\r\nContent-Length: 2\r\n"));
  EXPECT_EQ(parser.state(), RequestParser::State::body);
  EXPECT_TRUE(parser.waits_for_continue());
  EXPECT_EQ(parser.announced(), 2U);
  parser.feed("a");
  EXPECT_FALSE(parser.waits_for_continue());
  parser.feed("b");
  EXPECT_EQ(parser.take().body, "ab");
  parser.feed("POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(parser.state(), RequestParser::State::body);
  EXPECT_FALSE(parser.waits_for_continue());
}

TEST(RequestParser, KeepsHeadersInOrderWithNamesInLowerCase) {
  RequestParser parser;
  parser.feed(with("B: 1\r\nA: 2\r\nB: 3\r\n"));
  const Request request = parser.take();
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"host", "a"}, {"b", "1"}, {"a", "2"}, {"b", "3"}};
  EXPECT_EQ(request.headers, expected);
  EXPECT_EQ(request.header("a"), "2");
  EXPECT_EQ(request.header("b"), "");
  EXPECT_TRUE(request.has_header("b"));
  EXPECT_FALSE(request.has_header("c"));
}

}  // namespace
}  // namespace doorward::http
