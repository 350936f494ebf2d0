#include "http/parser.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.h"
#include "base/text.h"

namespace doorward::http {
namespace {

constexpr std::size_t kMaxChunkDigits = 16;
constexpr std::size_t kMaxExtensionLine = 256;
constexpr std::size_t kMaxExtensions = 4UZ * 1024;
constexpr std::size_t kMaxTrailers = 4UZ * 1024;
constexpr std::size_t kMaxHost = 255;
constexpr std::string_view kAlphanumeric =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

using ByteSet = std::array<bool, 256>;

constexpr ByteSet byte_set(std::string_view first, std::string_view second = {}) {
  ByteSet set{};
  for (const char c : first) set[static_cast<unsigned char>(c)] = true;
  for (const char c : second) set[static_cast<unsigned char>(c)] = true;
  return set;
}

constexpr ByteSet text_set() {
  ByteSet set{};
  for (std::size_t c = 0x20; c < set.size(); ++c) set[c] = c != 0x7F;
  set['\t'] = true;
  return set;
}

constexpr ByteSet kToken = byte_set(kAlphanumeric, "!#$%&'*+-.^_`|~");
constexpr ByteSet kTarget = byte_set(kAlphanumeric, "-._~!$&'()*+,;=:@/?%");
constexpr ByteSet kHost = byte_set(kAlphanumeric, "-._");
constexpr ByteSet kAddress = byte_set("0123456789abcdefABCDEF", ":.");
constexpr ByteSet kText = text_set();
constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};

bool in(const ByteSet& set, char c) {
  return set[static_cast<unsigned char>(c)];
}
bool all_in(const ByteSet& set, std::string_view text) {
  return std::ranges::all_of(text, [&](char c) { return in(set, c); });
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Calls fn with every element of a comma list that is not empty [RFC 9110 5.6.1.2].
template <class Fn>
void each_element(std::string_view list, Fn fn) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view element = base::trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!element.empty()) fn(element);
  }
}

// A backslash counts as a separator too: something behind us may take it for one.
bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of("/\\"), path.size());
    const std::string_view segment = path.substr(0, end);
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

bool skip_token(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, [](char c) { return in(kToken, c); });
  const auto size = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(size);
  return size > 0;
}

bool skip_quoted(std::string_view& text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return true;
    }
    if (text[at] == '\\') ++at;
  }
  return false;
}

// What follows the ";" after a chunk's size: NAME[=VALUE] and more behind further ";" [7.1.1].
bool is_extensions(std::string_view text) {
  while (true) {
    skip_blanks(text);
    if (!skip_token(text)) return false;
    if (text.empty()) return true;
    skip_blanks(text);
    if (text.starts_with('=')) {
      text.remove_prefix(1);
      skip_blanks(text);
      if (!(text.starts_with('"') ? skip_quoted(text) : skip_token(text))) return false;
      if (text.empty()) return true;
      skip_blanks(text);
    }
    if (!text.starts_with(';')) return false;
    text.remove_prefix(1);
  }
}

bool is_port(std::string_view port) {
  if (!all_digits(port) || port.size() > 5) return false;
  int value = 0;
  for (const char c : port) value = value * 10 + (c - '0');
  return value <= 65535;
}

bool is_host(std::string_view host) {
  if (host.size() > kMaxHost) return false;
  std::string_view name;
  std::string_view rest;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    name = host.substr(1, end - 1);
    rest = host.substr(end + 1);
    if (!all_in(kAddress, name) || name.find(':') == std::string_view::npos) return false;
  } else {
    const std::size_t end = std::min(host.find(':'), host.size());
    name = host.substr(0, end);
    rest = host.substr(end);
    if (!all_in(kHost, name)) return false;
  }
  return !name.empty() && (rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1))));
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && all_in(kToken, text);
}

std::size_t RequestParser::feed(std::string_view bytes) {
  std::size_t used = 0;
  if (state_ == State::head) used = feed_head(bytes);
  if (state_ == State::body) {
    const std::string_view rest = bytes.substr(used);
    if (!rest.empty()) body_begun_ = true;
    used += chunked_ ? feed_chunked(rest) : feed_sized(rest);
  }
  return used;
}

std::optional<std::size_t> RequestParser::announced() const {
  if (chunked_) return std::nullopt;
  return length_;
}

Request RequestParser::take() {
  Request request = std::move(request_);
  *this = RequestParser(limits_);
  return request;
}

void RequestParser::fail(ParseError error) {
  if (failed()) return;
  error_ = error;
  state_ = State::failed;
}

