#include "store/certificates.h"
#include "store/sqlite_tx.h"

namespace doorward::store {
namespace {

#define DOORWARD_ORGANIZATION_COLUMNS \
  "org, slug, name, enabled, jit, link, scim_authoritative, lease, seat_limit, created_at"

#define DOORWARD_CONNECTION_COLUMNS                                                           \
  "id, org, preset, enabled, idp_entity_id, idp_sso_url, idp_sso_binding, idp_certificates, " \
  "sp_entity_id, acs_url, extra_audiences, sign_requests, clock_skew, sha1_until, "           \
  "unsolicited, allowed_domains, created_at"

#define DOORWARD_KEY_COLUMNS "org, id, connection, use, sealed_pem, certificate, active, created_at"

std::string list_text(const std::vector<std::string>& values) {
  return base::dump_json(base::Json(values));
}

std::vector<std::string> list_of(Database& db, const std::string& text) {
  std::vector<std::string> values;
  if (text == "[]") return values;
  auto json = base::parse_json(text);
  if (!json || !json->is_array()) {
    db.fail(SQLITE_CORRUPT, "a list is none");
    return values;
  }
  for (const auto& value : *json) {
    if (value.is_string()) {
      values.push_back(value.get<std::string>());
    } else {
      db.fail(SQLITE_CORRUPT, "a list holds something else than text");
    }
  }
  return values;
}

std::string_view text_of(sp::Unsolicited unsolicited) {
  switch (unsolicited) {
    case sp::Unsolicited::refuse:
      return "refuse";
    case sp::Unsolicited::convert:
      return "convert";
    case sp::Unsolicited::allow:
      return "allow";
  }
  return {};
}

// The schema allows only the three; what is none of them refuses.
sp::Unsolicited unsolicited_of(std::string_view text) {
  if (text == "allow") return sp::Unsolicited::allow;
  return text == "convert" ? sp::Unsolicited::convert : sp::Unsolicited::refuse;
}

jit::Organization organization_of(Database& db, Query& row) {
  jit::Organization organization;
  organization.id = base::OrgId(row.text(0));
  organization.slug = row.text(1);
  organization.name = row.text(2);
  organization.enabled = row.flag(3);
  const auto mode = jit::parse_jit_mode(row.text(4));
  const auto link = jit::parse_link_mode(row.text(5));
  if (!mode || !link) db.fail(SQLITE_CORRUPT, "unknown policy");
  organization.policy.jit = mode.value_or(jit::JitMode::off);
  organization.policy.link = link.value_or(jit::LinkMode::never);
  organization.policy.scim_authoritative = row.flag(6);
  if (auto lease = row.maybe_integer(7)) organization.policy.lease = base::Duration(*lease);
  if (!row.is_null(8)) organization.policy.seat_limit = row.count(8);
  organization.created_at = row.instant(9);
  return organization;
}

sp::ConnectionSettings connection_of(Database& db, Query& row) {
  sp::ConnectionSettings settings;
  settings.id = base::ConnectionId(row.text(0));
  settings.org = base::OrgId(row.text(1));
  settings.preset = row.text(2);
  settings.enabled = row.flag(3);
  settings.idp_entity_id = row.text(4);
  settings.idp_sso_url = row.text(5);
  settings.idp_sso_binding = row.text(6) == "post" ? sp::Binding::post : sp::Binding::redirect;
  auto certificates = read_certificates(row.text(7));
  if (!certificates) db.fail(SQLITE_CORRUPT, "the stored certificates cannot be read");
  settings.idp_certificates = std::move(certificates).value_or(std::vector<certs::Certificate>());
  settings.sp_entity_id = row.text(8);
  settings.acs_url = row.text(9);
  settings.extra_audiences = list_of(db, row.text(10));
  settings.sign_requests = row.flag(11);
  settings.clock_skew = base::Duration(row.integer(12));
  settings.sha1_until = row.maybe_instant(13);
  settings.unsolicited = unsolicited_of(row.text(14));
  settings.allowed_domains = list_of(db, row.text(15));
  settings.created_at = row.instant(16);
  return settings;
}

KeyRecord key_of(Query& row) {
  KeyRecord key;
  key.org = base::OrgId(row.text(0));
  key.id = row.text(1);
  key.connection = base::ConnectionId(row.text(2));
  key.use = row.text(3) == "encryption" ? KeyUse::encryption : KeyUse::signing;
  key.sealed_pem = row.text(4);
  key.certificate = row.text(5);
  key.active = row.flag(6);
  key.created_at = row.instant(7);
  return key;
}

void write_connection(Database& db, const sp::ConnectionSettings& settings) {
  db.run(
      "INSERT INTO connection (" DOORWARD_CONNECTION_COLUMNS
      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (id) DO UPDATE SET preset = excluded.preset, enabled = excluded.enabled, "
      "idp_entity_id = excluded.idp_entity_id, idp_sso_url = excluded.idp_sso_url, "
      "idp_sso_binding = excluded.idp_sso_binding, idp_certificates = excluded.idp_certificates, "
      "sp_entity_id = excluded.sp_entity_id, acs_url = excluded.acs_url, "
      "extra_audiences = excluded.extra_audiences, sign_requests = excluded.sign_requests, "
      "clock_skew = excluded.clock_skew, sha1_until = excluded.sha1_until, "
      "unsolicited = excluded.unsolicited, allowed_domains = excluded.allowed_domains",
      settings.id, settings.org, settings.preset, settings.enabled, settings.idp_entity_id,
      settings.idp_sso_url, settings.idp_sso_binding == sp::Binding::post ? "post" : "redirect",
      certificates_text(settings.idp_certificates), settings.sp_entity_id, settings.acs_url,
      list_text(settings.extra_audiences), settings.sign_requests, settings.clock_skew,
      settings.sha1_until, text_of(settings.unsolicited), list_text(settings.allowed_domains),
      settings.created_at);
}

// Whether another connection of the installation stands in the way.
std::optional<Conflict> conflict_of(Database& db, const sp::ConnectionSettings& settings) {
  if (db.query("SELECT 1 FROM connection WHERE acs_url = ? AND idp_entity_id = ? AND id <> ?",
               settings.acs_url, settings.idp_entity_id, settings.id)
          .next()) {
    return Conflict::acs_taken;
  }
  if (db.query("SELECT 1 FROM connection WHERE sp_entity_id = ? AND idp_entity_id = ? AND id <> ?",
               settings.sp_entity_id, settings.idp_entity_id, settings.id)
          .next()) {
    return Conflict::entity_pair_taken;
  }
  return std::nullopt;
}

}  // namespace

bool SqliteTx::ours(const base::OrgId& org) {
  if (org == org_) return true;
  misuse("a value of another organisation");
  return false;
}

std::expected<void, Conflict> SqliteTx::create_organization(const jit::Organization& organization) {
  const bool free =
      db_.run("INSERT INTO used_id (kind, id, org) VALUES ('slug', ?, ?) ON CONFLICT DO NOTHING",
              organization.slug, organization.id);
  if (free && db_.changes() == 0) return std::unexpected(Conflict::slug_taken);
  const auto& policy = organization.policy;
  db_.run("INSERT INTO organization (" DOORWARD_ORGANIZATION_COLUMNS
          ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          organization.id, organization.slug, organization.name, organization.enabled,
          jit::name_of(policy.jit), jit::name_of(policy.link), policy.scim_authoritative,
          policy.lease, policy.seat_limit, organization.created_at);
  effects_.configuration = true;
  return {};
}

void SqliteTx::put_organization(const jit::Organization& organization) {
  if (!ours(organization.id)) return;
  const auto& policy = organization.policy;
  const bool done = db_.run(
      "UPDATE organization SET name = ?, enabled = ?, jit = ?, link = ?, scim_authoritative = ?, "
      "lease = ?, seat_limit = ? WHERE org = ?",
      organization.name, organization.enabled, jit::name_of(policy.jit), jit::name_of(policy.link),
      policy.scim_authoritative, policy.lease, policy.seat_limit, org_);
  if (done && db_.changes() == 0) misuse("put_organization: there is none");
  effects_.configuration = true;
}

std::optional<jit::Organization> SqliteTx::organization() {
  Query row =
      db_.query("SELECT " DOORWARD_ORGANIZATION_COLUMNS " FROM organization WHERE org = ?", org_);
  if (!row.next()) return std::nullopt;
  return organization_of(db_, row);
}

std::expected<void, Conflict> SqliteTx::put_connection(const sp::ConnectionSettings& settings) {
  if (!ours(settings.org)) return std::unexpected(Conflict::not_found);
  const bool exists =
      db_.query("SELECT 1 FROM connection WHERE org = ? AND id = ?", org_, settings.id).next();
  if (!exists &&
      db_.query("SELECT 1 FROM used_id WHERE kind = 'connection' AND id = ?", settings.id).next()) {
    return std::unexpected(Conflict::id_taken);
  }
  if (auto conflict = conflict_of(db_, settings)) return std::unexpected(*conflict);
  if (!exists) {
    db_.run("INSERT INTO used_id (kind, id, org) VALUES ('connection', ?, ?)", settings.id, org_);
  }
  write_connection(db_, settings);
  effects_.configuration = true;
  return {};
}

std::optional<sp::ConnectionSettings> SqliteTx::find_connection(const base::ConnectionId& id) {
  Query row = db_.query(
      "SELECT " DOORWARD_CONNECTION_COLUMNS " FROM connection WHERE org = ? AND id = ?", org_, id);
  if (!row.next()) return std::nullopt;
  auto settings = connection_of(db_, row);
  if (db_.error() != SQLITE_OK) return std::nullopt;
  return settings;
}

std::vector<sp::ConnectionSettings> SqliteTx::list_connections() {
  std::vector<sp::ConnectionSettings> connections;
  Query row = db_.query(
      "SELECT " DOORWARD_CONNECTION_COLUMNS " FROM connection WHERE org = ? ORDER BY id", org_);
  while (row.next()) connections.push_back(connection_of(db_, row));
  return connections;
}

bool SqliteTx::delete_connection(const base::ConnectionId& id) {
  end_sessions_through(id, {});
  db_.run("DELETE FROM key_pair WHERE org = ? AND connection = ?", org_, id);
  db_.run("DELETE FROM domain_binding WHERE org = ? AND connection = ?", org_, id);
  db_.run("DELETE FROM access_request WHERE org = ? AND connection = ?", org_, id);
  const bool done = db_.run("DELETE FROM connection WHERE org = ? AND id = ?", org_, id);
  if (!done || db_.changes() == 0) return false;
  effects_.configuration = true;
  return true;
}

void SqliteTx::put_key(const KeyRecord& key) {
  if (!ours(key.org)) return;
  const bool done = db_.run(
      "INSERT INTO key_pair (" DOORWARD_KEY_COLUMNS
      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (org, id) DO UPDATE SET "
      "sealed_pem = excluded.sealed_pem, certificate = excluded.certificate, "
      "active = excluded.active WHERE connection = excluded.connection AND use = excluded.use",
      org_, key.id, key.connection, key.use == KeyUse::encryption ? "encryption" : "signing",
      key.sealed_pem, key.certificate, key.active, key.created_at);
  if (done && db_.changes() == 0) misuse("put_key: the key belongs to another connection or use");
  effects_.configuration = true;
}

std::vector<KeyRecord> SqliteTx::list_keys() {
  std::vector<KeyRecord> keys;
  Query row =
      db_.query("SELECT " DOORWARD_KEY_COLUMNS " FROM key_pair WHERE org = ? ORDER BY id", org_);
  while (row.next()) keys.push_back(key_of(row));
  return keys;
}

Configuration read_configuration(Database& db) {
  Configuration configuration;
  Query organization =
      db.query("SELECT " DOORWARD_ORGANIZATION_COLUMNS " FROM organization ORDER BY org");
  while (organization.next()) {
    configuration.organizations.push_back(organization_of(db, organization));
  }
  Query connection =
      db.query("SELECT " DOORWARD_CONNECTION_COLUMNS " FROM connection ORDER BY org, id");
  while (connection.next()) configuration.connections.push_back(connection_of(db, connection));
  configuration.domains = read_domains(db);
  Query key = db.query("SELECT " DOORWARD_KEY_COLUMNS " FROM key_pair ORDER BY org, id");
  while (key.next()) configuration.keys.push_back(key_of(key));
  return configuration;
}

}  // namespace doorward::store
