#include "store/schema.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace doorward::store {
namespace {

// Instants and durations are milliseconds. Columns *_folded are lower case, made in C++.
// Nothing is deferred: a violation must fail the closure and not the batch.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE change_counter (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  change_seq INTEGER NOT NULL,
  seen_seq INTEGER NOT NULL
) STRICT;
INSERT INTO change_counter VALUES (1, 0, 0);

CREATE TABLE used_id (
  kind TEXT NOT NULL CHECK (kind IN ('slug', 'connection')),
  id TEXT NOT NULL,
  org TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE organization (
  org TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  jit TEXT NOT NULL,
  link TEXT NOT NULL,
  scim_authoritative INTEGER NOT NULL CHECK (scim_authoritative IN (0, 1)),
  lease INTEGER,
  seat_limit INTEGER,
  seats_used INTEGER NOT NULL DEFAULT 0 CHECK (seats_used >= 0),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE connection (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL REFERENCES organization (org),
  preset TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  idp_entity_id TEXT NOT NULL,
  idp_sso_url TEXT NOT NULL,
  idp_sso_binding TEXT NOT NULL CHECK (idp_sso_binding IN ('redirect', 'post')),
  idp_certificates TEXT NOT NULL,
  sp_entity_id TEXT NOT NULL,
  acs_url TEXT NOT NULL,
  extra_audiences TEXT NOT NULL,
  sign_requests INTEGER NOT NULL CHECK (sign_requests IN (0, 1)),
  clock_skew INTEGER NOT NULL,
  sha1_until INTEGER,
  unsolicited TEXT NOT NULL CHECK (unsolicited IN ('refuse', 'convert', 'allow')),
  allowed_domains TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (org, id),
  UNIQUE (sp_entity_id, idp_entity_id),
  UNIQUE (acs_url, idp_entity_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE domain (
  org TEXT NOT NULL REFERENCES organization (org),
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('unverified', 'verified')),
  txt_value TEXT NOT NULL,
  operator_vouched INTEGER NOT NULL CHECK (operator_vouched IN (0, 1)),
  created_at INTEGER NOT NULL,
  verified_at INTEGER,
  PRIMARY KEY (org, name)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX domain_owner ON domain (name) WHERE state = 'verified';

CREATE TABLE domain_binding (
  org TEXT NOT NULL,
  name TEXT NOT NULL,
  connection TEXT NOT NULL,
  PRIMARY KEY (org, name, connection),
  FOREIGN KEY (org, name) REFERENCES domain (org, name),
  FOREIGN KEY (org, connection) REFERENCES connection (org, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX domain_binding_connection ON domain_binding (org, connection);

CREATE TABLE key_pair (
  org TEXT NOT NULL,
  id TEXT NOT NULL,
  connection TEXT NOT NULL,
  use TEXT NOT NULL CHECK (use IN ('signing', 'encryption')),
  sealed_pem TEXT NOT NULL,
  certificate TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (org, id),
  FOREIGN KEY (org, connection) REFERENCES connection (org, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX key_pair_connection ON key_pair (org, connection);

CREATE TABLE member (
  org TEXT NOT NULL REFERENCES organization (org),
  id TEXT NOT NULL,
  status TEXT NOT NULL
    CHECK (status IN ('deprovisioned', 'suspended', 'expired', 'pending', 'active')),
  managed_by TEXT NOT NULL CHECK (managed_by IN ('jit', 'scim')),
  email TEXT,
  email_folded TEXT,
  email_trusted INTEGER NOT NULL CHECK (email_trusted IN (0, 1)),
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  lease_until INTEGER,
  expired_at INTEGER,
  authz_epoch INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_login_at INTEGER,
  UNIQUE (org, id)
) STRICT;
CREATE INDEX member_email ON member (org, email_folded) WHERE email_folded IS NOT NULL;
CREATE INDEX member_lease ON member (org, lease_until)
  WHERE lease_until IS NOT NULL AND status = 'active' AND managed_by = 'jit';

CREATE TABLE role_grant (
  org TEXT NOT NULL,
  member TEXT NOT NULL,
  source TEXT NOT NULL,
  source_id TEXT NOT NULL,
  role TEXT NOT NULL,
  given_by TEXT NOT NULL,
  given_at INTEGER NOT NULL,
  expires INTEGER,
  PRIMARY KEY (org, member, source, source_id, role),
  FOREIGN KEY (org, member) REFERENCES member (org, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE identity (
  org TEXT NOT NULL,
  connection TEXT NOT NULL,
  idp_entity_id TEXT NOT NULL,
  name_id TEXT NOT NULL,
  format TEXT NOT NULL,
  name_qualifier TEXT NOT NULL,
  sp_name_qualifier TEXT NOT NULL,
  alt_subject TEXT NOT NULL,
  member TEXT NOT NULL,
  linked_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  PRIMARY KEY (org, connection, name_id, idp_entity_id, format, name_qualifier, sp_name_qualifier),
  FOREIGN KEY (org, member) REFERENCES member (org, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_member ON identity (org, member);
CREATE INDEX identity_name_id ON identity (org, name_id);
CREATE INDEX identity_alt_subject ON identity (org, alt_subject, connection)
  WHERE alt_subject <> '';

CREATE TABLE session (
  hash BLOB NOT NULL UNIQUE,
  org TEXT NOT NULL,
  parent BLOB,
  app TEXT NOT NULL,
  member TEXT NOT NULL,
  connection TEXT NOT NULL,
  key_fingerprint TEXT NOT NULL,
  name_id TEXT NOT NULL,
  session_index TEXT NOT NULL,
  authenticated_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  idle INTEGER NOT NULL,
  dies_at INTEGER NOT NULL,
  FOREIGN KEY (org, member) REFERENCES member (org, id)
) STRICT;
CREATE INDEX session_member ON session (org, member);
CREATE INDEX session_connection ON session (org, connection, key_fingerprint);
CREATE INDEX session_parent ON session (parent) WHERE parent IS NOT NULL;
CREATE INDEX session_dies_at ON session (dies_at);

CREATE TABLE app_code (
  hash BLOB NOT NULL PRIMARY KEY,
  org TEXT NOT NULL,
  app TEXT NOT NULL,
  state_hash BLOB NOT NULL,
  bind TEXT NOT NULL,
  parent BLOB NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX app_code_parent ON app_code (parent);
CREATE INDEX app_code_expires_at ON app_code (expires_at);

CREATE TABLE consumed (
  org TEXT NOT NULL,
  connection TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('request', 'assertion')),
  id TEXT NOT NULL,
  keep_until INTEGER NOT NULL,
  PRIMARY KEY (org, connection, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX consumed_keep_until ON consumed (keep_until);

CREATE TABLE audit (
  org TEXT NOT NULL REFERENCES organization (org),
  seq INTEGER NOT NULL,
  time INTEGER NOT NULL,
  actor TEXT NOT NULL,
  via TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  rule TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  request_id TEXT NOT NULL,
  ip TEXT NOT NULL,
  connection TEXT NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (org, seq)
) STRICT, WITHOUT ROWID;
)sql";

// Domains get a history. Invitations and requests: a member has at most one invitation, a subject
// one request for each kind and member concerned ('' for none).
constexpr const char* kVersion2 = R"sql(
DROP INDEX domain_owner;
DROP INDEX domain_binding_connection;
ALTER TABLE domain_binding RENAME TO domain_binding_1;
ALTER TABLE domain RENAME TO domain_1;

CREATE TABLE domain (
  org TEXT NOT NULL REFERENCES organization (org),
  name TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('unverified', 'released', 'waiting', 'stale', 'verified')),
  txt_value TEXT NOT NULL,
  operator_vouched INTEGER NOT NULL CHECK (operator_vouched IN (0, 1)),
  created_at INTEGER NOT NULL,
  state_at INTEGER NOT NULL,
  verified_at INTEGER,
  missing_since INTEGER,
  checked_at INTEGER,
  next_check_at INTEGER,
  PRIMARY KEY (org, name)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX domain_owner ON domain (name) WHERE state IN ('verified', 'stale');
CREATE INDEX domain_name ON domain (name);
CREATE INDEX domain_next_check ON domain (next_check_at) WHERE next_check_at IS NOT NULL;
INSERT INTO domain
SELECT org, name, state, txt_value, operator_vouched, created_at,
  coalesce(verified_at, created_at), verified_at, NULL, NULL,
  CASE WHEN state = 'verified' AND operator_vouched = 0 THEN verified_at END
FROM domain_1;

CREATE TABLE domain_binding (
  org TEXT NOT NULL,
  name TEXT NOT NULL,
  connection TEXT NOT NULL,
  PRIMARY KEY (org, name, connection),
  FOREIGN KEY (org, name) REFERENCES domain (org, name),
  FOREIGN KEY (org, connection) REFERENCES connection (org, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX domain_binding_connection ON domain_binding (org, connection);
INSERT INTO domain_binding SELECT org, name, connection FROM domain_binding_1;
DROP TABLE domain_binding_1;
DROP TABLE domain_1;

CREATE TABLE invitation (
  org TEXT NOT NULL,
  id TEXT NOT NULL,
  member TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  inviter TEXT NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (org, id),
  UNIQUE (org, member),
  FOREIGN KEY (org, member) REFERENCES member (org, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX invitation_inviter ON invitation (org, inviter);
CREATE INDEX invitation_expires_at ON invitation (org, expires_at);

CREATE TABLE access_request (
  org TEXT NOT NULL REFERENCES organization (org),
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('approval', 'comeback', 'rebind', 'link', 'seat')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'denied')),
  connection TEXT NOT NULL,
  idp_entity_id TEXT NOT NULL,
  format TEXT NOT NULL,
  name_qualifier TEXT NOT NULL,
  sp_name_qualifier TEXT NOT NULL,
  name_id TEXT NOT NULL,
  alt_subject TEXT NOT NULL,
  email TEXT,
  email_trusted INTEGER NOT NULL CHECK (email_trusted IN (0, 1)),
  display_name TEXT NOT NULL,
  member TEXT NOT NULL,
  rule TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  decided_at INTEGER,
  decided_by TEXT NOT NULL,
  ends_at INTEGER NOT NULL,
  PRIMARY KEY (org, id),
  UNIQUE (org, connection, name_id, idp_entity_id, format, name_qualifier, sp_name_qualifier,
          alt_subject, kind, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_request_waiting ON access_request (org) WHERE state = 'waiting';
CREATE INDEX access_request_ends_at ON access_request (ends_at);
)sql";

constexpr std::array<const char*, 2> kReleased = {kVersion1, kVersion2};

int pragma_value(Database& db, const char* sql) {
  Query row = db.query(sql);
  return row.next() ? static_cast<int>(row.integer(0)) : 0;
}

std::unexpected<StoreError> failure(const Database& db) {
  return std::unexpected(error_of(db.error()));
}

// The copy is complete and on the disk before it gets its name.
std::expected<void, StoreError> copy_store(const std::string& path, const std::string& vfs,
                                           const std::string& target) {
  auto source = Database::open(path, Database::Access::read_only, vfs);
  if (!source) return std::unexpected(error_of(source.error()));
  const std::string partial = target + ".partial";
  std::remove(partial.c_str());
  const int file = ::open(partial.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(StoreError::io);
  ::close(file);
  sqlite3* handle = nullptr;
  int code = sqlite3_open_v2(partial.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
  if (code == SQLITE_OK) {
    sqlite3_backup* backup = sqlite3_backup_init(handle, "main", source.value()->handle(), "main");
    if (backup != nullptr) sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    code = sqlite3_errcode(handle);
  }
  sqlite3_close(handle);
  if (code != SQLITE_OK) return std::unexpected(error_of(code));
  if (std::rename(partial.c_str(), target.c_str()) != 0) return std::unexpected(StoreError::io);
  return {};
}

// One step within BEGIN IMMEDIATE: another process may have taken it since `from` was read.
std::expected<void, StoreError> migrate_step(Database& db, const std::string& path,
                                             const std::string& vfs, Migrations migrations) {
  if (!db.exec("BEGIN IMMEDIATE")) return failure(db);
  const int from = pragma_value(db, "PRAGMA user_version");
  if (from >= static_cast<int>(migrations.size())) {
    db.exec("ROLLBACK");
    return {};
  }
  const std::string number = std::to_string(from + 1);
  if (from > 0) {
    if (auto copied = copy_store(path, vfs, path + ".before-" + number); !copied) {
      db.exec("ROLLBACK");
      return copied;
    }
  }
  db.exec(migrations[static_cast<std::size_t>(from)]);
  if (from == 0) db.exec(("PRAGMA application_id=" + std::to_string(kApplicationId)).c_str());
  db.exec(("PRAGMA user_version=" + number).c_str());
  if (db.query("PRAGMA foreign_key_check").next()) {
    db.fail(SQLITE_CONSTRAINT, "a migration broke a foreign key");
  }
  if (db.exec("COMMIT")) return {};
  const StoreError error = error_of(db.error());
  db.clear_error();
  if (db.in_transaction()) db.exec("ROLLBACK");
  return std::unexpected(error);
}

}  // namespace

StoreError error_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return StoreError::full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreError::busy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return StoreError::not_a_store;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_READONLY:
    case SQLITE_TOOBIG:
      return StoreError::closure_failed;
    default:
      return StoreError::io;
  }
}

Migrations released_migrations() {
  return kReleased;
}

std::expected<int, StoreError> schema_version(Database& db, Migrations migrations) {
  const int application = pragma_value(db, "PRAGMA application_id");
  const int version = pragma_value(db, "PRAGMA user_version");
  const bool empty = !db.query("SELECT 1 FROM sqlite_schema").next();
  if (db.error() != SQLITE_OK) return failure(db);
  if (application != kApplicationId && !(application == 0 && version == 0 && empty)) {
    return std::unexpected(StoreError::not_a_store);
  }
  if (version > static_cast<int>(migrations.size())) {
    return std::unexpected(StoreError::newer_schema);
  }
  return version;
}

std::expected<void, StoreError> migrate(Database& db, const std::string& path,
                                        const std::string& vfs, Migrations migrations) {
  while (true) {
    auto version = schema_version(db, migrations);
    if (!version) return std::unexpected(version.error());
    if (*version == static_cast<int>(migrations.size())) return {};
    if (auto step = migrate_step(db, path, vfs, migrations); !step) return step;
  }
}

}  // namespace doorward::store
