#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace doorward::http {

// One request, as the adapter read it off the wire. Sizes are limited, the syntax is strict
// [RFC 9112]; nothing else in it is trusted.
struct Request {
  std::string method;  // of the allow-list: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS
  std::string path;    // raw, starts with "/", no dot segments, not percent-decoded
  std::string query;   // raw, what follows "?", may be empty
  std::vector<std::pair<std::string, std::string>> headers;  // names lower case, in wire order
  std::string body;
  std::string peer;  // address of the connection, without port: "127.0.0.1"
  std::string id;    // our request id, for logs and error pages

  // The only value of header `name` (lower case), or empty if it is absent or given twice.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool has_header(std::string_view name) const;

  // Every value that the cookies of all Cookie headers give to `name`, in order. A cookie that
  // is no cookie is passed over; it never hides another [RFC 6265 5.4].
  [[nodiscard]] std::vector<std::string> cookies(std::string_view name) const;
  // Names of all cookies that start with `prefix`.
  [[nodiscard]] std::vector<std::string> cookie_names(std::string_view prefix) const;
};

// The fields of a query or an application/x-www-form-urlencoded body, decoded, in order.
class Fields {
 public:
  // Broken percent-encoding or text that is not UTF-8 makes the whole thing invalid.
  static Fields parse(std::string_view encoded);
  [[nodiscard]] bool valid() const { return valid_; }
  // The only value of `name`; empty if absent or given twice (see `count`).
  [[nodiscard]] std::string get(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;

 private:
  bool valid_ = true;
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Response {
  int status = 500;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // Content-Length, Date and Connection are the serialiser's; a value with CR, LF or NUL makes
  // the whole answer a plain 500.
  Response& add(std::string_view name, std::string_view value) {
    headers.emplace_back(name, value);
    return *this;
  }
};

// Answers requests. Both functions are called from many threads at once.
class Handler {
 public:
  virtual ~Handler() = default;
  // Runs on an I/O thread: must not block. True if it answered into `response`.
  virtual bool answer_inline(const Request& request, Response& response) = 0;
  // Runs on a worker.
  virtual Response answer(const Request& request) = 0;
};

}  // namespace doorward::http
