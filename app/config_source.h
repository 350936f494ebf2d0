#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace doorward::app {

// One mistake in the configuration. where: "FILE:LINE", "environment DOORWARD_…" or a flag.
struct Mistake {
  std::string where;
  std::string what;
  [[nodiscard]] std::string text() const { return where.empty() ? what : where + ": " + what; }
};

// A value as somebody wrote it, before anyone has said what it means. Texts of the environment
// and of flags stay texts; the schema reads lists, numbers and booleans out of them.
using RawScalar = std::variant<std::string, bool, std::int64_t, std::vector<std::string>>;
struct RawValue {
  RawScalar value;
  std::string origin;   // as in Mistake::where
  bool joined = false;  // by the environment or a flag: a list is one text with commas
};

// Values by their dotted key: "listen", "store.url", "apps.demo.orgs".
struct RawConfig {
  std::map<std::string, RawValue> values;
  std::map<std::string, std::string> tables;  // dotted name of each table, and its origin
};

// The bytes of a file. Error: why it cannot be read, without its name.
[[nodiscard]] std::expected<std::string, std::string> read_whole(const std::string& path);

// Reads the file at `path`. All mistakes that can be told apart are told: a syntax error alone,
// else every value of a kind that no key has.
[[nodiscard]] std::expected<RawConfig, std::vector<Mistake>> read_toml(const std::string& path);

// As read_toml, of a text; `name` stands for the file in origins.
[[nodiscard]] std::expected<RawConfig, std::vector<Mistake>> parse_toml(const std::string& text,
                                                                        const std::string& name);

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

}  // namespace doorward::app
