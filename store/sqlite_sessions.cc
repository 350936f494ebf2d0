#include <algorithm>

#include "store/sqlite_tx.h"

namespace doorward::store {
namespace {

#define DOORWARD_SESSION_COLUMNS                                                          \
  "hash, org, parent, app, member, connection, key_fingerprint, name_id, session_index, " \
  "authenticated_at, last_seen_at, expires_at, idle"

session::SessionRecord session_of(Query& row) {
  session::SessionRecord record;
  record.hash = row.blob(0);
  record.org = base::OrgId(row.text(1));
  if (!row.is_null(2)) record.parent = row.blob(2);
  record.app = base::AppId(row.text(3));
  record.member = base::MemberId(row.text(4));
  record.connection = base::ConnectionId(row.text(5));
  record.key_fingerprint = row.text(6);
  record.name_id = row.text(7);
  record.session_index = row.text(8);
  record.authenticated_at = row.instant(9);
  record.last_seen_at = row.instant(10);
  record.expires_at = row.instant(11);
  record.idle = base::Duration(row.integer(12));
  return record;
}

std::vector<std::string> hashes_of(Query rows) {
  std::vector<std::string> hashes;
  while (rows.next()) hashes.push_back(rows.blob(0));
  return hashes;
}

}  // namespace

std::size_t erase_sessions(Database& db, std::vector<std::string> hashes, Effects& effects) {
  std::size_t ended = 0;
  // Children join the list behind their parents.
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const Blob hash{hashes[i]};
    db.run("DELETE FROM app_code WHERE parent = ?", hash);
    auto children = hashes_of(db.query("SELECT hash FROM session WHERE parent = ?", hash));
    const bool done = db.run("DELETE FROM session WHERE hash = ?", hash);
    // A child that was named beside its parent comes twice.
    if (done && db.changes() == 1) {
      ++ended;
      effects.ended_sessions.push_back(hashes[i]);
    }
    hashes.insert(hashes.end(), std::make_move_iterator(children.begin()),
                  std::make_move_iterator(children.end()));
  }
  return ended;
}

std::optional<SessionView> read_session(Database& db, std::string_view hash) {
  Query row =
      db.query("SELECT " DOORWARD_SESSION_COLUMNS " FROM session WHERE hash = ?", Blob{hash});
  if (!row.next()) return std::nullopt;
  SessionView view;
  view.session = session_of(row);
  auto member = read_member(db, view.session.org, view.session.member);
  if (!member || db.error() != SQLITE_OK) return std::nullopt;
  view.member = std::move(*member);
  return view;
}

void touch_session(Database& db, std::string_view hash, base::Instant seen) {
  db.run(
      "UPDATE session SET last_seen_at = ?1, dies_at = min(expires_at, ?1 + idle) "
      "WHERE last_seen_at < ?1 AND (hash = ?2 OR "
      "hash = (SELECT parent FROM session WHERE hash = ?2))",
      seen, Blob{hash});
}

std::size_t sweep_step(Database& db, base::Instant now, std::size_t limit, Effects& effects) {
  auto dead = hashes_of(
      db.query("SELECT hash FROM session WHERE dies_at <= ? ORDER BY dies_at LIMIT ?", now, limit));
  std::size_t gone = erase_sessions(db, std::move(dead), effects);
  const auto left = [&] { return limit - std::min(limit, gone); };
  db.run(
      "DELETE FROM app_code WHERE hash IN "
      "(SELECT hash FROM app_code WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
      now, left());
  gone += static_cast<std::size_t>(db.changes());
  db.run(
      "DELETE FROM consumed WHERE (org, connection, kind, id) IN (SELECT org, connection, kind, id "
      "FROM consumed WHERE keep_until <= ? ORDER BY keep_until LIMIT ?)",
      now, left());
  gone += static_cast<std::size_t>(db.changes());
  db.run(
      "DELETE FROM access_request WHERE (org, id) IN (SELECT org, id FROM access_request "
      "WHERE ends_at <= ? ORDER BY ends_at LIMIT ?)",
      now, left());
  gone += static_cast<std::size_t>(db.changes());
  return gone;
}

