#pragma once

#include <string>

#include "base/instant.h"
#include "http/message.h"

namespace doorward::http {

// What the serialiser has to know besides the answer itself.
struct Delivery {
  bool head_only = false;   // the request was HEAD: the same headers, no body [RFC 9110 9.3.2]
  bool keep_alive = false;  // said explicitly, as 1.0 clients and proxies need it [RFC 9112 9.3]
  base::Instant now;        // for Date, UTC
};

struct Wire {
  std::string bytes;
  bool replaced = false;  // the response could not be sent; `bytes` are a plain 500
};

// `response` as HTTP/1.1: its headers in order, then Date, Content-Length (also 0; none with 204
// and 304) and Connection.
// A response that cannot be sent is replaced by a plain 500: a status outside 200 to 599, a
// header name that is no token or that the serialiser owns (Content-Length, Date, Connection,
// Transfer-Encoding), a value with a control byte (CR, LF and NUL among them) other than a tab.
[[nodiscard]] Wire serialize(const Response& response, const Delivery& delivery);

// The engine's own answer: `status` with its phrase as plain text, no-store, and Retry-After: 1
// with 503.
[[nodiscard]] Response plain_response(int status);

// "Sun, 06 Nov 1994 08:49:37 GMT" [RFC 9110 5.6.7].
[[nodiscard]] std::string http_date(base::Instant instant);

}  // namespace doorward::http
