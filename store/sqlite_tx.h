#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite_db.h"
#include "store/store.h"

namespace doorward::store {

// The verbs of a transaction on one SQLite connection. The first error sticks in `db`; whoever
// made the Tx looks at it after the closure.
class SqliteTx final : public Tx {
 public:
  SqliteTx(Database& db, const base::OrgId& org, Effects& effects)
      : db_(db), org_(org), effects_(effects) {}

  // sqlite_login.cc
  [[nodiscard]] jit::LoginSnapshot login_snapshot(const LoginKeys& keys,
                                                  base::Instant now) override;
  [[nodiscard]] std::uint64_t seats_used(base::Instant now) override;

  // sqlite_members.cc
  [[nodiscard]] std::optional<jit::Member> find_member(const base::MemberId& id) override;
  [[nodiscard]] std::vector<jit::Member> list_members() override;
  [[nodiscard]] std::vector<jit::IdentityRecord> identities_of(const base::MemberId& id) override;
  [[nodiscard]] std::vector<jit::Member> members_with_address(std::string_view email) override;
  [[nodiscard]] std::vector<jit::Member> lapsed_members(base::Instant now,
                                                        std::size_t limit) override;
  void apply(const jit::MemberChange& change) override;

  // sqlite_invitations.cc
  void put_invitation(const jit::Invitation& invitation) override;
  [[nodiscard]] std::optional<jit::Invitation> find_invitation(
      std::string_view token_hash) override;
  [[nodiscard]] std::optional<jit::Invitation> invitation_of(const base::MemberId& member) override;
  [[nodiscard]] std::vector<jit::Invitation> list_invitations() override;
  [[nodiscard]] std::vector<jit::Invitation> ended_invitations(base::Instant now,
                                                               std::size_t limit) override;
  bool delete_invitation(const std::string& id) override;

  // sqlite_requests.cc
  [[nodiscard]] Opened open_request(const jit::AccessRequest& request) override;
  [[nodiscard]] std::vector<jit::AccessRequest> list_requests() override;
  [[nodiscard]] std::optional<jit::AccessRequest> find_request(const std::string& id) override;
  void put_request(const jit::AccessRequest& request) override;

  // sqlite_sessions.cc
  [[nodiscard]] bool consume_once(const base::ConnectionId& connection, OnceKind kind,
                                  std::string_view id, base::Instant keep_until) override;
  bool put_session(const session::SessionRecord& record) override;
  [[nodiscard]] std::optional<session::SessionRecord> find_session(std::string_view hash) override;
  bool end_session(std::string_view hash) override;
  std::size_t end_sessions_of(const base::MemberId& member) override;
  std::size_t end_sessions_through(const base::ConnectionId& connection,
                                   std::string_view fingerprint) override;
  std::size_t end_all_sessions() override;
  bool put_code(const session::AppCode& code) override;
  [[nodiscard]] std::optional<session::AppCode> take_code(std::string_view hash) override;

  // sqlite_domains.cc
  [[nodiscard]] std::expected<void, Conflict> put_domain(const jit::Domain& domain) override;
  [[nodiscard]] std::vector<jit::Domain> list_domains() override;
  [[nodiscard]] jit::DomainElsewhere domain_elsewhere(const std::string& name) override;
  void note_domain_check(const jit::Domain& domain) override;

  // sqlite_configuration.cc
  void put_organization(const jit::Organization& organization) override;
  [[nodiscard]] std::optional<jit::Organization> organization() override;
  [[nodiscard]] std::expected<void, Conflict> put_connection(
      const sp::ConnectionSettings& settings) override;
  [[nodiscard]] std::optional<sp::ConnectionSettings> find_connection(
      const base::ConnectionId& id) override;
  [[nodiscard]] std::vector<sp::ConnectionSettings> list_connections() override;
  bool delete_connection(const base::ConnectionId& id) override;
  void put_key(const KeyRecord& key) override;
  [[nodiscard]] std::vector<KeyRecord> list_keys() override;
  // A new one; the Tx is bound to its id. Conflict: slug_taken.
  [[nodiscard]] std::expected<void, Conflict> create_organization(
      const jit::Organization& organization);

  // sqlite_audit.cc
  void append_audit(const audit::Event& event) override;
  [[nodiscard]] std::vector<audit::Record> audit_records(std::uint64_t after,
                                                         std::size_t limit) override;

 private:
  // A verb was used against its contract.
  void misuse(std::string_view what) { db_.fail(SQLITE_MISUSE, what); }
  [[nodiscard]] bool ours(const base::OrgId& org);
  void add_link(const jit::MemberChange& change);
  [[nodiscard]] bool has_session(std::string_view hash);
  struct Match {
    base::MemberId member;
    std::optional<sp::SubjectKey> bound_as;
  };
  // Each member once, `known` left out.
  [[nodiscard]] std::vector<jit::Candidate> candidates(const std::vector<Match>& matches,
                                                       const base::ConnectionId& connection,
                                                       const base::MemberId& known);
  [[nodiscard]] std::vector<Match> match_alt_subject(const LoginKeys& keys);
  void match_email(const LoginKeys& keys, const base::MemberId& known,
                   jit::LoginSnapshot& snapshot);
  [[nodiscard]] std::vector<jit::AccessRequest> requests_of(const LoginKeys& keys,
                                                            base::Instant now);
  // The invitation that a change uses up, and those that a leaver leaves behind.
  void void_invitations(const jit::MemberChange& change);

  Database& db_;
  const base::OrgId& org_;
  Effects& effects_;
};

// Rows of the whole installation, for what knows no organisation beforehand.
[[nodiscard]] Configuration read_configuration(Database& db);
[[nodiscard]] std::vector<jit::Domain> read_domains(Database& db);
// As Store::due_domains.
[[nodiscard]] std::vector<jit::Domain> read_due_domains(Database& db, base::Instant now,
                                                        std::size_t limit);
[[nodiscard]] std::optional<SessionView> read_session(Database& db, std::string_view hash);
[[nodiscard]] std::optional<jit::Member> read_member(Database& db, const base::OrgId& org,
                                                     const base::MemberId& id);

[[nodiscard]] std::optional<jit::Invitation> read_invitation(Database& db,
                                                             std::string_view token_hash);
[[nodiscard]] std::vector<base::OrgId> read_ended_terms(Database& db, base::Instant now);

// Ends the sessions named and all below them, of any organisation, and voids their codes.
std::size_t erase_sessions(Database& db, std::vector<std::string> hashes, Effects& effects);

// Moves last_seen_at of a session and of its parent forward, never back.
void touch_session(Database& db, std::string_view hash, base::Instant seen);

// Deletes at most `limit` expired sessions (children on top), codes, consumed ids and ended
// requests. How many.
std::size_t sweep_step(Database& db, base::Instant now, std::size_t limit, Effects& effects);

}  // namespace doorward::store
