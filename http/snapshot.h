#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "certs/private_key.h"
#include "certs/seal.h"
#include "jit/domain.h"
#include "jit/member.h"
#include "sp/connection.h"
#include "sp/preset.h"
#include "store/store.h"

namespace doorward::http {

// A connection with all that a login needs of its surroundings. Lives as long as its snapshot.
struct ConnectionEntry {
  sp::Connection connection;
  const jit::Organization* organization = nullptr;
  const sp::Preset* preset = nullptr;
  // Verified for the organisation and bound to this connection.
  std::set<std::string> trusted_domains;
  // … and those that are stale besides: what members have on record still counts.
  std::set<std::string> held_domains;
  std::vector<store::KeyRecord> keys;

  [[nodiscard]] const base::ConnectionId& id() const { return connection.settings.id; }
  // May a login start here: rule L1 says the rest.
  [[nodiscard]] bool open() const { return connection.settings.enabled && organization->enabled; }
};

// Our signing key for a connection, unsealed.
struct SigningKey {
  certs::PrivateKey key;
  certs::Certificate certificate;
};
// nullopt if the connection has none, or if it does not open with `data_key`.
[[nodiscard]] std::optional<SigningKey> signing_key(const ConnectionEntry& entry,
                                                    const certs::DataKey& data_key);

// Organisations, connections and domains as they were at one moment. Immutable; a commit that
// changes any of them has a new one made.
class Snapshot {
 public:
  // presets must outlive it. A connection whose preset is unknown gets "generic".
  Snapshot(store::Configuration configuration, const std::map<std::string, sp::Preset>& presets,
           const std::string& public_origin);

  [[nodiscard]] const jit::Organization* organization(const base::OrgId& id) const;
  [[nodiscard]] const jit::Organization* organization_by_slug(std::string_view slug) const;
  [[nodiscard]] const ConnectionEntry* connection(const base::ConnectionId& id) const;
  // Those that take Responses at `path` of our public URL; several may share one.
  [[nodiscard]] std::vector<const ConnectionEntry*> at_acs_path(std::string_view path) const;
  // Enabled ones of an enabled organisation, by id.
  [[nodiscard]] std::vector<const ConnectionEntry*> open_connections(const base::OrgId& org) const;
  // Of the organisation that has verified `domain`: those bound to it, else all.
  [[nodiscard]] std::vector<const ConnectionEntry*> open_connections_for_domain(
      std::string_view domain) const;

 private:
  std::vector<jit::Organization> organizations_;
  std::vector<std::unique_ptr<ConnectionEntry>> entries_;
  std::unordered_map<std::string, const jit::Organization*> by_org_id_;
  std::unordered_map<std::string, const jit::Organization*> by_slug_;
  std::unordered_map<std::string, ConnectionEntry*> by_id_;
  std::unordered_multimap<std::string, const ConnectionEntry*> by_acs_path_;
  std::multimap<std::string, const ConnectionEntry*> by_org_;
  std::unordered_map<std::string, jit::Domain> verified_domains_;
};

}  // namespace doorward::http
