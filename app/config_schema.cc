#include "app/config_schema.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ids.h"
#include "base/text.h"

namespace doorward::app {
namespace {

using enum ValueKind;

constexpr std::array kKeys = {
    KeySpec{"public_url", text, ""},
    KeySpec{"listen", text, "127.0.0.1:8080"},
    KeySpec{"admin_listen", text, "127.0.0.1:8081"},
    KeySpec{"admin_hosts", list, ""},
    KeySpec{"trusted_proxies", list, "127.0.0.0/8,::1"},
    KeySpec{"store.url", text, "sqlite:/var/lib/doorward/doorward.db"},
    KeySpec{"keys.data_key", text, "", true},
    KeySpec{"keys.data_key_file", text, "/etc/doorward/data.key"},
    KeySpec{"admin.token", text, "", true},
    KeySpec{"admin.token_file", text, ""},
    KeySpec{"roles.ladder", list, "viewer,editor,admin,owner"},
    KeySpec{"session.idle", duration, "8h"},
    KeySpec{"session.absolute", duration, "24h"},
    KeySpec{"limits.form", size, "1MiB"},
    KeySpec{"limits.message", size, "512KiB"},
    KeySpec{"limits.depth", count, "64"},
    KeySpec{"limits.elements", count, "2000"},
    KeySpec{"limits.attributes", count, "64"},
    KeySpec{"fetch.allow_private", boolean, "false"},
    KeySpec{"dns.servers", list, ""},
    KeySpec{"log.format", text, "logfmt"},
    KeySpec{"log.level", text, "info"},
    KeySpec{"log.personal", text, "hash"},
};

constexpr std::array kAppKeys = {
    KeySpec{"url", text, ""},
    KeySpec{"orgs", list, ""},
    KeySpec{"headers", text, "authelia"},
    KeySpec{"user", text, "email"},
};

constexpr std::string_view kApps = "apps.";
constexpr std::string_view kPrefix = "DOORWARD_";

std::string upper_underscored(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '.' || c == '-') {
      out += '_';
    } else {
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return out;
}

// "apps.ID" and the rest, or nothing if the key is not an application's.
std::optional<std::pair<std::string, std::string>> split_app_key(std::string_view dotted) {
  if (!dotted.starts_with(kApps)) return std::nullopt;
  const auto dot = dotted.find('.', kApps.size());
  if (dot == std::string_view::npos) return std::nullopt;
  return std::pair{std::string(dotted.substr(0, dot)), std::string(dotted.substr(dot + 1))};
}

std::vector<std::string> known_keys(std::string_view near) {
  std::vector<std::string> names;
  for (const auto& spec : kKeys) names.emplace_back(spec.key);
  if (const auto app = split_app_key(near)) {
    for (const auto& spec : kAppKeys) names.push_back(app->first + "." + std::string(spec.key));
  }
  return names;
}

std::vector<std::string> known_tables() {
  std::vector<std::string> names{"apps"};
  for (const auto& spec : kKeys) {
    const auto dot = spec.key.find('.');
    if (dot == std::string_view::npos) continue;
    std::string table(spec.key.substr(0, dot));
    if (names.back() != table) names.push_back(std::move(table));
  }
  return names;
}

std::string with_hint(std::string what, const std::string& hint) {
  if (!hint.empty()) what += "; did you mean `" + hint + "`?";
  return what;
}

// The key after the last dot often is right and only the table is wrong.
std::string nearest_key(const std::string& dotted) {
  const auto known = known_keys(dotted);
  const std::string leaf = dotted.substr(dotted.rfind('.') + 1);
  for (const auto& name : known) {
    if (name == leaf || name.ends_with("." + leaf)) return name;
  }
  return base::nearest(dotted, known);
}

// DOORWARD_APPS_MY_APP_URL is apps.my-app.url, or apps.ID.url of the file's ID that it fits.
std::optional<std::string> app_key_of(const RawConfig& raw, std::string_view name) {
  const std::string_view apps = "DOORWARD_APPS_";
  if (!name.starts_with(apps)) return std::nullopt;
  for (const auto& spec : kAppKeys) {
    const std::string suffix = "_" + upper_underscored(spec.key);
    if (!name.ends_with(suffix) || name.size() <= apps.size() + suffix.size()) continue;
    const auto id = name.substr(apps.size(), name.size() - apps.size() - suffix.size());
    for (const auto& [table, origin] : raw.tables) {
      if (table.starts_with(kApps) && upper_underscored(table.substr(kApps.size())) == id) {
        return table + "." + std::string(spec.key);
      }
    }
    std::string lower = base::ascii_lower(id);
    std::ranges::replace(lower, '_', '-');
    return std::string(kApps) + lower + "." + std::string(spec.key);
  }
  return std::nullopt;
}

std::optional<std::string> dotted_of(const RawConfig& raw, std::string_view name) {
  for (const auto& spec : kKeys) {
    if (environment_name(spec.key) == name) return std::string(spec.key);
  }
  return app_key_of(raw, name);
}

std::optional<std::size_t> parse_number(std::string_view digits) {
  std::size_t number = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace

std::span<const KeySpec> key_specs() {
  return kKeys;
}
std::span<const KeySpec> app_key_specs() {
  return kAppKeys;
}

const KeySpec* find_spec(std::string_view dotted) {
  for (const auto& spec : kKeys) {
    if (spec.key == dotted) return &spec;
  }
  if (const auto app = split_app_key(dotted)) {
    for (const auto& spec : kAppKeys) {
      if (spec.key == app->second) return &spec;
    }
  }
  return nullptr;
}

std::string environment_name(std::string_view dotted) {
  return std::string(kPrefix) + upper_underscored(dotted);
}

void refuse_unknown(RawConfig& raw, std::vector<Mistake>& mistakes) {
  const auto tables = known_tables();
  for (const auto& [table, origin] : raw.tables) {
    const bool of_app = table.starts_with(kApps) && table.find('.', kApps.size()) == table.npos;
    if (of_app || std::ranges::find(tables, table) != tables.end()) continue;
    // A table with keys is told about by its keys.
    const auto first = raw.values.lower_bound(table + ".");
    if (first != raw.values.end() && first->first.starts_with(table + ".")) continue;
    mistakes.push_back(
        {origin, with_hint("unknown table `" + table + "`", base::nearest(table, tables))});
  }
  for (auto it = raw.values.begin(); it != raw.values.end();) {
    if (find_spec(it->first) != nullptr) {
      ++it;
      continue;
    }
    mistakes.push_back(
        {it->second.origin, with_hint("unknown key `" + it->first + "`", nearest_key(it->first))});
    it = raw.values.erase(it);
  }
}

void apply_environment(RawConfig& raw, const NamedTexts& environment,
                       std::vector<Mistake>& mistakes) {
  for (const auto& [name, text] : environment) {
    if (!name.starts_with(kPrefix) || name.starts_with("DOORWARD_TEST_")) continue;
    const std::string origin = "environment " + name;
    if (const auto dotted = dotted_of(raw, name)) {
      raw.values[*dotted] = {text, origin, true};
      continue;
    }
    std::vector<std::string> known;
    for (const auto& spec : kKeys) known.push_back(environment_name(spec.key));
    mistakes.push_back({origin, with_hint("unknown variable", base::nearest(name, known))});
  }
}

std::optional<std::string> read_text(const RawValue& raw) {
  const auto* value = std::get_if<std::string>(&raw.value);
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<std::vector<std::string>> read_list(const RawValue& raw) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&raw.value)) return *list;
  const auto joined = read_text(raw);
  if (!joined || !raw.joined) return std::nullopt;
  std::vector<std::string> entries;
  for (const auto& entry : base::split(*joined, ',')) {
    const auto trimmed = base::trim(entry);
    if (!trimmed.empty()) entries.emplace_back(trimmed);
  }
  return entries;
}

std::optional<bool> read_boolean(const RawValue& raw) {
  if (const auto* value = std::get_if<bool>(&raw.value)) return *value;
  const auto word = read_text(raw);
  if (word == "true") return true;
  if (word == "false") return false;
  return std::nullopt;
}

std::optional<std::size_t> read_count(const RawValue& raw) {
  if (const auto* number = std::get_if<std::int64_t>(&raw.value)) {
    return *number >= 0 ? std::optional(static_cast<std::size_t>(*number)) : std::nullopt;
  }
  const auto digits = read_text(raw);
  return digits ? parse_number(*digits) : std::nullopt;
}

std::optional<std::size_t> read_size(const RawValue& raw) {
  if (const auto number = read_count(raw)) return number;
  const auto written = read_text(raw);
  if (!written) return std::nullopt;
  for (const auto& [unit, factor] : {std::pair{std::string_view("KiB"), std::size_t{1} << 10U},
                                     {std::string_view("MiB"), std::size_t{1} << 20U}}) {
    if (!written->ends_with(unit)) continue;
    const auto number =
        parse_number(std::string_view(*written).substr(0, written->size() - unit.size()));
    if (!number || *number > (std::size_t{1} << 32U)) return std::nullopt;
    return *number * factor;
  }
  return std::nullopt;
}

std::optional<base::Duration> read_duration(const RawValue& raw) {
  const auto written = read_text(raw);
  return written ? base::parse_duration(*written) : std::nullopt;
}

}  // namespace doorward::app
