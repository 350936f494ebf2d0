#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config_source.h"
#include "base/instant.h"

// What keys there are, and how each kind of value is read. Only config*.cc need it.
namespace doorward::app {

enum class ValueKind { text, list, boolean, count, size, duration };

struct KeySpec {
  std::string_view key;  // dotted; keys of an application without "apps.ID."
  ValueKind kind;
  std::string_view standard;  // the default, as the environment would write it
  bool secret = false;
};

[[nodiscard]] std::span<const KeySpec> key_specs();      // all but those of applications
[[nodiscard]] std::span<const KeySpec> app_key_specs();  // below [apps.ID]
// The spec of a dotted key, applications' too; nullptr if there is no such key.
[[nodiscard]] const KeySpec* find_spec(std::string_view dotted);
// "store.url" is "DOORWARD_STORE_URL".
[[nodiscard]] std::string environment_name(std::string_view dotted);
// Removes what find_spec does not know, each a mistake with the nearest known key.
void refuse_unknown(RawConfig& raw, std::vector<Mistake>& mistakes);
// Adds the DOORWARD_* of the environment over `raw`.
void apply_environment(RawConfig& raw, const NamedTexts& environment,
                       std::vector<Mistake>& mistakes);

// Readers of one value; nullopt if it is of another kind.
[[nodiscard]] std::optional<std::string> read_text(const RawValue& raw);
[[nodiscard]] std::optional<std::vector<std::string>> read_list(const RawValue& raw);
[[nodiscard]] std::optional<bool> read_boolean(const RawValue& raw);
[[nodiscard]] std::optional<std::size_t> read_count(const RawValue& raw);
[[nodiscard]] std::optional<std::size_t> read_size(const RawValue& raw);  // "1MiB", "512KiB", 4096
[[nodiscard]] std::optional<base::Duration> read_duration(const RawValue& raw);

}  // namespace doorward::app
