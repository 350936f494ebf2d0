#include "store/sqlite_tx.h"

namespace doorward::store {
namespace {

#define DOORWARD_REQUEST_COLUMNS                                                            \
  "id, kind, state, connection, idp_entity_id, format, name_qualifier, sp_name_qualifier, " \
  "name_id, alt_subject, email, email_trusted, display_name, member, rule, created_at, "    \
  "last_seen_at, decided_at, decided_by"

jit::AccessRequest request_of(Database& db, const base::OrgId& org, Query& row) {
  jit::AccessRequest request;
  request.org = org;
  request.id = row.text(0);
  const auto kind = jit::parse_request_kind(row.text(1));
  const auto state = jit::parse_request_state(row.text(2));
  if (!kind || !state) db.fail(SQLITE_CORRUPT, "unknown kind or state of a request");
  request.kind = kind.value_or(jit::RequestKind::approval);
  request.state = state.value_or(jit::RequestState::denied);
  request.subject = {base::ConnectionId(row.text(3)),
                     row.text(4),
                     row.text(5),
                     row.text(6),
                     row.text(7),
                     row.text(8)};
  request.alt_subject = row.text(9);
  if (!row.is_null(10)) {
    request.email =
        sp::Email{row.text(10), row.flag(11) ? sp::EmailTrust::trusted : sp::EmailTrust::claimed};
  }
  request.display_name = row.text(12);
  request.member = base::MemberId(row.text(13));
  request.rule = row.text(14);
  request.created_at = row.instant(15);
  request.last_seen_at = row.instant(16);
  request.decided_at = row.maybe_instant(17);
  request.decided_by = row.text(18);
  return request;
}

void insert_request(Database& db, const base::OrgId& org, const jit::AccessRequest& request) {
  const auto& key = request.subject;
  std::optional<std::string> address;
  if (request.email) address = request.email->address;
  db.run("INSERT INTO access_request (org, " DOORWARD_REQUEST_COLUMNS
         ", ends_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
         org, request.id, jit::name_of(request.kind), jit::name_of(request.state), key.connection,
         key.idp_entity_id, key.format, key.name_qualifier, key.sp_name_qualifier, key.name_id,
         request.alt_subject, address,
         request.email && request.email->trust == sp::EmailTrust::trusted, request.display_name,
         request.member, request.rule, request.created_at, request.last_seen_at, request.decided_at,
         request.decided_by, request.ends_at());
}

}  // namespace

std::vector<jit::AccessRequest> SqliteTx::requests_of(const LoginKeys& keys, base::Instant now) {
  const auto& key = keys.subject;
  std::vector<jit::AccessRequest> requests;
  Query row = db_.query("SELECT " DOORWARD_REQUEST_COLUMNS
                        " FROM access_request WHERE org = ? AND connection = ? AND name_id = ? "
                        "AND idp_entity_id = ? AND format = ? AND name_qualifier = ? "
                        "AND sp_name_qualifier = ? AND alt_subject = ? AND state <> 'denied' "
                        "AND ends_at > ?",
                        org_, key.connection, key.name_id, key.idp_entity_id, key.format,
                        key.name_qualifier, key.sp_name_qualifier, keys.alt_subject, now);
  while (row.next()) requests.push_back(request_of(db_, org_, row));
  return requests;
}

Opened SqliteTx::open_request(const jit::AccessRequest& request) {
  if (!ours(request.org)) return Opened::too_many;
  const auto& key = request.subject;
  std::optional<jit::AccessRequest> there;
  {
    Query row = db_.query("SELECT " DOORWARD_REQUEST_COLUMNS
                          " FROM access_request WHERE org = ? AND connection = ? AND name_id = ? "
                          "AND idp_entity_id = ? AND format = ? AND name_qualifier = ? "
                          "AND sp_name_qualifier = ? AND alt_subject = ? AND kind = ? "
                          "AND member = ?",
                          org_, key.connection, key.name_id, key.idp_entity_id, key.format,
                          key.name_qualifier, key.sp_name_qualifier, request.alt_subject,
                          jit::name_of(request.kind), request.member);
    if (row.next()) there = request_of(db_, org_, row);
  }
  if (there && request.last_seen_at < there->ends_at()) {
    switch (there->state) {
      case jit::RequestState::waiting:
        db_.run("UPDATE access_request SET last_seen_at = ? WHERE org = ? AND id = ?",
                request.last_seen_at, org_, there->id);
        return Opened::again;
      case jit::RequestState::denied:
        return Opened::denied;
      case jit::RequestState::approved:
        break;  // the yes did not help, as when the free seat went to somebody else
    }
  }
  if (there) db_.run("DELETE FROM access_request WHERE org = ? AND id = ?", org_, there->id);
  Query waiting =
      db_.query("SELECT count(*) FROM access_request WHERE org = ? AND state = 'waiting'", org_);
  if (!waiting.next() || waiting.count(0) >= kMostWaiting) return Opened::too_many;
  insert_request(db_, org_, request);
  return Opened::opened;
}

std::vector<jit::AccessRequest> SqliteTx::list_requests() {
  std::vector<jit::AccessRequest> requests;
  Query row = db_.query(
      "SELECT " DOORWARD_REQUEST_COLUMNS " FROM access_request WHERE org = ? ORDER BY id", org_);
  while (row.next()) requests.push_back(request_of(db_, org_, row));
  return requests;
}

std::optional<jit::AccessRequest> SqliteTx::find_request(const std::string& id) {
  Query row = db_.query(
      "SELECT " DOORWARD_REQUEST_COLUMNS " FROM access_request WHERE org = ? AND id = ?", org_, id);
  if (!row.next()) return std::nullopt;
  auto request = request_of(db_, org_, row);
  if (db_.error() != SQLITE_OK) return std::nullopt;
  return request;
}

void SqliteTx::put_request(const jit::AccessRequest& request) {
  if (!ours(request.org)) return;
  const bool done = db_.run(
      "UPDATE access_request SET state = ?, decided_at = ?, decided_by = ?, ends_at = ? "
      "WHERE org = ? AND id = ?",
      jit::name_of(request.state), request.decided_at, request.decided_by, request.ends_at(), org_,
      request.id);
  if (done && db_.changes() == 0) misuse("put_request: there is none");
}

}  // namespace doorward::store
