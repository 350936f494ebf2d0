#include "app/presets.h"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "app/embedded.h"
#include "base/text.h"

namespace doorward::app {
namespace {

// The first error wins; what is read after it does not matter.
class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  void fail(toml::source_position at, std::string what) {
    if (error_.empty()) {
      error_ = file_ + ":" + std::to_string(at.line) + ": " + std::move(what);
    }
  }
  [[nodiscard]] const std::string& error() const { return error_; }

  void only_keys(const toml::table& table, const std::vector<std::string>& known) {
    for (const auto& [key, value] : table) {
      if (std::ranges::find(known, key.str()) != known.end()) continue;
      std::string hint = base::nearest(key.str(), known);
      fail(key.source().begin, "unknown key \"" + std::string(key.str()) + "\"" +
                                   (hint.empty() ? "" : ", nearest is \"" + hint + "\""));
    }
  }

  std::string text(const toml::table& table, const char* key, bool required = true) {
    const toml::node* node = find(table, key, required);
    if (node == nullptr) return {};
    auto value = node->value_exact<std::string>();
    if (!value) fail(node->source().begin, std::string(key) + " must be a string");
    if (value && required && value->empty()) {
      fail(node->source().begin, std::string(key) + " must not be empty");
    }
    return value.value_or("");
  }

  bool flag(const toml::table& table, const char* key) {
    const toml::node* node = find(table, key, false);
    if (node == nullptr) return false;
    auto value = node->value_exact<bool>();
    if (!value) fail(node->source().begin, std::string(key) + " must be true or false");
    return value.value_or(false);
  }

  std::vector<std::string> texts(const toml::table& table, const char* key) {
    const toml::node* node = find(table, key, true);
    if (node == nullptr) return {};
    std::vector<std::string> out;
    const toml::array* array = node->as_array();
    if (array == nullptr) {
      fail(node->source().begin, std::string(key) + " must be a list of strings");
      return out;
    }
    for (const toml::node& item : *array) {
      auto value = item.value_exact<std::string>();
      if (!value || value->empty()) {
        fail(item.source().begin, std::string(key) + " must be a list of strings");
        return out;
      }
      out.push_back(*value);
    }
    return out;
  }

  const toml::table& section(const toml::table& root, const char* key, bool required) {
    static const toml::table kNothing;
    const toml::node* node = find(root, key, required);
    if (node == nullptr) return kNothing;
    if (!node->is_table()) {
      fail(node->source().begin, std::string(key) + " must be a table");
      return kNothing;
    }
    return *node->as_table();
  }

 private:
  const toml::node* find(const toml::table& table, const char* key, bool required) {
    const toml::node* node = table.get(key);
    if (node == nullptr && required) {
      fail(table.source().begin, std::string(key) + " is missing");
    }
    return node;
  }

  std::string file_;
  std::string error_;
};

bool is_reason(std::string_view name) {
  return !name.empty() &&
         name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

std::string base_name(std::string_view file) {
  file = file.substr(file.find_last_of('/') + 1);
  if (file.ends_with(".toml")) file.remove_suffix(5);
  return std::string(file);
}

void read_attributes(Reader& reader, const toml::table& table, sp::Preset& preset) {
  reader.only_keys(table, {"email", "first_name", "last_name", "display_name", "groups",
                           "groups_separator", "alt_subject"});
  preset.email = reader.texts(table, "email");
  preset.first_name = reader.texts(table, "first_name");
  preset.last_name = reader.texts(table, "last_name");
  preset.display_name = reader.texts(table, "display_name");
  preset.groups = reader.texts(table, "groups");
  preset.groups_separator = reader.text(table, "groups_separator", false);
  preset.alt_subject = reader.texts(table, "alt_subject");
}

void read_setup(Reader& reader, const toml::table& table, sp::Setup& setup) {
  reader.only_keys(table, {"console", "acs_url", "entity_id", "idp_metadata", "name_id",
                           "attributes", "assignment"});
  setup.console = reader.text(table, "console");
  setup.acs_url = reader.text(table, "acs_url");
  setup.entity_id = reader.text(table, "entity_id");
  setup.idp_metadata = reader.text(table, "idp_metadata");
  setup.name_id = reader.text(table, "name_id");
  setup.attributes = reader.text(table, "attributes");
  setup.assignment = reader.text(table, "assignment");
}

void read_fixes(Reader& reader, const toml::table& table, sp::Preset& preset) {
  for (const auto& [key, value] : table) {
    std::string name(key.str());
    if (!is_reason(name)) reader.fail(key.source().begin, "\"" + name + "\" names no reason");
    preset.fixes.emplace_back(name, reader.text(table, name.c_str()));
  }
}

std::expected<sp::Preset, std::string> read(std::string_view file, const toml::table& root) {
  Reader reader(file);
  sp::Preset preset;
  preset.name = base_name(file);
  reader.only_keys(root, {"title", "name_id_formats", "request_name_id_format", "name_id_is_email",
                          "attributes", "setup", "fix"});
  preset.title = reader.text(root, "title");
  preset.name_id_formats = reader.texts(root, "name_id_formats");
  preset.request_name_id_format = reader.text(root, "request_name_id_format", false);
  preset.name_id_is_email = reader.flag(root, "name_id_is_email");
  read_attributes(reader, reader.section(root, "attributes", true), preset);
  read_setup(reader, reader.section(root, "setup", true), preset.setup);
  read_fixes(reader, reader.section(root, "fix", false), preset);
  if (!reader.error().empty()) return std::unexpected(reader.error());
  return preset;
}

}  // namespace

std::expected<sp::Preset, std::string> parse_preset(std::string_view file, std::string_view text) {
  try {
    return read(file, toml::parse(text, file));
  } catch (const toml::parse_error& error) {
    return std::unexpected(std::string(file) + ":" + std::to_string(error.source().begin.line) +
                           ": " + std::string(error.description()));
  }
}

std::expected<std::map<std::string, sp::Preset>, std::string> builtin_presets() {
  std::map<std::string, sp::Preset> presets;
  for (const EmbeddedFile& file : embedded_presets()) {
    auto preset = parse_preset("presets/" + std::string(file.name), file.content);
    if (!preset) return std::unexpected(preset.error());
    presets.emplace(preset->name, std::move(*preset));
  }
  return presets;
}

}  // namespace doorward::app
