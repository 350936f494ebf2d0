#pragma once

#include <optional>
#include <string>
#include <string_view>

// Strict codecs: what is not exactly the encoding of something is nullopt, never a best guess.
namespace doorward::base {

// RFC 4648 section 4 with padding. Unused bits must be zero.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

// As base64_decode, but space, tab, CR and LF may stand between characters, as IdPs and XML
// signatures break their lines [DSig 4.2, xs:base64Binary].
[[nodiscard]] std::optional<std::string> base64_decode_spaced(std::string_view text);

// RFC 4648 section 5, without padding.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

[[nodiscard]] std::string hex_encode(std::string_view bytes);  // lower case
[[nodiscard]] std::optional<std::string> hex_decode(std::string_view text);

// RFC 3986: everything but unreserved characters becomes %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);
// %XX decoded; a broken %XX is nullopt. `plus_is_space` for form bodies and queries.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text,
                                                        bool plus_is_space = false);

// True if `text` is well-formed UTF-8 without NUL.
[[nodiscard]] bool is_utf8(std::string_view text);

// &, <, >, " and ' as references: safe in HTML and XML text and attribute values.
[[nodiscard]] std::string escape_markup(std::string_view text);

// True if equal; the time depends on the lengths only.
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace doorward::base
