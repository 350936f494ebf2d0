#include "app/config.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "app/config_schema.h"
#include "base/ids.h"
#include "base/text.h"
#include "http/dns_resolver.h"

namespace doorward::app {
namespace {

bool is_address(int family, const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(family, text.c_str(), bytes.data()) == 1;
}

std::optional<unsigned> parse_up_to(std::string_view digits, unsigned most) {
  unsigned number = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (digits.empty() || error != std::errc{} || stop != end || number > most) return std::nullopt;
  return number;
}

std::optional<ListenAddress> parse_listen(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  const auto port = parse_up_to(std::string_view(text).substr(colon + 1), 65535);
  if (!port) return std::nullopt;
  std::string host = text.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!is_address(bracketed ? AF_INET6 : AF_INET, host)) return std::nullopt;
  return ListenAddress{host, static_cast<std::uint16_t>(*port)};
}

bool is_block(const std::string& text) {
  const auto slash = text.find('/');
  const std::string address = text.substr(0, slash);
  const bool four = is_address(AF_INET, address);
  if (!four && !is_address(AF_INET6, address)) return false;
  if (slash == std::string::npos) return true;
  return parse_up_to(std::string_view(text).substr(slash + 1), four ? 32 : 128).has_value();
}

// Reads the values of one configuration, by their keys, and collects what cannot be.
class Reader {
 public:
  Reader(std::map<std::string, RawValue>& values, std::vector<Mistake>& mistakes)
      : values_(values), mistakes_(mistakes) {}

  void wrong(const std::string& key, const std::string& what) {
    const auto it = values_.find(key);
    mistakes_.push_back({it != values_.end() ? it->second.origin : "", "`" + key + "` " + what});
  }
  bool has(const std::string& key) const { return values_.contains(key); }

  std::string text(const std::string& key) { return get(key, read_text, "is a text in quotes"); }
  std::vector<std::string> list(const std::string& key) {
    return get(key, read_list, "is a list of texts in quotes, [\"a\", \"b\"]");
  }
  bool boolean(const std::string& key) { return get(key, read_boolean, "is true or false"); }
  base::Duration duration(const std::string& key) {
    return get(key, read_duration, "is a duration such as \"8h\", \"90s\" or \"14d\"");
  }
  std::size_t count(const std::string& key, std::size_t most) {
    return within(key, get(key, read_count, "is a whole number"), most);
  }
  std::size_t size(const std::string& key, std::size_t most) {
    return within(key, get(key, read_size, "is a size such as \"512KiB\" or \"1MiB\""), most);
  }
  ListenAddress listen(const std::string& key) {
    const auto written = text(key);
    auto address = parse_listen(written);
    if (!address && !failed_) {
      wrong(key, "is ADDRESS:PORT with an IP address, such as \"127.0.0.1:8080\" or \"[::]:8080\"");
    }
    return address.value_or(ListenAddress{});
  }
  // The entry of `choices` with the name that is written.
  template <class T>
  T choice(const std::string& key, std::initializer_list<std::pair<const char*, T>> choices) {
    const auto written = text(key);
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) {
      if (written == name) return value;
      names.push_back("\"" + std::string(name) + "\"");
    }
    if (!failed_) wrong(key, "is one of " + base::join(names, ", "));
    return choices.begin()->second;
  }

 private:
  template <class T>
  T get(const std::string& key, std::optional<T> (*read)(const RawValue&), const char* kind) {
    failed_ = false;
    const auto it = values_.find(key);
    if (it == values_.end()) return T{};
    auto value = read(it->second);
    if (!value) {
      failed_ = true;
      wrong(key, kind);
    }
    return std::move(value).value_or(T{});
  }
  std::size_t within(const std::string& key, std::size_t number, std::size_t most) {
    if (!failed_ && (number == 0 || number > most)) {
      wrong(key, "is between 1 and " + std::to_string(most));
    }
    return number;
  }

  std::map<std::string, RawValue>& values_;
  std::vector<Mistake>& mistakes_;
  bool failed_ = false;  // the last value was of another kind, and that has been told
};

void refuse_secrets_given_twice(const RawConfig& raw, std::vector<Mistake>& mistakes) {
  for (const auto& spec : key_specs()) {
    if (!spec.secret) continue;
    const std::string key(spec.key);
    const auto direct = raw.values.find(key);
    const auto file = raw.values.find(key + "_file");
    if (direct == raw.values.end() || file == raw.values.end()) continue;
    mistakes.push_back({file->second.origin, "`" + key + "_file` gives a secret twice: `" + key +
                                                 "` stands in " + direct->second.origin});
  }
}

