#include <gtest/gtest.h>

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "http/parser.h"

// Our parser beside another one, Boost.Beast's: what ours accepts, Beast reads as the same request
// of the same length. Where the two differ on purpose is written down here, row by row.
namespace doorward::http {
namespace {

namespace beast = boost::beast;
using boost::beast::http::error;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr ParserLimits kLimits{.body = 4096};

// One request as Beast reads it, from the beginning of some bytes.
class Oracle : public beast::http::basic_parser<true> {
 public:
  explicit Oracle(std::string_view bytes) {
    eager(true);
    header_limit(64 * 1024);
    while (!is_done() && consumed < bytes.size() && !failed) {
      beast::error_code code;
      const auto rest = bytes.substr(consumed);
      consumed += put(boost::asio::const_buffer(rest.data(), rest.size()), code);
      if (code == error::need_more) break;
      failed = code;
    }
    done = is_done();
    if (is_header_done()) keeps = keep_alive();
  }

  beast::error_code failed;
  bool done = false;
  bool keeps = false;
  bool in_trailers = false;
  std::size_t consumed = 0;
  std::string method;
  std::string target;
  Headers headers;
  std::size_t trailers = 0;
  std::string body;

 private:
  using Code = beast::error_code;
  using Text = beast::string_view;

  void on_request_impl(beast::http::verb /*verb*/, Text name, Text of, int /*version*/,
                       Code& /*code*/) override {
    method.assign(name.data(), name.size());
    target.assign(of.data(), of.size());
  }
  void on_response_impl(int /*status*/, Text /*reason*/, int /*version*/, Code& /*code*/) override {
  }
  void on_field_impl(beast::http::field /*field*/, Text name, Text value, Code& /*code*/) override {
    if (in_trailers) {
      ++trailers;
    } else {
      headers.emplace_back(base::ascii_lower({name.data(), name.size()}),
                           std::string(value.data(), value.size()));
    }
  }
  void on_header_impl(Code& /*code*/) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                         Code& /*code*/) override {}
  std::size_t on_body_impl(Text part, Code& /*code*/) override {
    body.append(part.data(), part.size());
    return part.size();
  }
  void on_chunk_header_impl(std::uint64_t size, Text /*extensions*/, Code& /*code*/) override {
    in_trailers = size == 0;
  }
  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, Text part, Code& /*code*/) override {
    body.append(part.data(), part.size());
    return part.size();
  }
  void on_finish_impl(Code& /*code*/) override {}
};

struct Accepted {
  Request request;
  bool keep_alive = false;
  std::size_t begin = 0;  // in the stream
  std::size_t end = 0;
};

struct Outcome {
  std::vector<Accepted> accepted;
  std::string error;        // that ended it, or empty
  std::size_t begin = 0;    // of what is not complete
  bool unfinished = false;  // a request has begun there
};

// What our parser makes of a stream that comes in the pieces that end at `cuts`.
Outcome read(std::string_view stream, std::vector<std::size_t> cuts = {}) {
  cuts.push_back(stream.size());
  Outcome outcome;
  RequestParser parser(kLimits);
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    while (at < cut && outcome.error.empty()) {
      at += parser.feed(stream.substr(at, cut - at));
      if (parser.state() == RequestParser::State::failed) {
        outcome.error = name_of(parser.error());
      } else if (parser.state() == RequestParser::State::complete) {
        const bool keep = parser.keep_alive();
        outcome.accepted.push_back({parser.take(), keep, outcome.begin, at});
        outcome.begin = at;
      }
    }
  }
  outcome.unfinished = outcome.error.empty() && parser.begun();
  return outcome;
}

std::string text_of(const Outcome& outcome) {
  std::string text;
  for (const auto& [request, keep, begin, end] : outcome.accepted) {
    text += std::to_string(begin) + "-" + std::to_string(end) + (keep ? " keep " : " close ") +
            request.method + " " + request.path + "?" + request.query + "\n";
    for (const auto& [name, value] : request.headers) text += name + ": " + value + "\n";
    text += "[" + request.body + "]\n";
  }
  return text + (outcome.error.empty() ? outcome.unfinished ? "unfinished" : "" : outcome.error);
}

std::string target_of(const Request& request) {
  return request.query.empty() ? request.path : request.path + "?" + request.query;
}

// One empty line before a request is all that we pass over [2.2]; Beast passes over none.
std::string_view without_blank_line(std::string_view bytes) {
  return bytes.starts_with("\r\n") ? bytes.substr(2) : bytes;
}

