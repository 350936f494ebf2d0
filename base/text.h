#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doorward::base {

[[nodiscard]] std::string ascii_lower(std::string_view text);
// Without space, tab, CR and LF at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
// The candidate with the smallest edit distance to `word`, or empty if none is near
// (more than half of its letters differ).
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);

}  // namespace doorward::base
