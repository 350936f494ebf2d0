#include "store/sqlite_tx.h"

namespace doorward::store {
namespace {

#define DOORWARD_DOMAIN_COLUMNS                                                        \
  "org, name, state, txt_value, operator_vouched, created_at, state_at, verified_at, " \
  "missing_since, checked_at, next_check_at"

jit::Domain domain_of(Database& db, Query& row) {
  jit::Domain domain;
  domain.org = base::OrgId(row.text(0));
  domain.name = row.text(1);
  const auto state = jit::parse_domain_state(row.text(2));
  if (!state) db.fail(SQLITE_CORRUPT, "unknown state of a domain");
  domain.state = state.value_or(jit::DomainState::unverified);
  domain.txt_value = row.text(3);
  domain.operator_vouched = row.flag(4);
  domain.created_at = row.instant(5);
  domain.state_at = row.instant(6);
  domain.verified_at = row.maybe_instant(7);
  domain.missing_since = row.maybe_instant(8);
  domain.checked_at = row.maybe_instant(9);
  domain.next_check_at = row.maybe_instant(10);
  Query bound = db.query("SELECT connection FROM domain_binding WHERE org = ? AND name = ?",
                         domain.org, domain.name);
  while (bound.next()) domain.connections.emplace_back(bound.text(0));
  return domain;
}

std::vector<jit::Domain> domains_of(Database& db, Query row) {
  std::vector<jit::Domain> domains;
  while (row.next()) domains.push_back(domain_of(db, row));
  return domains;
}

// No look-up is planned so far ahead: a clock that was wrong set it.
constexpr base::Duration kLongestPlan = jit::kDomainWait + std::chrono::hours(24);

}  // namespace

std::expected<void, Conflict> SqliteTx::put_domain(const jit::Domain& domain) {
  if (!ours(domain.org)) return std::unexpected(Conflict::not_found);
  if (domain.held() && domain_elsewhere(domain.name).holder) {
    return std::unexpected(Conflict::domain_taken);
  }
  for (const auto& connection : domain.connections) {
    if (!db_.query("SELECT 1 FROM connection WHERE org = ? AND id = ?", org_, connection).next()) {
      return std::unexpected(Conflict::not_found);
    }
  }
  db_.run("INSERT INTO domain (" DOORWARD_DOMAIN_COLUMNS
          ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (org, name) DO UPDATE SET state = excluded.state, "
          "txt_value = excluded.txt_value, operator_vouched = excluded.operator_vouched, "
          "state_at = excluded.state_at, verified_at = excluded.verified_at, "
          "missing_since = excluded.missing_since, checked_at = excluded.checked_at, "
          "next_check_at = excluded.next_check_at",
          org_, domain.name, jit::name_of(domain.state), domain.txt_value, domain.operator_vouched,
          domain.created_at, domain.state_at, domain.verified_at, domain.missing_since,
          domain.checked_at, domain.next_check_at);
  db_.run("DELETE FROM domain_binding WHERE org = ? AND name = ?", org_, domain.name);
  for (const auto& connection : domain.connections) {
    db_.run(
        "INSERT INTO domain_binding (org, name, connection) VALUES (?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        org_, domain.name, connection);
  }
  effects_.configuration = true;
  return {};
}

std::vector<jit::Domain> SqliteTx::list_domains() {
  return domains_of(
      db_, db_.query("SELECT " DOORWARD_DOMAIN_COLUMNS " FROM domain WHERE org = ? ORDER BY name",
                     org_));
}

jit::DomainElsewhere SqliteTx::domain_elsewhere(const std::string& name) {
  jit::DomainElsewhere elsewhere;
  Query row = db_.query("SELECT org, state, verified_at FROM domain WHERE name = ? AND org <> ?",
                        name, org_);
  while (row.next()) {
    base::OrgId org(row.text(0));
    const std::string state = row.text(1);
    const auto verified_at = row.maybe_instant(2);
    auto& last = elsewhere.last_holder;
    if (state == "verified" || state == "stale") {
      elsewhere.holder = std::move(org);
    } else if (verified_at && (!last || last->verified_at < *verified_at)) {
      last = {std::move(org), *verified_at};
    }
  }
  return elsewhere;
}

void SqliteTx::note_domain_check(const jit::Domain& domain) {
  if (!ours(domain.org)) return;
  db_.run("UPDATE domain SET checked_at = ?, next_check_at = ? WHERE org = ? AND name = ?",
          domain.checked_at, domain.next_check_at, org_, domain.name);
}

std::vector<jit::Domain> read_domains(Database& db) {
  return domains_of(db,
                    db.query("SELECT " DOORWARD_DOMAIN_COLUMNS " FROM domain ORDER BY org, name"));
}

std::vector<jit::Domain> read_due_domains(Database& db, base::Instant now, std::size_t limit) {
  return domains_of(db, db.query("SELECT " DOORWARD_DOMAIN_COLUMNS
                                 " FROM domain WHERE next_check_at <= ? OR next_check_at > ? "
                                 "ORDER BY next_check_at LIMIT ?",
                                 now, now + kLongestPlan, std::uint64_t{limit}));
}

}  // namespace doorward::store
