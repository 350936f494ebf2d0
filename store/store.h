#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/event.h"
#include "base/doors.h"
#include "base/ids.h"
#include "jit/access_request.h"
#include "jit/domain.h"
#include "jit/domain_decision.h"
#include "jit/invitation.h"
#include "jit/login_decision.h"
#include "jit/member.h"
#include "jit/member_change.h"
#include "session/session.h"
#include "sp/connection.h"

namespace doorward::store {

enum class StoreError {
  unknown,         // COMMIT failed and nobody knows whether it holds: the process must stop
  full,            // disk full; nothing was written
  io,              // reading or writing failed; nothing was written
  busy,            // another process held the database for too long; nothing was written
  rolled_back,     // the closure asked for it
  closure_failed,  // the closure threw, or used a verb against its contract; nothing was written
  newer_schema,    // made by a newer doorward
  not_a_store,     // the file is no doorward database, or is damaged
  in_use,          // a server already runs on it
  wrong_data_key,  // the data key is not the one that sealed what is in it
  stopping,        // the store is closing
};
[[nodiscard]] std::string_view text_of(StoreError error);  // one sentence with what to do

// A key of ours, as it lies in the store: sealed with the data key.
enum class KeyUse { signing, encryption };
struct KeyRecord {
  std::string id;  // ULID
  base::OrgId org;
  base::ConnectionId connection;
  KeyUse use = KeyUse::signing;
  std::string sealed_pem;   // certs::seal, aad from key_aad()
  std::string certificate;  // PEM
  bool active = true;       // the one we sign with; others are only published
  base::Instant created_at;
};
[[nodiscard]] std::string key_aad(const KeyRecord& record);

// Everything that is read at each request and seldom changes: read whole, held as a snapshot.
struct Configuration {
  std::vector<jit::Organization> organizations;
  std::vector<sp::ConnectionSettings> connections;
  std::vector<jit::Domain> domains;
  std::vector<KeyRecord> keys;
};

enum class OnceKind { request, assertion };

enum class Conflict { slug_taken, id_taken, acs_taken, entity_pair_taken, domain_taken, not_found };
[[nodiscard]] std::string_view text_of(Conflict conflict);

// What open_request did.
enum class Opened {
  opened,    // it waits
  again,     // it waited already: last_seen_at moved
  denied,    // an administrator said no less than 30 days ago: nothing was opened
  too_many,  // kMostWaiting wait in this organisation: nothing was opened
};
[[nodiscard]] std::string_view name_of(Opened opened);  // "opened", for the audit record
inline constexpr std::size_t kMostWaiting = 1000;

// What of an asserted identity the store looks up.
struct LoginKeys {
  sp::SubjectKey subject;
  std::string alt_subject;  // empty if none
  std::optional<sp::Email> email;
};

// The verbs of one transaction of one organisation. Not thread-safe; valid only inside the
// closure. A verb that fails for the database's sake, or is given a value of another organisation
// or a member that does not exist, marks the transaction as failed and returns its refusing
// value; the whole write then answers with the error (closure_failed for the latter two).
class Tx {
 public:
  virtual ~Tx() = default;

  // Members and logins.
  // Loads all that decide_login reads. A tombstone is a member other than the known one who is
  // deprovisioned or suspended and whom the same IdP named so by any connection, now or once: by
  // the same NameID, format and NameQualifier, or by the same immutable attribute; or who is
  // deprovisioned and has the trusted e-mail.
  [[nodiscard]] virtual jit::LoginSnapshot login_snapshot(const LoginKeys& keys,
                                                          base::Instant now) = 0;
  [[nodiscard]] jit::LoginSnapshot login_snapshot(const sp::Identity& identity, base::Instant now) {
    return login_snapshot(LoginKeys{identity.subject(), identity.alt_subject(), identity.email()},
                          now);
  }
  [[nodiscard]] virtual std::optional<jit::Member> find_member(const base::MemberId& id) = 0;
  [[nodiscard]] virtual std::vector<jit::Member> list_members() = 0;
  [[nodiscard]] virtual std::vector<jit::IdentityRecord> identities_of(
      const base::MemberId& id) = 0;
  // Members who have the address, by trust or by invitation; any case.
  [[nodiscard]] virtual std::vector<jit::Member> members_with_address(std::string_view email) = 0;
  // Active members, as the seat limit counts them (docs/rules.md).
  [[nodiscard]] virtual std::uint64_t seats_used(base::Instant now) = 0;
  // Active members by jit whose lease has ended, the longest ago first, at most `limit`.
  [[nodiscard]] virtual std::vector<jit::Member> lapsed_members(base::Instant now,
                                                                std::size_t limit) = 0;
  // Applies a decision whole: ends sessions when the change says so, deletes the invitation and
  // the requests that it uses up. Whoever is no longer ACTIVE or PENDING leaves no invitation
  // behind that they issued, and the deprovisioned none that was issued to them.
  virtual void apply(const jit::MemberChange& change) = 0;

