#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "app/config_source.h"
#include "base/json.h"
#include "base/url.h"
#include "jit/member.h"
#include "session/access.h"
#include "session/session.h"

namespace doorward::app {

inline constexpr const char* kDefaultConfigPath = "/etc/doorward/doorward.toml";

struct ListenAddress {
  std::string host;  // an IP address without brackets
  std::uint16_t port = 0;
  [[nodiscard]] std::string str() const;  // "127.0.0.1:8080", "[::1]:8080"
};

enum class LogFormat { logfmt, json };
enum class LogLevel { debug, info, warning, error };
enum class PersonalData { none, hash, full };

struct LogSettings {
  LogFormat format = LogFormat::logfmt;
  LogLevel level = LogLevel::info;
  PersonalData personal = PersonalData::hash;
};

struct MessageLimits {
  std::size_t form = 0;     // bytes of a posted form
  std::size_t message = 0;  // bytes of one SAML message
  std::size_t depth = 0;
  std::size_t elements = 0;
  std::size_t attributes = 0;  // XML attributes of one element
};

// The whole configuration, checked: what is in it can be used as it stands.
struct Config {
  base::Url public_url;
  ListenAddress listen;
  ListenAddress admin_listen;
  std::vector<std::string> admin_hosts;
  std::vector<std::string> trusted_proxies;
  std::string store_path;     // of the SQLite file
  std::string data_key;       // its text, or empty: it stands in data_key_file
  std::string data_key_file;  // empty if data_key is given
  std::string admin_token;    // as data_key
  std::string admin_token_file;
  jit::Ladder ladder;
  session::Limits session;
  MessageLimits limits;
  bool fetch_allow_private = false;
  std::vector<std::string> dns_servers;  // "192.0.2.53:53"; empty: those of /etc/resolv.conf
  std::map<base::AppId, session::App> apps;
  LogSettings log;

  // Every key with the value in force, defaults too (origin "default").
  std::map<std::string, RawValue> effective;
};

// Where a configuration comes from; later wins.
struct ConfigSources {
  std::string path = kDefaultConfigPath;
  bool path_was_given = false;  // a missing file is a mistake only then
  NamedTexts environment;       // all of it; only DOORWARD_* is looked at
  NamedTexts flags;             // dotted key and text
};

// Reads file, environment and flags. All mistakes are collected: unknown keys with the nearest
// known one, secrets given twice, values that cannot be, keys that are missing. Reads no secret
// file and opens nothing.
[[nodiscard]] std::expected<Config, std::vector<Mistake>> load_config(const ConfigSources& sources);

// The effective configuration as one document, secrets as "***".
[[nodiscard]] base::Json effective_json(const Config& config);
// The same as TOML, with the origin of each value as a comment.
[[nodiscard]] std::string effective_toml(const Config& config);

// The secret that `text` holds or that stands in `file`, without blanks at its ends; empty if
// both are empty. Error: one sentence.
[[nodiscard]] std::expected<std::string, std::string> read_secret(const std::string& text,
                                                                  const std::string& file);

}  // namespace doorward::app
