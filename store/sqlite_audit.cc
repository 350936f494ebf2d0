#include "store/sqlite_tx.h"

namespace doorward::store {
namespace {

base::Json read_json(Database& db, const std::string& text) {
  // Deeper than anything that is written here: what was stored must come back.
  auto json = base::parse_json(text, 256);
  if (json) return std::move(*json);
  db.fail(SQLITE_CORRUPT, "an audit record holds no JSON");
  return base::Json::object();
}

}  // namespace

void SqliteTx::append_audit(const audit::Event& event) {
  if (!ours(event.org)) return;
  std::uint64_t seq = 1;
  std::string previous(32, '\0');
  {
    Query last =
        db_.query("SELECT seq, hash FROM audit WHERE org = ? ORDER BY seq DESC LIMIT 1", org_);
    if (last.next()) {
      seq = last.count(0) + 1;
      previous = last.blob(1);
    }
  }
  if (db_.error() != SQLITE_OK) return;
  const std::string hash = audit::chain_hash(previous, audit::canonical(seq, event));
  db_.run(
      "INSERT INTO audit (org, seq, time, actor, via, action, target, rule, before, after, "
      "request_id, ip, connection, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      org_, seq, event.time, event.actor, event.via, event.action, event.target, event.rule,
      base::dump_json(event.before), base::dump_json(event.after), event.request_id, event.ip,
      event.connection, Blob{hash});
}

std::vector<audit::Record> SqliteTx::audit_records(std::uint64_t after, std::size_t limit) {
  std::vector<audit::Record> records;
  Query row = db_.query(
      "SELECT seq, time, actor, via, action, target, rule, before, after, request_id, ip, "
      "connection, hash FROM audit WHERE org = ? AND seq > ? ORDER BY seq LIMIT ?",
      org_, after, limit);
  while (row.next()) {
    audit::Record record;
    record.seq = row.count(0);
    record.event.org = org_;
    record.event.time = row.instant(1);
    record.event.actor = row.text(2);
    record.event.via = row.text(3);
    record.event.action = row.text(4);
    record.event.target = row.text(5);
    record.event.rule = row.text(6);
    record.event.before = read_json(db_, row.text(7));
    record.event.after = read_json(db_, row.text(8));
    record.event.request_id = row.text(9);
    record.event.ip = row.text(10);
    record.event.connection = row.text(11);
    record.hash = row.blob(12);
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace doorward::store