// Beast refuses framing fields among the trailers; we skip all trailers alike.
bool stricter_on_purpose(const Oracle& oracle) {
  return oracle.in_trailers &&
         (oracle.failed == error::bad_content_length ||
          oracle.failed == error::bad_transfer_encoding || oracle.failed == error::bad_value);
}

// What our parser accepted, as Beast reads it: empty, or how they differ.
std::string difference(const Accepted& ours, std::string_view stream) {
  const std::string_view all = stream.substr(ours.begin);
  const std::string_view bytes = without_blank_line(all);
  const Oracle oracle(bytes);
  if (oracle.failed && stricter_on_purpose(oracle)) return {};
  if (oracle.failed) return "Beast refuses it: " + oracle.failed.message();
  if (!oracle.done) return "Beast waits for more";
  const Request& request = ours.request;
  if (oracle.method != request.method) return "another method: " + oracle.method;
  // An empty query counts as none, and is not kept.
  if (oracle.target != target_of(request) && oracle.target != request.path + "?") {
    return "another target: " + oracle.target;
  }
  if (oracle.headers != request.headers) return "other headers";
  if (oracle.body != request.body) return "another body: " + oracle.body;
  if (oracle.consumed + (all.size() - bytes.size()) != ours.end - ours.begin) {
    return "another length: " + std::to_string(oracle.consumed);
  }
  if (ours.keep_alive && !oracle.keeps) return "Beast would close";
  return {};
}

// Every request that our parser accepts, and where it waits Beast has no request yet.
std::string difference(const Outcome& outcome, std::string_view stream) {
  for (const auto& accepted : outcome.accepted) {
    if (auto found = difference(accepted, stream); !found.empty()) return found;
  }
  if (outcome.unfinished && Oracle(without_blank_line(stream.substr(outcome.begin))).done) {
    return "Beast has a request where we wait for more";
  }
  return {};
}

// Makes streams of one to three requests out of honest and dishonest parts.
class Composer {
 public:
  std::string stream() {
    std::string text = chance(8) ? "\r\n" : "";
    for (std::size_t requests = 1 + below(3); requests > 0; --requests) text += request();
    return text;
  }

  std::string mutated() {
    static const std::string kBytes("\r\n\t :;,=0aF/%?\"\0\x7F\xC3\xFF", 19);
    std::string text = stream();
    for (std::size_t steps = below(3); steps > 0; --steps) {
      const std::size_t at = below(text.size());
      switch (below(6)) {
        case 0:
          text[at] = kBytes[below(kBytes.size())];
          break;
        case 1:
          text.insert(at, 1, kBytes[below(kBytes.size())]);
          break;
        case 2:
          text.erase(at, 1 + below(4));
          break;
        case 3:
          text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
          break;
        case 4:
          text.insert(at, header());
          break;
        default:
          text.insert(at, text.substr(below(text.size()), 1 + below(30)));
          break;
      }
      if (text.empty()) text = "G";
    }
    return text;
  }

  std::size_t below(std::size_t bound) { return random_() % bound; }

 private:
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  std::string pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  std::string header() {
    return pick({"Host: b.example\r\n",
                 "X-A: b\r\n",
                 "x-a:c  \t\r\n",
                 "X-Empty:\r\n",
                 "Cookie: a=1; b=\"2\"\r\n",
                 "Cookie: c\r\n",
                 "Accept: */*,\r\n",
                 "Connection: close\r\n",
                 "Connection: keep-alive, Upgrade\r\n",
                 "Connection: a b\r\n",
                 "Content-Length: 4\r\n",
                 "Content-Length: 4, 4\r\n",
                 "Content-Length: +4\r\n",
                 "Content-Length: 0x4\r\n",
                 "Transfer-Encoding: chunked\r\n",
                 "Transfer-Encoding: xchunked\r\n",
                 "Transfer-Encoding: gzip, chunked\r\n",
                 "Transfer-Encoding : chunked\r\n",
                 "Expect: 100-continue\r\n",
                 "X-Fold: a\r\n b\r\n",
                 "X-Name: J\xC3\xBCrgen\r\n",
                 "Upgrade: h2c\r\n",
                 "TE: trailers\r\n",
                 "X-Original-URL: https://a.example/?x=%20\r\n",
                 "X-CR: a\rb\r\n",
                 "X-LF: a\nX-B: c\r\n"});
  }