  // Invitations. Replaces any other of the same member, whose token dies.
  virtual void put_invitation(const jit::Invitation& invitation) = 0;
  // By the SHA-256 of the token, expired or not.
  [[nodiscard]] virtual std::optional<jit::Invitation> find_invitation(
      std::string_view token_hash) = 0;
  [[nodiscard]] virtual std::optional<jit::Invitation> invitation_of(
      const base::MemberId& member) = 0;
  [[nodiscard]] virtual std::vector<jit::Invitation> list_invitations() = 0;
  [[nodiscard]] virtual std::vector<jit::Invitation> ended_invitations(base::Instant now,
                                                                       std::size_t limit) = 0;
  // With its member if they never came. False if it is not there.
  virtual bool delete_invitation(const std::string& id) = 0;
  // What decide_login asks for (L6); nullopt if no invitation has this token.
  [[nodiscard]] std::optional<jit::HeldInvitation> held_invitation(std::string_view token_hash);

  // Requests. One for each kind, subject, alt_subject and member; a further login only moves
  // last_seen_at of the one that waits.
  [[nodiscard]] virtual Opened open_request(const jit::AccessRequest& request) = 0;
  [[nodiscard]] virtual std::vector<jit::AccessRequest> list_requests() = 0;
  [[nodiscard]] virtual std::optional<jit::AccessRequest> find_request(const std::string& id) = 0;
  // Stores state, decided_at and decided_by of one that is there.
  virtual void put_request(const jit::AccessRequest& request) = 0;

  // True the first time, false ever after (until `keep_until` has been swept).
  [[nodiscard]] virtual bool consume_once(const base::ConnectionId& connection, OnceKind kind,
                                          std::string_view id, base::Instant keep_until) = 0;

  // Sessions. Ending one ends its children and voids their codes in the same commit.
  // False, and nothing is written, if the parent that it names is not there (any more).
  virtual bool put_session(const session::SessionRecord& record) = 0;
  // Alive or not.
  [[nodiscard]] virtual std::optional<session::SessionRecord> find_session(
      std::string_view hash) = 0;
  // False if it is not there.
  virtual bool end_session(std::string_view hash) = 0;
  virtual std::size_t end_sessions_of(const base::MemberId& member) = 0;
  // fingerprint: only those that this key vouched for; empty: all of the connection.
  virtual std::size_t end_sessions_through(const base::ConnectionId& connection,
                                           std::string_view fingerprint) = 0;
  virtual std::size_t end_all_sessions() = 0;  // of the organisation
  // False, and nothing is written, if the sign-in session that it names is not there.
  virtual bool put_code(const session::AppCode& code) = 0;
  // Deletes and returns it, expired or not; nullopt if it is not there.
  [[nodiscard]] virtual std::optional<session::AppCode> take_code(std::string_view hash) = 0;

  // Organisation, connections, domains, keys.
  // Name, enabled and policy; slug and created_at stay as they were made.
  virtual void put_organization(const jit::Organization& organization) = 0;
  [[nodiscard]] virtual std::optional<jit::Organization> organization() = 0;
  // Checks what must be unique in the installation (docs/interface.md).
  [[nodiscard]] virtual std::expected<void, Conflict> put_connection(
      const sp::ConnectionSettings& settings) = 0;
  [[nodiscard]] virtual std::optional<sp::ConnectionSettings> find_connection(
      const base::ConnectionId& id) = 0;
  [[nodiscard]] virtual std::vector<sp::ConnectionSettings> list_connections() = 0;
  // With its keys, domain bindings and requests; ends its sessions. Identities stay on record, the
  // id is never used again. False if it is not there.
  virtual bool delete_connection(const base::ConnectionId& id) = 0;
  // domain_taken: held by another organisation, and this one is to hold it too.
  // not_found: bound to a connection that the organisation does not have.
  [[nodiscard]] virtual std::expected<void, Conflict> put_domain(const jit::Domain& domain) = 0;
  [[nodiscard]] virtual std::vector<jit::Domain> list_domains() = 0;
  // What of the installation decide_domain_proof and decide_domain_check read besides.
  [[nodiscard]] virtual jit::DomainElsewhere domain_elsewhere(const std::string& name) = 0;
  // Only checked_at and next_check_at, which nobody else reads: no effect is told.
  virtual void note_domain_check(const jit::Domain& domain) = 0;
  virtual void put_key(const KeyRecord& key) = 0;
  [[nodiscard]] virtual std::vector<KeyRecord> list_keys() = 0;