void add_defaults(RawConfig& raw) {
  const auto add = [&raw](const std::string& key, const KeySpec& spec) {
    const bool given_otherwise =
        key == "keys.data_key_file" && raw.values.contains("keys.data_key");
    if (spec.standard.empty() || given_otherwise) return;
    raw.values.try_emplace(key, RawValue{std::string(spec.standard), "default", true});
  };
  for (const auto& spec : key_specs()) add(std::string(spec.key), spec);
  std::vector<std::string> ids;
  for (const auto& [key, value] : raw.values) {
    if (key.starts_with("apps.")) ids.push_back(key.substr(0, key.rfind('.')));
  }
  for (const auto& [table, origin] : raw.tables) {
    if (table.starts_with("apps.")) ids.push_back(table);
  }
  for (const auto& id : ids) {
    raw.tables.try_emplace(id, "");
    for (const auto& spec : app_key_specs()) add(id + "." + std::string(spec.key), spec);
  }
}

void read_public_url(Reader& reader, Config& config) {
  if (!reader.has("public_url")) {
    reader.wrong("public_url", "is missing: the URL that browsers reach doorward at");
    return;
  }
  const auto url = base::parse_url(reader.text("public_url"));
  if (!url) {
    reader.wrong("public_url", "is no URL such as \"https://sso.example.com\"");
  } else if (url->target != "/") {
    reader.wrong("public_url", "has a path; only scheme, host and port count");
  } else if (url->scheme == "http" && !url->is_loopback()) {
    reader.wrong("public_url", "may be http:// only on loopback (127.0.0.1, [::1], localhost)");
  } else {
    config.public_url = *url;
  }
}

void read_listeners(Reader& reader, Config& config) {
  config.listen = reader.listen("listen");
  config.admin_listen = reader.listen("admin_listen");
  if (config.listen.port != 0 && config.listen.str() == config.admin_listen.str()) {
    reader.wrong("admin_listen", "is the same as `listen`");
  }
  config.admin_hosts = reader.list("admin_hosts");
  if (config.admin_hosts.empty()) {
    config.admin_hosts = {config.admin_listen.str(),
                          "localhost:" + std::to_string(config.admin_listen.port)};
  }
  config.trusted_proxies = reader.list("trusted_proxies");
  for (const auto& proxy : config.trusted_proxies) {
    if (!is_block(proxy)) {
      reader.wrong("trusted_proxies", "has \"" + proxy + "\", which is no address or CIDR block");
    }
  }
}

void read_store(Reader& reader, Config& config) {
  const auto url = reader.text("store.url");
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    reader.wrong("store.url", "names PostgreSQL, and PostgreSQL is not supported yet");
  } else if (!url.starts_with("sqlite:") || url.size() == 7 || url.find('?') != url.npos) {
    reader.wrong("store.url", "is \"sqlite:\" and the path of a file");
  } else {
    config.store_path = url.substr(7);
  }
  config.data_key = reader.text("keys.data_key");
  config.data_key_file = reader.text("keys.data_key_file");
  config.admin_token = reader.text("admin.token");
  config.admin_token_file = reader.text("admin.token_file");
}

