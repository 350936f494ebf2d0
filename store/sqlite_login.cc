#include <algorithm>

#include "base/text.h"
#include "store/sqlite_tx.h"

namespace doorward::store {
namespace {

std::optional<jit::IdentityRecord> read_identity(Database& db, const base::OrgId& org,
                                                 const sp::SubjectKey& key) {
  Query row = db.query(
      "SELECT alt_subject, member, linked_at, last_used_at FROM identity WHERE org = ? "
      "AND connection = ? AND name_id = ? AND idp_entity_id = ? AND format = ? "
      "AND name_qualifier = ? AND sp_name_qualifier = ?",
      org, key.connection, key.name_id, key.idp_entity_id, key.format, key.name_qualifier,
      key.sp_name_qualifier);
  if (!row.next()) return std::nullopt;
  return jit::IdentityRecord{key, row.text(0), base::MemberId(row.text(1)), row.instant(2),
                             row.instant(3)};
}

// A member who may not come in, and whom this IdP named so by whatever connection: else a second
// connection to it would make a new member of them. Each connection is another SP to the IdP, so
// that the SP's qualifier says nothing about the person.
bool barred_subject(Database& db, const base::OrgId& org, const LoginKeys& keys,
                    const base::MemberId& known) {
  const auto& key = keys.subject;
  // Without statistics the planner would walk all identities of the organisation.
  return db
      .query(
          "SELECT 1 FROM (SELECT member FROM identity INDEXED BY identity_name_id "
          "WHERE org = ? AND name_id = ? AND idp_entity_id = ? AND format = ? "
          "AND name_qualifier = ? UNION ALL "
          "SELECT member FROM identity INDEXED BY identity_alt_subject "
          "WHERE org = ? AND alt_subject = ? AND alt_subject <> '' AND idp_entity_id = ?) i "
          "JOIN member m ON m.org = ? AND m.id = i.member "
          "WHERE m.id <> ? AND m.status IN ('deprovisioned', 'suspended') LIMIT 1",
          org, key.name_id, key.idp_entity_id, key.format, key.name_qualifier, org,
          keys.alt_subject, key.idp_entity_id, org, known)
      .next();
}

void read_domain(Database& db, const base::OrgId& org, const LoginKeys& keys,
                 jit::LoginSnapshot& snapshot) {
  const std::string domain = sp::email_domain(keys.email->address);
  if (domain.empty()) return;
  Query owner = db.query(
      "SELECT org, state FROM domain WHERE name = ? AND state IN ('verified', 'stale')", domain);
  if (!owner.next()) return;
  snapshot.email_domain_verified = true;
  if (owner.text(0) != org.str()) return;
  const bool bound =
      db.query("SELECT 1 FROM domain_binding WHERE org = ? AND name = ? AND connection = ?", org,
               domain, keys.subject.connection)
          .next();
  const bool verified = owner.text(1) == "verified";
  snapshot.email_domain_bound_here = bound && verified;
  snapshot.email_domain_stale_here = bound && !verified;
}

}  // namespace

std::vector<jit::Candidate> SqliteTx::candidates(const std::vector<Match>& matches,
                                                 const base::ConnectionId& connection,
                                                 const base::MemberId& known) {
  std::vector<jit::Candidate> found;
  for (const auto& match : matches) {
    const auto same = [&match](const auto& other) { return other.member.id == match.member; };
    if (match.member == known || std::ranges::any_of(found, same)) continue;
    auto member = find_member(match.member);
    if (!member) continue;
    jit::Candidate candidate;
    candidate.member = std::move(*member);
    candidate.bound_as = match.bound_as;
    // Through a connection that was deleted nobody signs in any more.
    Query identity = db_.query(
        "SELECT i.connection, i.idp_entity_id, i.format, i.name_qualifier, i.sp_name_qualifier, "
        "i.name_id, c.enabled FROM identity i JOIN connection c ON c.id = i.connection "
        "WHERE i.org = ? AND i.member = ?",
        org_, match.member);
    while (identity.next()) {
      if (identity.text(0) == connection.str()) {
        candidate.has_identity_here = true;
        candidate.subjects_here.push_back({connection, identity.text(1), identity.text(2),
                                           identity.text(3), identity.text(4), identity.text(5)});
      } else {
        candidate.has_identity_elsewhere = true;
        candidate.may_confirm = candidate.may_confirm || identity.flag(6);
      }
    }
    found.push_back(std::move(candidate));
  }
  return found;
}

// The identity used last comes first, should a member have several with this alt_subject.
std::vector<SqliteTx::Match> SqliteTx::match_alt_subject(const LoginKeys& keys) {
  std::vector<Match> matches;
  if (keys.alt_subject.empty()) return matches;
  Query row = db_.query(
      "SELECT member, idp_entity_id, format, name_qualifier, sp_name_qualifier, name_id "
      "FROM identity INDEXED BY identity_alt_subject "
      "WHERE org = ? AND connection = ? AND alt_subject = ? AND alt_subject <> '' "
      "ORDER BY last_used_at DESC",
      org_, keys.subject.connection, keys.alt_subject);
  while (row.next()) {
    matches.push_back({base::MemberId(row.text(0)),
                       sp::SubjectKey{keys.subject.connection, row.text(1), row.text(2),
                                      row.text(3), row.text(4), row.text(5)}});
  }
  return matches;
}

void SqliteTx::match_email(const LoginKeys& keys, const base::MemberId& known,
                           jit::LoginSnapshot& snapshot) {
  const std::string folded = base::ascii_lower(keys.email->address);
  std::vector<Match> matches;
  {
    // An invitation is addressed to its e-mail before anybody has proven it.
    Query row = db_.query(
        "SELECT id FROM member WHERE org = ? AND email_folded = ? "
        "AND (email_trusted = 1 OR status = 'pending')",
        org_, folded);
    while (row.next()) matches.push_back({base::MemberId(row.text(0)), std::nullopt});
  }
  snapshot.same_email = candidates(matches, keys.subject.connection, known);
  snapshot.email_held_by_other = !snapshot.same_email.empty();
  for (const auto& candidate : snapshot.same_email) {
    if (candidate.member.status == jit::MemberStatus::deprovisioned) snapshot.tombstone = true;
  }
}

// A seat whose lease has ended is free again; looked at only when the limit is near, because that
// count grows with the number of such members.
std::uint64_t SqliteTx::seats_used(base::Instant now) {
  Query row = db_.query("SELECT seats_used, seat_limit FROM organization WHERE org = ?", org_);
  if (!row.next()) return 0;
  const std::uint64_t used = row.count(0);
  if (row.is_null(1) || used < row.count(1)) return used;
  Query lapsed = db_.query(
      "SELECT count(*) FROM member WHERE org = ? AND status = 'active' AND managed_by = 'jit' "
      "AND lease_until IS NOT NULL AND lease_until <= ?",
      org_, now);
  return lapsed.next() ? used - std::min(used, lapsed.count(0)) : used;
}

jit::LoginSnapshot SqliteTx::login_snapshot(const LoginKeys& keys, base::Instant now) {
  jit::LoginSnapshot snapshot;
  const auto& connection = keys.subject.connection;
  if (const auto own = organization()) snapshot.organization_enabled = own->enabled;
  if (const auto settings = find_connection(connection)) {
    snapshot.connection_enabled = settings->enabled;
    snapshot.allowed_domains = settings->allowed_domains;
  }
  if (keys.email) read_domain(db_, org_, keys, snapshot);

  snapshot.identity = read_identity(db_, org_, keys.subject);
  if (snapshot.identity) snapshot.known = find_member(snapshot.identity->member);
  const base::MemberId known = snapshot.known ? snapshot.known->id : base::MemberId();

  snapshot.same_alt_subject = candidates(match_alt_subject(keys), connection, known);
  snapshot.tombstone = barred_subject(db_, org_, keys, known);
  // "E-mail" in the rules is a trusted one: by the assertion and, now, by the binding.
  if (keys.email && keys.email->trust == sp::EmailTrust::trusted &&
      snapshot.email_domain_bound_here) {
    match_email(keys, known, snapshot);
  }
  snapshot.seats_used = seats_used(now);
  const bool is_in = snapshot.known && snapshot.known->status_at(now) == jit::MemberStatus::active;
  if (!is_in) snapshot.requests = requests_of(keys, now);
  return snapshot;
}

}  // namespace doorward::store
