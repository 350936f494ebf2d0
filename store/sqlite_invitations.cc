#include "store/sqlite_tx.h"

namespace doorward::store {
namespace {

#define DOORWARD_INVITATION_COLUMNS \
  "org, id, member, email, role, inviter, token_hash, created_at, expires_at"

jit::Invitation invitation_of(Query& row) {
  jit::Invitation invitation;
  invitation.org = base::OrgId(row.text(0));
  invitation.id = row.text(1);
  invitation.member = base::MemberId(row.text(2));
  invitation.email = row.text(3);
  invitation.role = row.text(4);
  invitation.inviter = row.text(5);
  invitation.token_hash = row.blob(6);
  invitation.created_at = row.instant(7);
  invitation.expires_at = row.instant(8);
  return invitation;
}

std::optional<jit::Invitation> one(Database& db, Query row) {
  if (!row.next()) return std::nullopt;
  auto invitation = invitation_of(row);
  if (db.error() != SQLITE_OK) return std::nullopt;
  return invitation;
}

}  // namespace

std::optional<jit::Invitation> read_invitation(Database& db, std::string_view token_hash) {
  return one(db,
             db.query("SELECT " DOORWARD_INVITATION_COLUMNS " FROM invitation WHERE token_hash = ?",
                      Blob{token_hash}));
}

void SqliteTx::put_invitation(const jit::Invitation& invitation) {
  if (!ours(invitation.org)) return;
  db_.run("DELETE FROM invitation WHERE org = ? AND member = ?", org_, invitation.member);
  db_.run(
      "INSERT INTO invitation (" DOORWARD_INVITATION_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      org_, invitation.id, invitation.member, invitation.email, invitation.role, invitation.inviter,
      Blob{invitation.token_hash}, invitation.created_at, invitation.expires_at);
}

std::optional<jit::Invitation> SqliteTx::find_invitation(std::string_view token_hash) {
  return one(db_, db_.query("SELECT " DOORWARD_INVITATION_COLUMNS
                            " FROM invitation WHERE org = ? AND token_hash = ?",
                            org_, Blob{token_hash}));
}

std::optional<jit::Invitation> SqliteTx::invitation_of(const base::MemberId& member) {
  return one(db_, db_.query("SELECT " DOORWARD_INVITATION_COLUMNS
                            " FROM invitation WHERE org = ? AND member = ?",
                            org_, member));
}

std::vector<jit::Invitation> SqliteTx::list_invitations() {
  std::vector<jit::Invitation> invitations;
  Query row = db_.query(
      "SELECT " DOORWARD_INVITATION_COLUMNS " FROM invitation WHERE org = ? ORDER BY id", org_);
  while (row.next()) invitations.push_back(store::invitation_of(row));
  return invitations;
}

bool SqliteTx::delete_invitation(const std::string& id) {
  base::MemberId member;
  {
    Query row = db_.query("SELECT member FROM invitation WHERE org = ? AND id = ?", org_, id);
    if (!row.next()) return false;
    member = base::MemberId(row.text(0));
  }
  db_.run("DELETE FROM invitation WHERE org = ? AND id = ?", org_, id);
  // Nothing hangs on who never came: no identity, no session, no grant.
  db_.run(
      "DELETE FROM member WHERE org = ? AND id = ? AND status = 'pending' AND managed_by = 'jit' "
      "AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.org = member.org AND i.member = member.id) "
      "AND NOT EXISTS (SELECT 1 FROM role_grant g WHERE g.org = member.org "
      "AND g.member = member.id)",
      org_, member);
  if (db_.changes() > 0) effects_.changed_members.push_back(member);
  return db_.error() == SQLITE_OK;
}

void SqliteTx::void_invitations(const jit::MemberChange& change) {
  if (!change.use_invitation.empty()) {
    db_.run("DELETE FROM invitation WHERE org = ? AND id = ? AND member = ?", org_,
            change.use_invitation, change.member);
    if (db_.changes() == 0) misuse("apply: the invitation is not there");
  }
  if (!change.status || change.create) return;
  if (*change.status == jit::MemberStatus::active || *change.status == jit::MemberStatus::pending) {
    return;
  }
  std::vector<std::string> dead;
  {
    Query issued =
        db_.query("SELECT id FROM invitation WHERE org = ? AND inviter = ?", org_, change.member);
    while (issued.next()) dead.push_back(issued.text(0));
  }
  for (const auto& id : dead) delete_invitation(id);
  if (*change.status == jit::MemberStatus::deprovisioned) {
    db_.run("DELETE FROM invitation WHERE org = ? AND member = ?", org_, change.member);
  }
}

std::vector<jit::Invitation> SqliteTx::ended_invitations(base::Instant now, std::size_t limit) {
  std::vector<jit::Invitation> invitations;
  Query row = db_.query("SELECT " DOORWARD_INVITATION_COLUMNS
                        " FROM invitation WHERE org = ? AND expires_at <= ? LIMIT ?",
                        org_, now, limit);
  while (row.next()) invitations.push_back(store::invitation_of(row));
  return invitations;
}

}  // namespace doorward::store
