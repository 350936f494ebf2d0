#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "sp/preset.h"

namespace doorward::app {

// Reads one preset. `file` is the name that errors show; the preset's own name is the file's base
// name without ".toml". Every key of the format is required but request_name_id_format,
// name_id_is_email, groups_separator and [fix]; unknown keys and wrong types are refused.
// Errors: "FILE:LINE: what is wrong", one line.
[[nodiscard]] std::expected<sp::Preset, std::string> parse_preset(std::string_view file,
                                                                  std::string_view text);

// The presets that the program carries (presets/*.toml), by name. An error is a broken build.
[[nodiscard]] std::expected<std::map<std::string, sp::Preset>, std::string> builtin_presets();

}  // namespace doorward::app