  std::string chunked() {
    std::string text;
    for (std::size_t chunks = below(4); chunks > 0; --chunks) {
      text += pick({"4\r\ndata\r\n", "a\r\n0123456789\r\n", "0004;a=b\r\n\r\n\r\n\r\n",
                    "1;a=\"b;c\"\r\n!\r\n", "5;q\r\n0\r\n\r\n\r\n",
                    "4 ; a = \"\\\"\" ;b\r\ndata\r\n", "4; a =b ;c= d\r\ndata\r\n"});
    }
    return text + pick({"0\r\n\r\n", "0\r\n\r\n", "00;last\r\n\r\n", "0\r\nX-T: a\r\n\r\n",
                        "0\r\nHost: forged\r\nX-T: b\r\n\r\n", "0\r\nContent-Length: 9\r\n\r\n"});
  }

  // Most parts are honest, so that many streams are accepted.
  std::string request() {
    std::string text = pick({"GET", "GET", "POST", "HEAD", "PUT", "OPTIONS"});
    if (chance(20)) text = pick({"TRACE", "get", "G(T", ""});
    text += " " + pick({"/", "/saml/acme/acs", "/authz?x=1&x=2", "/a?b=%2F%20", "/?", "//a/%41;p",
                        "/a?/../?"});
    if (chance(20)) text += pick({"*", "#a", " b", "/%00", "/../a", "\\", "[0]"});
    text += chance(20) ? pick({" HTTP/1.2\r\n", " http/1.1\r\n", "\r\n"})
                       : pick({" HTTP/1.1\r\n", " HTTP/1.1\r\n", " HTTP/1.0\r\n"});
    if (!chance(20)) text += pick({"Host: a.example\r\n", "host: [::1]:80\r\n"});
    for (std::size_t lines = below(4); lines > 0; --lines) {
      text += chance(10) ? header() : pick({"X-A: b\r\n", "x-a:c \t\r\n", "Cookie: a=1; b\r\n"});
    }
    switch (below(4)) {
      case 0:
        return text + "Content-Length: 12\r\n\r\nSAMLResponse";
      case 1:
        return text + "Transfer-Encoding: chunked\r\n\r\n" + chunked();
      default:
        return text + "\r\n";
    }
  }

  std::mt19937 random_{20240501};
};

std::vector<std::string> corpus() {
  const std::string head = "POST /saml/acme/acs HTTP/1.1\r\nHost: sso.example.com\r\n";
  return {
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "\r\nGET /login?connection=acme&x=%2F HTTP/1.0\r\nhost: [::1]:8080\r\n\r\n",
      "HEAD /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      "OPTIONS /? HTTP/1.1\r\nHOST:a\r\nConnection: ,keep-alive, Upgrade\r\nUpgrade: h2c\r\n\r\n",
      head +
          "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 17\r\n"
          "Cookie: a=1\r\nCookie: b\r\n\r\nSAMLResponse=PHNh" +
          "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      head + "Content-Length: 0\r\n\r\n" + head + "Content-Length: 003\r\n\r\nabc",
      head + "Transfer-Encoding: Chunked\r\n\r\n4\r\ndata\r\n0\r\n\r\n" +
          "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      head +
          "Transfer-Encoding: chunked\r\n\r\n5;a=b;c=\"d;e\"\r\n0\r\n\r\n\r\nA\r\n0123456789\r\n"
          "000;last\r\nX-Forged: a\r\nHost: evil\r\n\r\n" +
          "DELETE /next HTTP/1.1\r\nHost: a\r\n\r\n",
      head + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
      head + "X-Name: J\xC3\xBCrgen\r\nX-Tab: a\tb \t\r\nX-Empty:\r\n\r\n",
      head + "Content-Length: 100\r\n\r\nhalf",
      head + "Transfer-Encoding: chunked\r\n\r\n4\r\nda",
  };
}

TEST(ParserOracle, ReadsTheCorpusAsBeastDoesAndAlikeAtEverySplit) {
  std::size_t accepted = 0;
  for (const auto& stream : corpus()) {
    const Outcome whole = read(stream);
    EXPECT_EQ(whole.error, "") << stream;
    EXPECT_EQ(difference(whole, stream), "") << stream;
    accepted += whole.accepted.size();
    const std::string expected = text_of(whole);
    for (std::size_t first = 0; first < stream.size(); ++first) {
      ASSERT_EQ(text_of(read(stream, {first})), expected) << stream << " cut at " << first;
      const std::size_t second = first + (stream.size() - first) / 2;
      ASSERT_EQ(text_of(read(stream, {first, second})), expected)
          << stream << " cut at " << first << " and " << second;
    }
  }
  EXPECT_EQ(accepted, 14U);
}

