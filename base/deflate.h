#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Raw DEFLATE, without zlib or gzip header [RFC 1951], as the HTTP-Redirect binding wants it
// [Bind 3.4.4.1]. Thread-safe.
namespace doorward::base {

[[nodiscard]] std::string deflate_raw(std::string_view bytes);

// The bytes that `deflated` stands for. nullopt: not one whole DEFLATE stream, bytes after its end,
// or more than `max_out` bytes (never more memory than that is taken).
[[nodiscard]] std::optional<std::string> inflate_raw(std::string_view deflated,
                                                     std::size_t max_out);

}  // namespace doorward::base
