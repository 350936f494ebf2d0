#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "http/parser.h"
#include "tests/fuzz/target.h"

// What a stream of bytes is does not depend on how it is cut; the first byte says where it is cut
// in two. What comes out keeps the promises of http::Request.
namespace doorward::tests::fuzz {
namespace {

constexpr http::ParserLimits kLimits{.head = 512, .lines = 12, .target = 128, .body = 64};
constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};

std::string broken_promise(const http::Request& request) {
  if (std::ranges::find(kMethods, request.method) == kMethods.end()) return "an unknown method";
  if (!request.path.starts_with('/')) return "a path without /";
  if (("/" + request.path + "/").find("/../") != std::string::npos) return "a dot segment";
  if (request.path.size() + request.query.size() > kLimits.target) return "a target too long";
  if (request.headers.size() > kLimits.lines) return "too many header lines";
  if (request.body.size() > kLimits.body) return "a body too large";
  if (request.header("host").empty()) return "no host";
  if (!request.peer.empty() || !request.id.empty()) return "a peer or an id from the wire";
  for (const auto& [name, value] : request.headers) {
    if (!http::is_token(name) || base::ascii_lower(name) != name) return "a bad header name";
    for (const char c : value) {
      if ((c >= 0 && c < ' ' && c != '\t') || c == 0x7F) return "a control byte in a header";
    }
  }
  return {};
}

// Everything that the parser says of a stream, as text.
class Reading {
 public:
  void feed(std::string_view bytes) {
    inbox_ += bytes;
    while (parser_.state() != http::RequestParser::State::failed) {
      const std::size_t used = parser_.feed(inbox_);
      if (used > inbox_.size()) broken_ = "it used more than it was given";
      inbox_.erase(0, used);
      if (parser_.state() != http::RequestParser::State::complete) break;
      const std::string end = parser_.keep_alive() ? "keep\n" : "close\n";
      const http::Request request = parser_.take();
      if (broken_.empty()) broken_ = broken_promise(request);
      text_ += request.method + " " + request.path + "?" + request.query + "\n";
      for (const auto& [name, value] : request.headers) text_ += name + ": " + value + "\n";
      text_ += "\n" + request.body + "\n" + end;
    }
  }

  [[nodiscard]] std::string result() const {
    using State = http::RequestParser::State;
    switch (parser_.state()) {
      case State::failed:
        return text_ + std::string(http::name_of(parser_.error()));
      case State::body:
        return text_ + "body " + std::to_string(parser_.body_size()) +
               (parser_.waits_for_continue() ? " waits" : "");
      case State::head:
      case State::complete:
        return text_ + (parser_.begun() ? "begun" : "");
    }
    return text_;
  }
  [[nodiscard]] const std::string& broken() const { return broken_; }

 private:
  http::RequestParser parser_{kLimits};
  std::string inbox_;
  std::string text_;
  std::string broken_;
};

std::string http_request(std::string_view input) {
  if (input.empty()) return {};
  const auto at = static_cast<unsigned char>(input.front());
  const std::string_view stream = input.substr(1);
  const std::size_t cut = stream.size() * at / 256;

  Reading whole;
  whole.feed(stream);
  if (!whole.broken().empty()) return whole.broken();
  Reading two;
  two.feed(stream.substr(0, cut));
  two.feed(stream.substr(cut));
  if (two.result() != whole.result()) {
    return "cut at " + std::to_string(cut) + " it is another: " + two.result() + " instead of " +
           whole.result();
  }
  Reading bytewise;
  for (std::size_t i = 0; i < stream.size(); ++i) bytewise.feed(stream.substr(i, 1));
  if (bytewise.result() != whole.result()) {
    return "byte by byte it is another: " + bytewise.result() + " instead of " + whole.result();
  }
  return {};
}

}  // namespace

DOORWARD_FUZZ_TARGET(http_request)

}  // namespace doorward::tests::fuzz
