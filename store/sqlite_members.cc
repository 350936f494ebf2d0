#include "base/text.h"
#include "store/sqlite_tx.h"

namespace doorward::store {
namespace {

#define DOORWARD_MEMBER_COLUMNS                                                         \
  "id, status, managed_by, email, email_trusted, first_name, last_name, display_name, " \
  "lease_until, expired_at, authz_epoch, created_at, last_login_at"

std::vector<jit::Grant> read_grants(Database& db, const base::OrgId& org,
                                    const base::MemberId& id) {
  std::vector<jit::Grant> grants;
  Query row = db.query(
      "SELECT source, source_id, role, given_by, given_at, expires FROM role_grant "
      "WHERE org = ? AND member = ?",
      org, id);
  while (row.next()) {
    const auto source = jit::parse_grant_source(row.text(0));
    if (!source) db.fail(SQLITE_CORRUPT, "unknown grant source");
    jit::Grant grant;
    grant.source = source.value_or(jit::GrantSource::default_);
    grant.source_id = row.text(1);
    grant.role = row.text(2);
    grant.by = row.text(3);
    grant.at = row.instant(4);
    grant.expires = row.maybe_instant(5);
    grants.push_back(std::move(grant));
  }
  return grants;
}

// A member from a row of DOORWARD_MEMBER_COLUMNS.
jit::Member member_of(Database& db, const base::OrgId& org, Query& row) {
  jit::Member member;
  member.id = base::MemberId(row.text(0));
  member.org = org;
  const auto status = jit::parse_member_status(row.text(1));
  const auto managed_by = jit::parse_managed_by(row.text(2));
  if (!status || !managed_by) db.fail(SQLITE_CORRUPT, "unknown member status or manager");
  member.status = status.value_or(jit::MemberStatus::deprovisioned);
  member.managed_by = managed_by.value_or(jit::ManagedBy::jit);
  if (!row.is_null(3)) {
    member.email =
        sp::Email{row.text(3), row.flag(4) ? sp::EmailTrust::trusted : sp::EmailTrust::claimed};
  }
  member.first_name = row.text(5);
  member.last_name = row.text(6);
  member.display_name = row.text(7);
  member.lease_until = row.maybe_instant(8);
  member.expired_at = row.maybe_instant(9);
  member.authz_epoch = row.count(10);
  member.created_at = row.instant(11);
  member.last_login_at = row.maybe_instant(12);
  member.grants = read_grants(db, org, member.id);
  return member;
}

// What is left of `member` after `change`; grants aside.
void change_fields(const jit::MemberChange& change, jit::Member& member) {
  if (change.status) {
    member.status = *change.status;
    if (member.status == jit::MemberStatus::expired) member.expired_at = change.at;
    if (member.status == jit::MemberStatus::active) member.expired_at.reset();
  }
  if (change.managed_by) member.managed_by = *change.managed_by;
  if (change.email) member.email = change.email;
  if (change.first_name) member.first_name = *change.first_name;
  if (change.last_name) member.last_name = *change.last_name;
  if (change.display_name) member.display_name = *change.display_name;
  if (change.lease_until) member.lease_until = change.lease_until;
  if (change.end_lease) member.lease_until.reset();
  if (change.last_login_at) member.last_login_at = change.last_login_at;
  if (change.bump_epoch) ++member.authz_epoch;
}

void write_member(Database& db, const base::OrgId& org, const jit::Member& member) {
  std::optional<std::string> address;
  std::optional<std::string> folded;
  if (member.email) {
    address = member.email->address;
    folded = base::ascii_lower(member.email->address);
  }
  db.run("INSERT INTO member (org, " DOORWARD_MEMBER_COLUMNS
         ", email_folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
         "ON CONFLICT (org, id) DO UPDATE SET status = excluded.status, "
         "managed_by = excluded.managed_by, email = excluded.email, "
         "email_trusted = excluded.email_trusted, first_name = excluded.first_name, "
         "last_name = excluded.last_name, display_name = excluded.display_name, "
         "lease_until = excluded.lease_until, expired_at = excluded.expired_at, "
         "authz_epoch = excluded.authz_epoch, last_login_at = excluded.last_login_at, "
         "email_folded = excluded.email_folded",
         org, member.id, jit::name_of(member.status), jit::name_of(member.managed_by), address,
         member.email && member.email->trust == sp::EmailTrust::trusted, member.first_name,
         member.last_name, member.display_name, member.lease_until, member.expired_at,
         member.authz_epoch, member.created_at, member.last_login_at, folded);
}

void change_grants(Database& db, const base::OrgId& org, const jit::MemberChange& change) {
  for (const auto& grant : change.remove_grants) {
    db.run(
        "DELETE FROM role_grant "
        "WHERE org = ? AND member = ? AND source = ? AND source_id = ? AND role = ?",
        org, change.member, jit::name_of(grant.source), grant.source_id, grant.role);
  }
  for (const auto& grant : change.add_grants) {
    db.run(
        "INSERT INTO role_grant (org, member, source, source_id, role, given_by, given_at, "
        "expires) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (org, member, source, source_id, role) "
        "DO UPDATE SET given_by = excluded.given_by, given_at = excluded.given_at, "
        "expires = excluded.expires",
        org, change.member, jit::name_of(grant.source), grant.source_id, grant.role, grant.by,
        grant.at, grant.expires);
  }
}

std::int64_t seat(jit::MemberStatus status) {
  return status == jit::MemberStatus::active ? 1 : 0;
}

}  // namespace

std::optional<jit::Member> read_member(Database& db, const base::OrgId& org,
                                       const base::MemberId& id) {
  Query row =
      db.query("SELECT " DOORWARD_MEMBER_COLUMNS " FROM member WHERE org = ? AND id = ?", org, id);
  if (!row.next()) return std::nullopt;
  auto member = member_of(db, org, row);
  if (db.error() != SQLITE_OK) return std::nullopt;
  return member;
}

std::optional<jit::Member> SqliteTx::find_member(const base::MemberId& id) {
  return read_member(db_, org_, id);
}

std::vector<jit::Member> SqliteTx::list_members() {
  std::vector<jit::Member> members;
  Query row =
      db_.query("SELECT " DOORWARD_MEMBER_COLUMNS " FROM member WHERE org = ? ORDER BY id", org_);
  while (row.next()) members.push_back(member_of(db_, org_, row));
  return members;
}

std::vector<jit::Member> SqliteTx::members_with_address(std::string_view email) {
  std::vector<jit::Member> members;
  Query row = db_.query("SELECT " DOORWARD_MEMBER_COLUMNS
                        " FROM member WHERE org = ? AND email_folded = ? "
                        "AND (email_trusted = 1 OR status = 'pending') ORDER BY id",
                        org_, base::ascii_lower(email));
  while (row.next()) members.push_back(member_of(db_, org_, row));
  return members;
}

std::vector<jit::Member> SqliteTx::lapsed_members(base::Instant now, std::size_t limit) {
  std::vector<jit::Member> members;
  Query row = db_.query("SELECT " DOORWARD_MEMBER_COLUMNS
                        " FROM member WHERE org = ? AND status = 'active' AND managed_by = 'jit' "
                        "AND lease_until IS NOT NULL AND lease_until <= ? "
                        "ORDER BY lease_until LIMIT ?",
                        org_, now, limit);
  while (row.next()) members.push_back(member_of(db_, org_, row));
  return members;
}

std::vector<base::OrgId> read_ended_terms(Database& db, base::Instant now) {
  std::vector<base::OrgId> organizations;
  Query row = db.query(
      "SELECT o.org FROM organization o WHERE EXISTS (SELECT 1 FROM member m "
      "WHERE m.org = o.org AND m.status = 'active' AND m.managed_by = 'jit' "
      "AND m.lease_until IS NOT NULL AND m.lease_until <= ?1) "
      "OR EXISTS (SELECT 1 FROM invitation i WHERE i.org = o.org AND i.expires_at <= ?1)",
      now);
  while (row.next()) organizations.emplace_back(row.text(0));
  return organizations;
}

std::vector<jit::IdentityRecord> SqliteTx::identities_of(const base::MemberId& id) {
  std::vector<jit::IdentityRecord> identities;
  Query row = db_.query(
      "SELECT connection, idp_entity_id, format, name_qualifier, sp_name_qualifier, name_id, "
      "alt_subject, linked_at, last_used_at FROM identity WHERE org = ? AND member = ?",
      org_, id);
  while (row.next()) {
    jit::IdentityRecord record;
    record.subject = {base::ConnectionId(row.text(0)),
                      row.text(1),
                      row.text(2),
                      row.text(3),
                      row.text(4),
                      row.text(5)};
    record.alt_subject = row.text(6);
    record.member = id;
    record.linked_at = row.instant(7);
    record.last_used_at = row.instant(8);
    identities.push_back(std::move(record));
  }
  return identities;
}

void SqliteTx::apply(const jit::MemberChange& change) {
  std::optional<jit::Member> member = find_member(change.member);
  if (db_.error() != SQLITE_OK) return;
  if (member.has_value() == change.create) return misuse("apply: member exists, or does not");
  if (change.create) {
    if (!change.status || !change.managed_by) return misuse("apply: a new member needs a status");
    member.emplace();
    member->id = change.member;
    member->org = org_;
    member->created_at = change.at;
  }
  const std::int64_t seat_before = seat(member->status);
  change_fields(change, *member);
  write_member(db_, org_, *member);
  if (const std::int64_t by = seat(member->status) - seat_before; by != 0) {
    db_.run("UPDATE organization SET seats_used = seats_used + ? WHERE org = ?", by, org_);
  }
  change_grants(db_, org_, change);
  add_link(change);
  void_invitations(change);
  for (const auto& id : change.close_requests) {
    db_.run("DELETE FROM access_request WHERE org = ? AND id = ?", org_, id);
  }
  if (change.end_sessions) end_sessions_of(change.member);
  effects_.changed_members.push_back(change.member);
}

void SqliteTx::add_link(const jit::MemberChange& change) {
  for (const auto& key : change.unlink) {
    db_.run(
        "DELETE FROM identity WHERE org = ? AND connection = ? AND name_id = ? "
        "AND idp_entity_id = ? AND format = ? AND name_qualifier = ? AND sp_name_qualifier = ? "
        "AND member = ?",
        org_, key.connection, key.name_id, key.idp_entity_id, key.format, key.name_qualifier,
        key.sp_name_qualifier, change.member);
  }
  if (!change.link) return;
  const auto& link = *change.link;
  const auto& key = link.subject;
  if (link.member != change.member) return misuse("apply: an identity of another member");
  // An assertion without the attribute does not unsay what an earlier one said.
  const bool written = db_.run(
      "INSERT INTO identity (org, connection, idp_entity_id, name_id, format, name_qualifier, "
      "sp_name_qualifier, alt_subject, member, linked_at, last_used_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
      "alt_subject = iif(excluded.alt_subject = '', alt_subject, excluded.alt_subject), "
      "last_used_at = excluded.last_used_at WHERE member = excluded.member",
      org_, key.connection, key.idp_entity_id, key.name_id, key.format, key.name_qualifier,
      key.sp_name_qualifier, link.alt_subject, change.member, link.linked_at, link.last_used_at);
  if (written && db_.changes() == 0) misuse("apply: the identity belongs to another member");
}

}  // namespace doorward::store
