#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/url.h"
#include "jit/member.h"
#include "session/session.h"

namespace doorward::session {

enum class HeaderFamily { authelia, oauth2proxy };
enum class UserKey { email, member };

// An application behind us: [apps.ID] of the configuration.
struct App {
  base::AppId id;
  base::Url url;                  // only its origin counts, exactly
  std::vector<std::string> orgs;  // slugs, or the one entry "*"
  HeaderFamily headers = HeaderFamily::authelia;
  UserKey user = UserKey::email;
  [[nodiscard]] bool lets_in(std::string_view org_slug) const;
};

// What an application may read of a signed-in member.
struct Person {
  base::MemberId member;
  std::string org;    // slug
  std::string email;  // trusted, else empty
  std::string name;
  std::string role;                // effective
  std::vector<std::string> roles;  // lowest first
  bool read_only = true;           // role is the lowest of the ladder
  jit::ManagedBy managed_by = jit::ManagedBy::jit;
  base::ConnectionId connection;
  base::Instant authenticated_at;
  base::Instant expires_at;
};

// None unless the session is alive and its member is the given one and ACTIVE at `now`.
[[nodiscard]] std::optional<Person> make_person(const SessionRecord& session,
                                                const jit::Member& member,
                                                std::string_view org_slug,
                                                const jit::Ladder& ladder, base::Instant now);

// The document of GET /session (docs/interface.md).
[[nodiscard]] base::Json session_json(const Person& person);

using Headers = std::vector<std::pair<std::string, std::string>>;

// Every header of the application's family, then X-Doorward-*: always the same names, empty when
// there is no value, so that a forged one never survives a proxy. Values are joined by commas; a
// comma, "%", control or non-ASCII byte within a value is percent-encoded.
// The user is the trusted e-mail address (a domain has one owner in the installation) or the
// member id (a ULID): both are unique across organisations, so an application for all of them
// ("*") may key by it. Role names are not: there the family's groups carry their organisation,
// "acme:viewer", while X-Doorward-Role and -Roles stand beside X-Doorward-Org without it.
[[nodiscard]] Headers identity_headers(const Person& person, const App& app,
                                       std::string_view request_id);
// The same names, all empty.
[[nodiscard]] Headers empty_identity_headers(HeaderFamily family);

// ?org= &role= &groups= of a check: they only narrow. Empty strings: not asked.
struct Narrowing {
  std::string org;
  std::string role;    // at least this role; an unknown one refuses
  std::string groups;  // at least one of these, comma-separated, as the family's groups name them
};

enum class Refusal {
  unknown_host,     // no application has this origin
  org_not_allowed,  // the member's organisation is not among the application's
  role_too_low,
  group_missing,
  no_trusted_email,  // the application is keyed by e-mail and the member has no trusted one
};
[[nodiscard]] std::string_view name_of(Refusal refusal);  // "ORG_NOT_ALLOWED"

struct Allow {
  Headers headers;
};
struct SignIn {};  // no live session
struct Forbid {
  Refusal refusal;
};
using Access = std::variant<Forbid, SignIn, Allow>;

// Decides one forward-auth check. Pure. app: none if no application has the original URL's
// origin. person: of a live session of that very application, none otherwise.
[[nodiscard]] Access decide_access(const App* app, const Person* person, const Narrowing& narrowing,
                                   const jit::Ladder& ladder, std::string_view request_id);

}  // namespace doorward::session