bool SqliteTx::consume_once(const base::ConnectionId& connection, OnceKind kind,
                            std::string_view id, base::Instant keep_until) {
  const bool done = db_.run(
      "INSERT INTO consumed (org, connection, kind, id, keep_until) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT DO NOTHING",
      org_, connection, kind == OnceKind::request ? "request" : "assertion", id, keep_until);
  return done && db_.changes() == 1;
}

bool SqliteTx::has_session(std::string_view hash) {
  return db_.query("SELECT 1 FROM session WHERE org = ? AND hash = ?", org_, Blob{hash}).next();
}

bool SqliteTx::put_session(const session::SessionRecord& record) {
  if (!ours(record.org)) return false;
  std::optional<Blob> parent;
  if (!record.parent.empty()) {
    if (!has_session(record.parent)) return false;
    parent = Blob{record.parent};
  }
  return db_.run("INSERT INTO session (" DOORWARD_SESSION_COLUMNS
                 ", dies_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 Blob{record.hash}, org_, parent, record.app, record.member, record.connection,
                 record.key_fingerprint, record.name_id, record.session_index,
                 record.authenticated_at, record.last_seen_at, record.expires_at, record.idle,
                 std::min(record.expires_at, record.last_seen_at + record.idle));
}

std::optional<session::SessionRecord> SqliteTx::find_session(std::string_view hash) {
  Query row =
      db_.query("SELECT " DOORWARD_SESSION_COLUMNS " FROM session WHERE org = ? AND hash = ?", org_,
                Blob{hash});
  if (!row.next()) return std::nullopt;
  auto record = session_of(row);
  if (db_.error() != SQLITE_OK) return std::nullopt;
  return record;
}

bool SqliteTx::end_session(std::string_view hash) {
  if (!has_session(hash)) return false;
  return erase_sessions(db_, {std::string(hash)}, effects_) > 0;
}

std::size_t SqliteTx::end_sessions_of(const base::MemberId& member) {
  return erase_sessions(
      db_,
      hashes_of(db_.query("SELECT hash FROM session WHERE org = ? AND member = ?", org_, member)),
      effects_);
}

std::size_t SqliteTx::end_sessions_through(const base::ConnectionId& connection,
                                           std::string_view fingerprint) {
  auto hashes =
      fingerprint.empty()
          ? hashes_of(db_.query("SELECT hash FROM session WHERE org = ? AND connection = ?", org_,
                                connection))
          : hashes_of(db_.query("SELECT hash FROM session WHERE org = ? AND connection = ? "
                                "AND key_fingerprint = ?",
                                org_, connection, fingerprint));
  return erase_sessions(db_, std::move(hashes), effects_);
}

std::size_t SqliteTx::end_all_sessions() {
  return erase_sessions(db_, hashes_of(db_.query("SELECT hash FROM session WHERE org = ?", org_)),
                        effects_);
}

bool SqliteTx::put_code(const session::AppCode& code) {
  if (!ours(code.org) || !has_session(code.parent)) return false;
  return db_.run(
      "INSERT INTO app_code (hash, org, app, state_hash, bind, parent, expires_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)",
      Blob{code.hash}, org_, code.app, Blob{code.state_hash}, code.bind, Blob{code.parent},
      code.expires_at);
}

std::optional<session::AppCode> SqliteTx::take_code(std::string_view hash) {
  session::AppCode code;
  {
    Query row = db_.query(
        "SELECT app, state_hash, bind, parent, expires_at FROM app_code "
        "WHERE org = ? AND hash = ?",
        org_, Blob{hash});
    if (!row.next()) return std::nullopt;
    code.hash = hash;
    code.app = base::AppId(row.text(0));
    code.state_hash = row.blob(1);
    code.bind = row.text(2);
    code.parent = row.blob(3);
    code.org = org_;
    code.expires_at = row.instant(4);
  }
  if (!db_.run("DELETE FROM app_code WHERE org = ? AND hash = ?", org_, Blob{hash})) {
    return std::nullopt;
  }
  return code;
}

}  // namespace doorward::store
