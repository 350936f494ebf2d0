#pragma once

#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace doorward::base {

// Object keys are kept sorted by their bytes, so that dumping is canonical [RFC 8785 3.2.3] for
// ASCII keys, strings, booleans and whole numbers: all that doorward writes.
using Json = nlohmann::json;

enum class JsonError { syntax, duplicate_key, too_deep, not_utf8 };

// Reads one document. Refuses duplicate keys, more than `max_depth` levels and invalid UTF-8.
// Never throws.
[[nodiscard]] std::expected<Json, JsonError> parse_json(std::string_view text, int max_depth = 32);

// Without blanks, keys sorted. Never throws: invalid UTF-8 in strings becomes U+FFFD.
[[nodiscard]] std::string dump_json(const Json& value);

// The string at `key` of an object, or `otherwise` if absent or not a string.
[[nodiscard]] std::string json_string(const Json& object, std::string_view key,
                                      std::string_view otherwise = "");

}  // namespace doorward::base