std::size_t RequestParser::feed_head(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ == State::head) {
    if (head_size_ == limits_.head) {
      fail(ParseError::head_too_large);
      break;
    }
    const char c = bytes[at];
    if (after_cr_ || !in(kText, c)) {
      ++at;
      ++head_size_;
      if (after_cr_ && c != '\n') {
        fail(ParseError::bare_cr);
      } else if (after_cr_) {
        after_cr_ = false;
        end_head_line();
      } else if (c == '\r') {
        after_cr_ = true;
      } else {
        fail(c == '\n' ? ParseError::bare_lf : ParseError::control_byte);
      }
      continue;
    }
    if (line_.empty() && (c == ' ' || c == '\t')) {
      fail(ParseError::leading_space);
      break;
    }
    const std::size_t most = at + std::min(bytes.size() - at, limits_.head - head_size_);
    std::size_t end = at;
    while (end < most && in(kText, bytes[end])) ++end;
    line_.append(bytes, at, end - at);
    head_size_ += end - at;
    at = end;
    // Longer than any request line with a target we take: no need to wait for its end.
    if (request_.method.empty() && line_.size() > limits_.target + 32) {
      fail(ParseError::target_too_long);
    }
  }
  return at;
}

void RequestParser::end_head_line() {
  const bool first = request_.method.empty();
  if (line_.empty()) {
    if (!first) return end_head();
    // One empty line before a request is what old clients send after a body [2.2].
    if (std::exchange(blank_line_, true)) fail(ParseError::empty_line);
    return;
  }
  first ? parse_request_line() : parse_header_line();
  line_.clear();
}

void RequestParser::parse_request_line() {
  const std::string_view line = line_;
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || !is_token(line.substr(0, first))) {
    return fail(ParseError::request_line);
  }
  const std::string_view version = line.substr(last + 1);
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return fail(ParseError::request_line);
  }
  if (std::ranges::find(kMethods, line.substr(0, first)) == kMethods.end()) {
    return fail(ParseError::method_unknown);
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return fail(ParseError::version_unknown);
  http10_ = version == "HTTP/1.0";
  request_.method = line.substr(0, first);
  parse_target(line.substr(first + 1, last - first - 1));
}

void RequestParser::parse_target(std::string_view target) {
  if (target.size() > limits_.target) return fail(ParseError::target_too_long);
  if (!target.starts_with('/')) return fail(ParseError::target_form);
  if (!all_in(kTarget, target)) return fail(ParseError::target_byte);
  const std::size_t question = std::min(target.find('?'), target.size());
  const auto path = base::percent_decode(target.substr(0, question));
  const auto query = base::percent_decode(target.substr(question));
  if (!path || !query || path->find('\0') != std::string::npos ||
      query->find('\0') != std::string::npos) {
    return fail(ParseError::target_byte);
  }
  if (has_dot_segment(*path)) return fail(ParseError::target_dots);
  request_.path = target.substr(0, question);
  request_.query = target.substr(std::min(question + 1, target.size()));
}

void RequestParser::parse_header_line() {
  if (request_.headers.size() == limits_.lines) return fail(ParseError::too_many_lines);
  const std::string_view line = line_;
  const std::size_t colon = std::min(line.find(':'), line.size());
  if (colon == line.size() || !is_token(line.substr(0, colon))) {
    return fail(ParseError::header_line);
  }
  request_.headers.emplace_back(base::ascii_lower(line.substr(0, colon)),
                                base::trim(line.substr(colon + 1)));
}

void RequestParser::end_head() {
  check_host();
  check_connection();
  check_framing();
  check_expectation();
  if (failed()) return;
  state_ = chunked_ || remaining_ > 0 ? State::body : State::complete;
}

void RequestParser::check_host() {
  const auto hosts = std::ranges::count_if(
      request_.headers, [](const auto& header) { return header.first == "host"; });
  if (hosts != 1) return fail(ParseError::host_count);
  if (!is_host(request_.header("host"))) fail(ParseError::host_invalid);
}

void RequestParser::check_connection() {
  bool close = false;
  bool keep = false;
  for (const auto& [name, value] : request_.headers) {
    if (name != "connection") continue;
    each_element(value, [&](std::string_view option) {
      if (!is_token(option)) fail(ParseError::connection_invalid);
      const std::string lower = base::ascii_lower(option);
      close = close || lower == "close";
      keep = keep || lower == "keep-alive";
    });
  }
  keep_alive_ = !close && (keep || !http10_);
}

void RequestParser::check_framing() {
  const std::string* length = nullptr;
  const std::string* coding = nullptr;
  for (const auto& [name, value] : request_.headers) {
    if (name == "content-length") {
      if (length != nullptr) return fail(ParseError::length_repeated);
      length = &value;
    } else if (name == "transfer-encoding") {
      if (coding != nullptr) return fail(ParseError::coding_repeated);
      coding = &value;
    }
  }
  if (length != nullptr && coding != nullptr) return fail(ParseError::length_and_coding);
  if (coding != nullptr) check_coding(*coding);
  if (length != nullptr) check_length(*length);
}

