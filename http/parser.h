#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace doorward::http {

// Why bytes are no request of ours. The clauses are of RFC 9112 unless another is named.
enum class ParseError {
  bare_cr,              // CR without LF [2.2]
  bare_lf,              // LF without CR [2.2]
  control_byte,         // a byte below space, or DEL, in the head [RFC 9110 5.5]
  leading_space,        // a line that starts with white space: obs-fold and its kin [5.2]
  empty_line,           // more than one empty line before the request [2.2]
  head_too_large,       // more bytes than ParserLimits::head [RFC 6585 5]
  too_many_lines,       // more header lines than ParserLimits::lines [RFC 6585 5]
  request_line,         // not "method SP target SP version" [3]
  method_unknown,       // a method outside the allow-list [RFC 9110 9.1]
  version_unknown,      // neither HTTP/1.0 nor HTTP/1.1 [RFC 9110 2.5]
  target_too_long,      // more bytes than ParserLimits::target [RFC 9110 15.5.15]
  target_form,          // not origin form [3.2.1]
  target_byte,          // a byte that RFC 3986 does not allow, a broken %XX, or %00
  target_dots,          // a segment "." or "..", after decoding [RFC 3986 5.2.4]
  header_line,          // no colon, or a name that is no token [5.1]
  host_count,           // no Host, or more than one [3.2]
  host_invalid,         // not a host and an optional port [RFC 9110 7.2]
  length_repeated,      // Content-Length twice, equal or not [6.3]
  length_invalid,       // Content-Length that is not digits only [RFC 9110 8.6]
  length_and_coding,    // Content-Length with Transfer-Encoding [6.1]
  coding_repeated,      // Transfer-Encoding twice, or "chunked" twice [6.1]
  coding_on_http10,     // Transfer-Encoding on HTTP/1.0 [6.1]
  coding_unknown,       // anything but "chunked" [6.1]
  connection_invalid,   // Connection options that are no tokens [RFC 9110 7.6.1]
  expectation_unknown,  // Expect, other than 100-continue [RFC 9110 10.1.1]
  body_too_large,       // more bytes than ParserLimits::body [RFC 9110 15.5.14]
  chunk_size,           // not 1 to 16 hexadecimal digits [7.1]
  chunk_extension,      // no list of names and values, or over 256 B a line or 4 KiB in all [7.1.1]
  chunk_end,            // chunk data that CR LF does not follow [7.1]
  trailer_invalid,      // a trailer line that is no header line [7.1.2]
  trailer_too_large,    // more than 4 KiB of trailers [7.1.2]
};

// The status that answers the error: 400, 413, 414, 417, 431, 501 or 505.
[[nodiscard]] int status_of(ParseError error);
// The enumerator's name, for logs.
[[nodiscard]] std::string_view name_of(ParseError error);

struct ParserLimits {
  std::size_t head = 16UZ * 1024;
  std::size_t lines = 100;
  std::size_t target = 8UZ * 1024;
  std::size_t body = 1024UZ * 1024;  // decoded
};

// Reads one HTTP/1.1 request at a time off a connection, strictly [RFC 9112]. What it makes of a
// stream of bytes does not depend on how the stream is cut. Not thread-safe.
class RequestParser {
 public:
  enum class State { head, body, complete, failed };

  explicit RequestParser(ParserLimits limits = {}) : limits_(limits) {}

  // Reads on, and says how many of `bytes` it used: all of them, unless the request was complete
  // or failed before their end. What is left belongs to the next request.
  std::size_t feed(std::string_view bytes);

  [[nodiscard]] State state() const { return state_; }
  // In State::failed only.
  [[nodiscard]] ParseError error() const { return error_; }
  // True once a byte of the request came.
  [[nodiscard]] bool begun() const { return head_size_ > 0; }
  // The connection may be used again after this request. In State::complete only.
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  // In State::body: the client waits for a 100 before it sends the body, and has sent none of it.
  [[nodiscard]] bool waits_for_continue() const { return expects_continue_ && !body_begun_; }
  // In State::body: the Content-Length, or nothing if the body is chunked.
  [[nodiscard]] std::optional<std::size_t> announced() const;
  [[nodiscard]] std::size_t body_size() const { return request_.body.size(); }

  // The request, in State::complete only; peer and id are empty. Ready for the next one then.
  [[nodiscard]] Request take();

 private:
  enum class Chunk { size, extension, size_lf, data, data_cr, data_lf, trailer };

  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_sized(std::string_view bytes);
  std::size_t feed_chunked(std::string_view bytes);
  std::size_t feed_trailer(std::string_view bytes);
  void feed_chunk_byte(char byte);
  void end_head_line();
  void end_trailer_line();
  void end_chunk_size();
  void parse_request_line();
  void parse_target(std::string_view target);
  void parse_header_line();
  void end_head();
  void check_host();
  void check_connection();
  void check_framing();
  void check_coding(std::string_view coding);
  void check_length(std::string_view digits);
  void check_expectation();
  void fail(ParseError error);
  [[nodiscard]] bool failed() const { return state_ == State::failed; }

  ParserLimits limits_;
  State state_ = State::head;
  ParseError error_ = ParseError::request_line;
  Request request_;
  bool http10_ = false;
  bool keep_alive_ = false;
  bool expects_continue_ = false;

  std::string line_;  // of the head, a chunk's extensions or the trailers, so far
  bool after_cr_ = false;
  bool blank_line_ = false;  // the one empty line before the request was seen
  std::size_t head_size_ = 0;

  bool body_begun_ = false;
  bool chunked_ = false;
  std::size_t length_ = 0;     // Content-Length
  std::size_t remaining_ = 0;  // of the sized body or of the chunk
  Chunk chunk_ = Chunk::size;
  std::size_t chunk_digits_ = 0;
  std::size_t extension_total_ = 0;
  std::size_t trailer_size_ = 0;
};

// True for a non-empty token [RFC 9110 5.6.2].
[[nodiscard]] bool is_token(std::string_view text);

}  // namespace doorward::http
