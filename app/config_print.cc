#include "app/config.h"
#include "app/config_schema.h"
#include "base/text.h"

namespace doorward::app {
namespace {

// The value by its key's kind, so that "8081" of the environment prints as a file would have it.
base::Json json_of(const KeySpec& spec, const RawValue& raw) {
  if (spec.secret) return "***";
  switch (spec.kind) {
    case ValueKind::list:
      return read_list(raw).value_or(std::vector<std::string>{});
    case ValueKind::boolean:
      return read_boolean(raw).value_or(false);
    case ValueKind::count:
      return read_count(raw).value_or(0);
    case ValueKind::size:
      if (const auto* number = std::get_if<std::int64_t>(&raw.value)) return *number;
      [[fallthrough]];
    case ValueKind::text:
    case ValueKind::duration:
      return read_text(raw).value_or("");
  }
  return nullptr;
}

}  // namespace

base::Json effective_json(const Config& config) {
  base::Json document = base::Json::object();
  for (const auto& [key, raw] : config.effective) {
    const auto* spec = find_spec(key);
    if (spec == nullptr) continue;
    base::Json* place = &document;
    for (const auto& step : base::split(key, '.')) place = &(*place)[step];
    *place = json_of(*spec, raw);
  }
  document["admin_hosts"] = config.admin_hosts;
  return document;
}

std::string effective_toml(const Config& config) {
  std::string top;
  std::string tables;
  std::string table;
  const auto line = [](std::string_view name, const std::string& value, const std::string& origin) {
    return std::string(name) + " = " + value + "  # " + origin + "\n";
  };
  for (const auto& [key, raw] : config.effective) {
    const auto* spec = find_spec(key);
    if (spec == nullptr || key == "admin_hosts") continue;
    // JSON's texts, numbers, booleans and lists of texts are TOML's too.
    const std::string value = base::dump_json(json_of(*spec, raw));
    const auto dot = key.rfind('.');
    if (dot == std::string::npos) {
      top += line(key, value, raw.origin);
      continue;
    }
    if (table != key.substr(0, dot)) {
      table = key.substr(0, dot);
      tables += "\n[" + table + "]\n";
    }
    tables += line(key.substr(dot + 1), value, raw.origin);
  }
  const auto hosts = config.effective.find("admin_hosts");
  const std::string origin = hosts == config.effective.end() ? "default" : hosts->second.origin;
  return line("admin_hosts", base::dump_json(config.admin_hosts), origin) + top + tables;
}

}  // namespace doorward::app