void RequestParser::check_coding(std::string_view coding) {
  if (http10_) return fail(ParseError::coding_on_http10);
  const std::string lower = base::ascii_lower(coding);
  int chunked = 0;
  each_element(lower, [&](std::string_view element) { chunked += element == "chunked" ? 1 : 0; });
  if (chunked > 1) return fail(ParseError::coding_repeated);
  if (lower != "chunked") return fail(ParseError::coding_unknown);
  chunked_ = true;
}

void RequestParser::check_length(std::string_view digits) {
  if (!all_digits(digits)) return fail(ParseError::length_invalid);
  std::size_t length = 0;
  for (const char c : digits) {
    length = length * 10 + static_cast<std::size_t>(c - '0');
    if (length > limits_.body) return fail(ParseError::body_too_large);
  }
  length_ = remaining_ = length;
}

void RequestParser::check_expectation() {
  for (const auto& [name, value] : request_.headers) {
    if (name != "expect") continue;
    if (base::ascii_lower(value) != "100-continue") return fail(ParseError::expectation_unknown);
    // A 1.0 client cannot read a 100 and has not waited for it.
    expects_continue_ = !http10_;
  }
}

std::size_t RequestParser::feed_sized(std::string_view bytes) {
  const std::size_t used = std::min(remaining_, bytes.size());
  request_.body.append(bytes, 0, used);
  remaining_ -= used;
  if (remaining_ == 0) state_ = State::complete;
  return used;
}

std::size_t RequestParser::feed_chunked(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ == State::body) {
    if (chunk_ == Chunk::data) {
      const std::size_t part = std::min(remaining_, bytes.size() - at);
      request_.body.append(bytes, at, part);
      remaining_ -= part;
      at += part;
      if (remaining_ == 0) chunk_ = Chunk::data_cr;
    } else if (chunk_ == Chunk::trailer) {
      at += feed_trailer(bytes.substr(at));
    } else {
      feed_chunk_byte(bytes[at++]);
    }
  }
  return at;
}

void RequestParser::feed_chunk_byte(char byte) {
  switch (chunk_) {
    case Chunk::size: {
      const int digit = hex_value(byte);
      if (digit >= 0) {
        if (++chunk_digits_ > kMaxChunkDigits) return fail(ParseError::chunk_size);
        remaining_ = remaining_ * 16 + static_cast<std::size_t>(digit);
        if (remaining_ > limits_.body - request_.body.size()) fail(ParseError::body_too_large);
        return;
      }
      if (chunk_digits_ == 0 || (byte != '\r' && byte != ';')) return fail(ParseError::chunk_size);
      chunk_ = byte == '\r' ? Chunk::size_lf : Chunk::extension;
      return;
    }
    case Chunk::extension:
      // They mean nothing to us, but an open quote would end elsewhere for someone before us.
      if (byte == '\r') {
        if (!is_extensions(line_)) return fail(ParseError::chunk_extension);
        line_.clear();
        chunk_ = Chunk::size_lf;
        return;
      }
      if (!in(kText, byte) || line_.size() == kMaxExtensionLine ||
          ++extension_total_ > kMaxExtensions) {
        return fail(ParseError::chunk_extension);
      }
      line_.push_back(byte);
      return;
    case Chunk::size_lf:
      return byte == '\n' ? end_chunk_size() : fail(ParseError::bare_cr);
    case Chunk::data_cr:
      chunk_ = Chunk::data_lf;
      return byte == '\r' ? void() : fail(ParseError::chunk_end);
    case Chunk::data_lf:
      chunk_ = Chunk::size;
      return byte == '\n' ? void() : fail(ParseError::chunk_end);
    case Chunk::data:
    case Chunk::trailer:
      return;
  }
}

void RequestParser::end_chunk_size() {
  chunk_ = remaining_ == 0 ? Chunk::trailer : Chunk::data;
  chunk_digits_ = 0;
}

std::size_t RequestParser::feed_trailer(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ == State::body) {
    const char c = bytes[at++];
    if (++trailer_size_ > kMaxTrailers) {
      fail(ParseError::trailer_too_large);
    } else if (after_cr_) {
      after_cr_ = false;
      c == '\n' ? end_trailer_line() : fail(ParseError::bare_cr);
    } else if (c == '\r') {
      after_cr_ = true;
    } else if (!in(kText, c)) {
      fail(ParseError::trailer_invalid);
    } else {
      line_.push_back(c);
    }
  }
  return at;
}

// Trailers are read only to find their end: merged into the headers they could forge one [7.1.2].
void RequestParser::end_trailer_line() {
  if (line_.empty()) {
    state_ = State::complete;
    return;
  }
  const std::size_t colon = line_.find(':');
  if (colon == std::string::npos || !is_token(std::string_view(line_).substr(0, colon))) {
    return fail(ParseError::trailer_invalid);
  }
  line_.clear();
}

}  // namespace doorward::http
