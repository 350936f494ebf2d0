#include "http/serializer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "base/text.h"
#include "http/parser.h"

namespace doorward::http {
namespace {

constexpr std::array<std::string_view, 4> kOwned = {"connection", "content-length", "date",
                                                    "transfer-encoding"};

std::string_view phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";  // any phrase will do: recipients ignore it [RFC 9112 4]
  }
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

std::string message(const Response& response, const Delivery& delivery) {
  const bool bodiless = response.status == 204 || response.status == 304;
  const bool with_body = !bodiless && !delivery.head_only;
  std::string out;
  out.reserve(256 + response.headers.size() * 64 + (with_body ? response.body.size() : 0));
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += phrase(response.status);
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  out += "Date: ";
  out += http_date(delivery.now);
  if (!bodiless) {
    out += "\r\nContent-Length: ";
    out += std::to_string(response.body.size());
  }
  out +=
      delivery.keep_alive ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n";
  if (with_body) out += response.body;
  return out;
}

bool is_sendable(const Response& response) {
  if (response.status < 200 || response.status > 599) return false;
  return std::ranges::all_of(response.headers, [](const auto& header) {
    const std::string name = base::ascii_lower(header.first);
    return is_token(name) && std::ranges::find(kOwned, name) == kOwned.end() &&
           std::ranges::none_of(header.second, is_control);
  });
}

}  // namespace

Wire serialize(const Response& response, const Delivery& delivery) {
  if (is_sendable(response)) return {message(response, delivery), false};
  return {message(plain_response(500), delivery), true};
}

Response plain_response(int status) {
  Response response;
  response.status = status;
  response.add("Content-Type", "text/plain; charset=utf-8").add("Cache-Control", "no-store");
  if (status == 503) response.add("Retry-After", "1");
  response.body = std::to_string(status) + " " + std::string(phrase(status)) + "\n";
  return response;
}

std::string http_date(base::Instant instant) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
  std::array<char, 64> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                  kDays.at(std::chrono::weekday(day).c_encoding()),
                                  unsigned{date.day()}, kMonths.at(unsigned{date.month()} - 1),
                                  int{date.year()}, static_cast<int>(time.hours().count()),
                                  static_cast<int>(time.minutes().count()),
                                  static_cast<int>(time.seconds().count())));
  return text.data();
}

}  // namespace doorward::http