  virtual void append_audit(const audit::Event& event) = 0;
  // Records with seq > after, oldest first, at most `limit`.
  [[nodiscard]] virtual std::vector<audit::Record> audit_records(std::uint64_t after,
                                                                 std::size_t limit) = 0;
};

enum class Verdict { rollback, commit };

// What a commit ended or changed, told after COMMIT and before the writer hears of it.
struct Effects {
  std::vector<std::string> ended_sessions;      // hashes, children included
  std::vector<base::MemberId> changed_members;  // rights or profile may have changed
  bool configuration = false;                   // organisations, connections, domains or keys
  bool everything = false;                      // another process wrote: trust nothing cached
};

// A live session with what a check needs.
struct SessionView {
  session::SessionRecord session;
  jit::Member member;
};

// All that organisations own, atomically. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  // Runs `closure` in one serialisable transaction of `org` and returns after it is durable.
  // `closure` may run more than once: it resets what it returns on entry, does no I/O and touches
  // only its transaction. Errors: any StoreError; `rolled_back` if it returned that verdict.
  // From within a closure or the listener: closure_failed.
  [[nodiscard]] virtual std::expected<void, StoreError> write(
      const base::OrgId& org, const std::function<Verdict(Tx&)>& closure) = 0;
  // Reads one consistent state beside writers; a verb that writes makes it closure_failed.
  [[nodiscard]] virtual std::expected<void, StoreError> read(
      const base::OrgId& org, const std::function<void(Tx&)>& closure) = 0;

  // A new organisation with its first audit record. Conflict: the slug was ever used.
  [[nodiscard]] virtual std::expected<std::expected<void, Conflict>, StoreError>
  create_organization(const jit::Organization& organization, const audit::Event& event) = 0;
  [[nodiscard]] virtual std::expected<Configuration, StoreError> load_configuration() = 0;
  // Domains whose next look-up is due, or so far ahead that a wrong clock must have set it; at
  // most `limit`, the oldest first.
  [[nodiscard]] virtual std::expected<std::vector<jit::Domain>, StoreError> due_domains(
      base::Instant now, std::size_t limit) = 0;
  // A session row by its cookie's hash, alive or not: a token names its row, the row its
  // organisation.
  [[nodiscard]] virtual std::expected<std::optional<SessionView>, StoreError> find_session(
      std::string_view hash) = 0;
  // An invitation by its token's hash, expired or not; it names its organisation.
  [[nodiscard]] virtual std::expected<std::optional<jit::Invitation>, StoreError> find_invitation(
      std::string_view token_hash) = 0;
  // Organisations where a lease or an invitation has ended and nobody has said so yet.
  [[nodiscard]] virtual std::expected<std::vector<base::OrgId>, StoreError> with_ended_terms(
      base::Instant now) = 0;
  // Moves last_seen_at forward for many sessions at once, and for their parents: who uses an
  // application stays signed in. Unknown hashes are ignored.
  [[nodiscard]] virtual std::expected<void, StoreError> touch_sessions(
      const std::vector<std::pair<std::string, base::Instant>>& seen) = 0;
  // Deletes expired sessions with their children, codes, consumed ids and ended requests, in small
  // transactions. Takes at most `limit` rows up (children come on top). How many went.
  [[nodiscard]] virtual std::expected<std::size_t, StoreError> sweep(base::Instant now,
                                                                     std::size_t limit) = 0;

  // Called after each commit of this process, and for commits of other processes as soon as
  // poll() sees them; before the write is acknowledged. Set once, before the first use. Runs on
  // the writer's and on poll's thread and holds both up: it must be quick and write nothing here.
  virtual void on_effects(std::function<void(const Effects&)> listener) = 0;
  // Looks whether another process wrote and if so tells the listener `everything` and confirms,
  // so that wait_confirmed of that process returns. The server calls it again and again, with
  // wait_for_others between.
  virtual void poll() = 0;
  // Returns as soon as another process says that it wrote, and after `limit` at the latest: it may
  // fail to say so. For the thread that polls.
  virtual void wait_for_others(base::Duration limit) = 0;
  // Waits until a running server has seen every commit of this process. True if none runs or it
  // confirmed; false if it did not within `limit`.
  [[nodiscard]] virtual bool wait_confirmed(base::Duration limit) = 0;
};

enum class Role { command, server };  // a second server on one store is refused

struct OpenOptions {
  std::string path;  // of the SQLite file
  Role role = Role::command;
  std::string data_key_id;  // remembered at first, compared ever after; empty: neither
  bool create = true;
};

// Opens or makes a SQLite store and migrates it forward (a copy beside it first: PATH.before-N).
// in_use also if it must be migrated while a server of an older version runs on it.
// An unknown COMMIT outcome ends the process after every waiting caller has been told.
[[nodiscard]] std::expected<std::unique_ptr<Store>, StoreError> open_sqlite(
    const OpenOptions& options, base::Log& log);

}  // namespace doorward::store