TEST(ParserOracle, AgreesWithBeastOnMutatedStreams) {
  constexpr int kStreams = 30'000;
  Composer composer;
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (int i = 0; i < kStreams; ++i) {
    const std::string stream = composer.mutated();
    const Outcome whole = read(stream);
    ASSERT_EQ(difference(whole, stream), "") << testing::PrintToString(stream);
    accepted += whole.accepted.size();
    refused += whole.error.empty() ? 0 : 1;
    std::size_t first = composer.below(stream.size());
    std::size_t second = composer.below(stream.size());
    if (first > second) std::swap(first, second);
    ASSERT_EQ(text_of(read(stream, {first, second})), text_of(whole))
        << testing::PrintToString(stream) << " cut at " << first << " and " << second;
  }
  // Not vacuous: both answers are frequent.
  EXPECT_GT(accepted, 10'000U);
  EXPECT_GT(refused, 10'000U);
}

TEST(ParserOracle, RefusesWhatBeastIsLaxAbout) {
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const struct {
    const char* what;
    std::string bytes;
    const char* refused_for;
  } rows[] = {
      {"a coding that only looks like chunked, and its body runs as a request",
       post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "coding_unknown"},
      {"a coding before chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
       "coding_unknown"},
      {"a coding after chunked", post + "Transfer-Encoding: chunked, gzip\r\n\r\n",
       "coding_unknown"},
      {"a coding and 1.0",
       "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "coding_on_http10"},
      {"a folded header", get + "X-A: b\r\n c\r\n\r\n", "leading_space"},
      {"a list of equal lengths", post + "Content-Length: 3, 3\r\n\r\nabc", "length_invalid"},
      {"equal lengths in two lines", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
       "length_repeated"},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", "host_count"},
      {"two Hosts", get + "Host: b\r\n\r\n", "host_count"},
      {"a Host that is none", "GET / HTTP/1.1\r\nHost: a/b@c\r\n\r\n", "host_invalid"},
      {"a method that nobody asked for", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "method_unknown"},
      {"a method in small letters", "get / HTTP/1.1\r\nHost: a\r\n\r\n", "method_unknown"},
      {"a target in absolute form", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "target_form"},
      {"a target of bytes that no URL has", "GET /a|b HTTP/1.1\r\nHost: a\r\n\r\n", "target_byte"},
      {"a broken percent sign", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "target_byte"},
      {"a way out of the path", "GET /a/%2e%2e/b HTTP/1.1\r\nHost: a\r\n\r\n", "target_dots"},
      {"an expectation that nobody can meet", get + "Expect: coffee\r\n\r\n",
       "expectation_unknown"},
  };
  for (const auto& row : rows) {
    const Oracle oracle(row.bytes);
    EXPECT_FALSE(oracle.failed) << row.what << ": " << oracle.failed.message();
    EXPECT_TRUE(oracle.done) << row.what;
    const Outcome ours = read(row.bytes);
    EXPECT_TRUE(ours.accepted.empty()) << row.what;
    EXPECT_EQ(ours.error, row.refused_for) << row.what;
  }
}

TEST(ParserOracle, NeverMergesTrailersAsBeastsMessageDoes) {
  const std::string stream =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\nHost: evil\r\nX-Forged: a\r\n\r\n";
  EXPECT_EQ(Oracle(stream).trailers, 2U);
  const Outcome ours = read(stream);
  ASSERT_EQ(ours.accepted.size(), 1U);
  EXPECT_EQ(ours.accepted.front().request.header("host"), "a");
  EXPECT_FALSE(ours.accepted.front().request.has_header("x-forged"));
}

TEST(ParserOracle, SkipsTheTrailersThatBeastWouldNotSkip) {
  for (const std::string trailer : {"Content-Length: 9", "Transfer-Encoding: chunked"}) {
    const std::string stream =
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndata\r\n0\r\n" +
        trailer + "\r\n\r\n";
    EXPECT_TRUE(Oracle(stream).failed) << trailer;
    const Outcome ours = read(stream);
    ASSERT_EQ(ours.accepted.size(), 1U) << trailer;
    EXPECT_EQ(ours.accepted.front().request.body, "data");
    EXPECT_EQ(ours.accepted.front().end, stream.size());
  }
}

}  // namespace
}  // namespace doorward::http