void read_rules(Reader& reader, Config& config) {
  auto ladder = jit::Ladder::make(reader.list("roles.ladder"));
  if (!ladder) {
    reader.wrong("roles.ladder",
                 "is a list of at least two different roles of a-z, 0-9, \"_\" and \"-\"");
  } else {
    config.ladder = *ladder;
  }
  config.session = {reader.duration("session.idle"), reader.duration("session.absolute")};
  constexpr std::size_t kMiB = std::size_t{1} << 20U;
  config.limits = {.form = reader.size("limits.form", 16 * kMiB),
                   .message = reader.size("limits.message", 16 * kMiB),
                   .depth = reader.count("limits.depth", 200),
                   .elements = reader.count("limits.elements", 100'000),
                   .attributes = reader.count("limits.attributes", 1'000)};
  config.fetch_allow_private = reader.boolean("fetch.allow_private");
}

void read_dns(Reader& reader, Config& config) {
  const std::string key = "dns.servers";
  for (const auto& text : reader.list(key)) {
    const auto server = http::parse_dns_server(text);
    if (!server) {
      reader.wrong(key, "has \"" + text + "\", which is no IP address, alone or with a port");
    } else if (std::ranges::find(config.dns_servers, *server) != config.dns_servers.end()) {
      reader.wrong(key, "has " + *server + " twice");
    } else {
      config.dns_servers.push_back(*server);
    }
  }
  if (config.dns_servers.size() == 1) {
    reader.wrong(key, "names one resolver; a domain is proven by two that agree");
  }
}

void read_log(Reader& reader, Config& config) {
  config.log.format = reader.choice<LogFormat>(
      "log.format", {{"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}});
  config.log.level = reader.choice<LogLevel>("log.level", {{"info", LogLevel::info},
                                                           {"debug", LogLevel::debug},
                                                           {"warning", LogLevel::warning},
                                                           {"error", LogLevel::error}});
  config.log.personal = reader.choice<PersonalData>(
      "log.personal",
      {{"none", PersonalData::none}, {"hash", PersonalData::hash}, {"full", PersonalData::full}});
}

void read_app(Reader& reader, const std::string& table, const std::string& origin, Config& config,
              std::vector<Mistake>& mistakes) {
  const std::string id = table.substr(std::string_view("apps.").size());
  if (!base::is_slug(id)) {
    mistakes.push_back({origin, "`" + table + "`: an application's id is of a-z, 0-9 and \"-\""});
    return;
  }
  session::App app;
  app.id = base::AppId(id);
  const auto url = base::parse_url(reader.text(table + ".url"));
  if (!reader.has(table + ".url")) {
    mistakes.push_back({origin, "`" + table + ".url` is missing: the application's origin"});
  } else if (!url || url->target != "/") {
    reader.wrong(table + ".url", "is no origin such as \"https://app.example.com\"");
  } else if (url->scheme == "http" && !url->is_loopback()) {
    reader.wrong(table + ".url", "may be http:// only on loopback");
  } else {
    app.url = *url;
  }
  app.orgs = reader.list(table + ".orgs");
  if (!reader.has(table + ".orgs")) {
    mistakes.push_back(
        {origin, "`" + table + ".orgs` is missing: the slugs of the organisations that may enter"});
  } else {
    const bool all = app.orgs == std::vector<std::string>{"*"};
    if (app.orgs.empty() || (!all && !std::ranges::all_of(app.orgs, base::is_slug))) {
      reader.wrong(table + ".orgs", "is a list of organisations' slugs, or [\"*\"]");
    }
  }
  app.headers = reader.choice<session::HeaderFamily>(
      table + ".headers", {{"authelia", session::HeaderFamily::authelia},
                           {"oauth2proxy", session::HeaderFamily::oauth2proxy}});
  app.user = reader.choice<session::UserKey>(
      table + ".user", {{"email", session::UserKey::email}, {"member", session::UserKey::member}});
  for (const auto& [other_id, other] : config.apps) {
    if (url && other.url.origin() == url->origin()) {
      reader.wrong(table + ".url", "is the origin of `apps." + other_id.str() + "` too");
    }
  }
  config.apps.emplace(app.id, std::move(app));
}

}  // namespace

std::string ListenAddress::str() const {
  const bool six = host.find(':') != std::string::npos;
  return (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::expected<Config, std::vector<Mistake>> load_config(const ConfigSources& sources) {
  RawConfig raw;
  std::vector<Mistake> mistakes;
  std::error_code ignored;
  if (sources.path_was_given || std::filesystem::exists(sources.path, ignored)) {
    auto read = read_toml(sources.path);
    if (read) {
      raw = std::move(*read);
    } else {
      mistakes = std::move(read.error());
      // Without its file everything else would look missing.
      return std::unexpected(std::move(mistakes));
    }
  }
  refuse_unknown(raw, mistakes);
  apply_environment(raw, sources.environment, mistakes);
  for (const auto& [key, text] : sources.flags) {
    raw.values[key] = {text, "flag for " + key, true};
  }
  refuse_secrets_given_twice(raw, mistakes);
  add_defaults(raw);

  Config config;
  Reader reader(raw.values, mistakes);
  read_public_url(reader, config);
  read_listeners(reader, config);
  read_store(reader, config);
  read_rules(reader, config);
  read_dns(reader, config);
  read_log(reader, config);
  for (const auto& [table, origin] : raw.tables) {
    if (table.starts_with("apps.") && table.find('.', 5) == std::string::npos) {
      read_app(reader, table, origin, config, mistakes);
    }
  }
  if (!mistakes.empty()) return std::unexpected(std::move(mistakes));
  config.effective = std::move(raw.values);
  return config;
}

std::expected<std::string, std::string> read_secret(const std::string& text,
                                                    const std::string& file) {
  if (file.empty()) return std::string(base::trim(text));
  const auto content = read_whole(file);
  if (!content) return std::unexpected("cannot read " + file + ": " + content.error());
  const std::string secret(base::trim(*content));
  if (secret.empty()) return std::unexpected(file + " is empty");
  return secret;
}

}  // namespace doorward::app
