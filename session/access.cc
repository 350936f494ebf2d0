#include "session/access.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"

namespace doorward::session {
namespace {

constexpr std::string_view kEveryOrganization = "*";

bool is_for_all(const App& app) {
  return std::ranges::find(app.orgs, kEveryOrganization) != app.orgs.end();
}

// A proxy may split, decode or cut what is not printable ASCII.
std::string encode_value(std::string_view value) {
  std::string out;
  for (char c : value) {
    bool plain = c >= ' ' && c <= '~' && c != ',' && c != '%';
    out += plain ? std::string(1, c) : base::percent_encode(std::string_view(&c, 1));
  }
  return out;
}

std::string encode_list(const std::vector<std::string>& values) {
  std::vector<std::string> encoded;
  for (const std::string& value : values) encoded.push_back(encode_value(value));
  return base::join(encoded, ",");
}

std::vector<std::string> groups_for(const Person& person, const App& app) {
  std::vector<std::string> groups = person.roles;
  if (is_for_all(app)) {
    for (std::string& group : groups) group = person.org + ":" + group;
  }
  return groups;
}

std::string user_for(const Person& person, const App& app) {
  switch (app.user) {
    case UserKey::email:
      return person.email;
    case UserKey::member:
      return person.member.str();
  }
  return {};
}

// The one list of names and their order; every answer is made of it.
struct Values {
  std::string user;
  std::string groups;
  std::string name;
  std::string email;
  std::string org;
  std::string member;
  std::string role;
  std::string roles;
  std::string request_id;
};

Headers with_names(HeaderFamily family, Values v) {
  Headers headers;
  switch (family) {
    case HeaderFamily::authelia:
      headers = {{"Remote-User", v.user},
                 {"Remote-Groups", v.groups},
                 {"Remote-Name", v.name},
                 {"Remote-Email", v.email}};
      break;
    case HeaderFamily::oauth2proxy:
      headers = {{"X-Auth-Request-User", v.user},
                 {"X-Auth-Request-Groups", v.groups},
                 {"X-Auth-Request-Preferred-Username", v.email},
                 {"X-Auth-Request-Email", v.email}};
      break;
  }
  headers.insert(headers.end(), {{"X-Doorward-Org", v.org},
                                 {"X-Doorward-Member", v.member},
                                 {"X-Doorward-Role", v.role},
                                 {"X-Doorward-Roles", v.roles},
                                 {"X-Doorward-Request-Id", v.request_id},
                                 {"X-Doorward-Jwt-Assertion", ""}});
  return headers;
}

// Nothing that the query asks for refuses; a role that nobody knows is above everybody's.
std::optional<Refusal> narrowed_out(const App& app, const Person& person,
                                    const Narrowing& narrowing, const jit::Ladder& ladder) {
  if (!narrowing.org.empty() && narrowing.org != person.org) return Refusal::org_not_allowed;
  if (!narrowing.role.empty()) {
    auto asked = ladder.rank(narrowing.role);
    auto held = ladder.rank(person.role);
    if (!asked || !held || *held < *asked) return Refusal::role_too_low;
  }
  if (!narrowing.groups.empty()) {
    std::vector<std::string> held = groups_for(person, app);
    std::vector<std::string> asked = base::split(narrowing.groups, ',');
    if (std::ranges::find_first_of(held, asked) == held.end()) return Refusal::group_missing;
  }
  return std::nullopt;
}

std::string name_of_member(const jit::Member& member) {
  if (!member.display_name.empty()) return member.display_name;
  std::string both = member.first_name + " " + member.last_name;
  return std::string(base::trim(both));
}

}  // namespace

bool App::lets_in(std::string_view org_slug) const {
  return !org_slug.empty() &&
         (is_for_all(*this) || std::ranges::find(orgs, org_slug) != orgs.end());
}

std::optional<Person> make_person(const SessionRecord& session, const jit::Member& member,
                                  std::string_view org_slug, const jit::Ladder& ladder,
                                  base::Instant now) {
  if (!session.alive_at(now) || session.member != member.id || session.org != member.org) {
    return std::nullopt;
  }
  if (member.status_at(now) != jit::MemberStatus::active) return std::nullopt;
  Person person;
  person.member = member.id;
  person.org = org_slug;
  if (member.email && member.email->trust == sp::EmailTrust::trusted) {
    person.email = member.email->address;
  }
  person.name = name_of_member(member);
  person.role = jit::effective_role(member, ladder, now);
  person.roles = jit::effective_roles(member, ladder, now);
  person.read_only = person.role == ladder.lowest();
  person.managed_by = member.managed_by;
  person.connection = session.connection;
  person.authenticated_at = session.authenticated_at;
  person.expires_at = session.expires_at;
  return person;
}

base::Json session_json(const Person& person) {
  return {{"member",
           {{"id", person.member.str()},
            {"org", person.org},
            {"email", person.email},
            {"name", person.name},
            {"role", person.role},
            {"roles", person.roles},
            {"read_only", person.read_only},
            {"managed_by", jit::name_of(person.managed_by)}}},
          {"connection", person.connection.str()},
          {"authenticated_at", base::format_instant(person.authenticated_at)},
          {"expires_at", base::format_instant(person.expires_at)}};
}

Headers identity_headers(const Person& person, const App& app, std::string_view request_id) {
  return with_names(app.headers, {.user = encode_value(user_for(person, app)),
                                  .groups = encode_list(groups_for(person, app)),
                                  .name = encode_value(person.name),
                                  .email = encode_value(person.email),
                                  .org = encode_value(person.org),
                                  .member = encode_value(person.member.str()),
                                  .role = encode_value(person.role),
                                  .roles = encode_list(person.roles),
                                  .request_id = encode_value(request_id)});
}

Headers empty_identity_headers(HeaderFamily family) {
  return with_names(family, {});
}

std::string_view name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::unknown_host:
      return "UNKNOWN_HOST";
    case Refusal::org_not_allowed:
      return "ORG_NOT_ALLOWED";
    case Refusal::role_too_low:
      return "ROLE_TOO_LOW";
    case Refusal::group_missing:
      return "GROUP_MISSING";
    case Refusal::no_trusted_email:
      return "NO_TRUSTED_EMAIL";
  }
  return "";
}

Access decide_access(const App* app, const Person* person, const Narrowing& narrowing,
                     const jit::Ladder& ladder, std::string_view request_id) {
  if (app == nullptr) return Forbid{Refusal::unknown_host};
  if (person == nullptr) return SignIn{};
  if (!app->lets_in(person->org)) return Forbid{Refusal::org_not_allowed};
  if (auto refusal = narrowed_out(*app, *person, narrowing, ladder)) return Forbid{*refusal};
  if (app->user == UserKey::email && person->email.empty()) {
    return Forbid{Refusal::no_trusted_email};
  }
  return Allow{identity_headers(*person, *app, request_id)};
}

}  // namespace doorward::session
