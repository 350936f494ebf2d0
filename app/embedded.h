#pragma once

#include <span>
#include <string_view>

namespace doorward::app {

// A file of the source tree that the program carries inside itself (cmake/Embed.cmake).
struct EmbeddedFile {
  std::string_view name;  // base name: "okta.toml"
  std::string_view content;
};

// presets/*.toml, sorted by name.
[[nodiscard]] std::span<const EmbeddedFile> embedded_presets();

}  // namespace doorward::app
