#include "session/access.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/encoding.h"
#include "base/text.h"
#include "tests/support/world.h"

namespace doorward::session {
namespace {

const base::Instant kNow = tests::at("2024-05-01T12:00:00Z");

jit::Ladder ladder() {
  return *jit::Ladder::make({"viewer", "editor", "admin", "owner"});
}

App demo() {
  App app;
  app.id = base::AppId("demo");
  app.url = *base::parse_url("https://app.example.com");
  app.orgs = {"acme", "globex"};
  return app;
}

jit::Member ada() {
  jit::Member member;
  member.id = base::MemberId("01MEMBER");
  member.org = base::OrgId("01ORG");
  member.status = jit::MemberStatus::active;
  member.email = sp::Email{"ada@acme.com", sp::EmailTrust::trusted};
  member.display_name = "Ada Lovelace";
  member.grants = {{jit::GrantSource::default_, "viewer", "", "", kNow, std::nullopt}};
  return member;
}

SessionRecord session_of(const jit::Member& member) {
  SessionRecord session;
  session.member = member.id;
  session.org = member.org;
  session.connection = base::ConnectionId("acme-okta");
  session.authenticated_at = kNow - std::chrono::minutes(5);
  session.last_seen_at = kNow;
  session.expires_at = kNow + std::chrono::hours(1);
  session.idle = std::chrono::hours(1);
  return session;
}

std::optional<Person> person_of(const jit::Member& member) {
  return make_person(session_of(member), member, "acme", ladder(), kNow);
}

Person reader() {
  return *person_of(ada());
}

std::map<std::string, std::string> by_name(const Headers& headers) {
  return {headers.begin(), headers.end()};
}

std::vector<std::string> names(const Headers& headers) {
  std::vector<std::string> out;
  for (const auto& [name, value] : headers) out.push_back(name);
  return out;
}

Access access(const App& app, const Person& person, const Narrowing& narrowing = {}) {
  return decide_access(&app, &person, narrowing, ladder(), "req-1");
}

Narrowing asked_org(std::string org) {
  return {std::move(org), "", ""};
}
Narrowing asked_role(std::string role) {
  return {"", std::move(role), ""};
}
Narrowing asked_groups(std::string groups) {
  return {"", "", std::move(groups)};
}

std::optional<Refusal> refusal(const Access& access) {
  const Forbid* forbid = std::get_if<Forbid>(&access);
  return forbid == nullptr ? std::nullopt : std::optional(forbid->refusal);
}

const std::vector<std::string> kAuthelia{
    "Remote-User",           "Remote-Groups",           "Remote-Name",     "Remote-Email",
    "X-Doorward-Org",        "X-Doorward-Member",       "X-Doorward-Role", "X-Doorward-Roles",
    "X-Doorward-Request-Id", "X-Doorward-Jwt-Assertion"};
const std::vector<std::string> kOauth2Proxy{
    "X-Auth-Request-User",     "X-Auth-Request-Groups", "X-Auth-Request-Preferred-Username",
    "X-Auth-Request-Email",    "X-Doorward-Org",        "X-Doorward-Member",
    "X-Doorward-Role",         "X-Doorward-Roles",      "X-Doorward-Request-Id",
    "X-Doorward-Jwt-Assertion"};

TEST(Person, IsWhatTheMemberMayDoNow) {
  Person person = reader();
  EXPECT_EQ(person.member.str(), "01MEMBER");
  EXPECT_EQ(person.org, "acme");
  EXPECT_EQ(person.email, "ada@acme.com");
  EXPECT_EQ(person.name, "Ada Lovelace");
  EXPECT_EQ(person.role, "viewer");
  EXPECT_EQ(person.roles, std::vector<std::string>{"viewer"});
  EXPECT_TRUE(person.read_only);
  EXPECT_EQ(person.connection.str(), "acme-okta");
}

TEST(Person, LosesARoleAtTheInstantItsGrantEnds) {
  jit::Member member = ada();
  member.grants.push_back({jit::GrantSource::manual, "admin", "", "operator", kNow, kNow});
  EXPECT_EQ(person_of(member)->role, "viewer");
  member.grants.back().expires = kNow + base::Duration(1);
  EXPECT_EQ(person_of(member)->role, "admin");
  EXPECT_FALSE(person_of(member)->read_only);
  EXPECT_EQ(person_of(member)->roles, (std::vector<std::string>{"viewer", "admin"}));
}

TEST(Person, IsNobodyUnlessTheMemberIsActive) {
  for (auto status : {jit::MemberStatus::deprovisioned, jit::MemberStatus::suspended,
                      jit::MemberStatus::expired, jit::MemberStatus::pending}) {
    jit::Member member = ada();
    member.status = status;
    EXPECT_FALSE(person_of(member).has_value());
  }
  jit::Member member = ada();
  member.lease_until = kNow;
  EXPECT_FALSE(person_of(member).has_value());
  member.lease_until = kNow + base::Duration(1);
  EXPECT_TRUE(person_of(member).has_value());
}

TEST(Person, IsNobodyOutsideALiveSessionOfTheirOwn) {
  jit::Member member = ada();
  SessionRecord session = session_of(member);
  EXPECT_FALSE(make_person(session, member, "acme", ladder(), session.expires_at).has_value());
  session.idle = base::Duration(0);
  EXPECT_FALSE(make_person(session, member, "acme", ladder(), kNow).has_value());
  session = session_of(member);
  session.member = base::MemberId("01OTHER");
  EXPECT_FALSE(make_person(session, member, "acme", ladder(), kNow).has_value());
  session = session_of(member);
  session.org = base::OrgId("01OTHER");
  EXPECT_FALSE(make_person(session, member, "acme", ladder(), kNow).has_value());
}

TEST(Person, HasNoClaimedEmail) {
  jit::Member member = ada();
  member.email->trust = sp::EmailTrust::claimed;
  EXPECT_EQ(person_of(member)->email, "");
  member.email.reset();
  EXPECT_EQ(person_of(member)->email, "");
}

TEST(Person, IsNamedByFirstAndLastNameWithoutADisplayName) {
  jit::Member member = ada();
  member.display_name.clear();
  EXPECT_EQ(person_of(member)->name, "");
  member.last_name = "Lovelace";
  EXPECT_EQ(person_of(member)->name, "Lovelace");
  member.first_name = "Ada";
  EXPECT_EQ(person_of(member)->name, "Ada Lovelace");
}

TEST(SessionJson, IsTheDocumentOfTheInterface) {
  auto expected = base::parse_json(
      R"({"member":{"id":"01MEMBER","org":"acme","email":"ada@acme.com","name":"Ada Lovelace",
          "role":"viewer","roles":["viewer"],"read_only":true,"managed_by":"jit"},
          "connection":"acme-okta","authenticated_at":"2024-05-01T11:55:00Z",
          "expires_at":"2024-05-01T13:00:00Z"})");
  ASSERT_TRUE(expected.has_value());
  EXPECT_EQ(session_json(reader()), *expected);
}

TEST(IdentityHeaders, AreAllThereForBothFamilies) {
  App app = demo();
  EXPECT_EQ(names(identity_headers(reader(), app, "r")), kAuthelia);
  EXPECT_EQ(names(identity_headers(Person{}, app, "")), kAuthelia);
  app.headers = HeaderFamily::oauth2proxy;
  EXPECT_EQ(names(identity_headers(reader(), app, "r")), kOauth2Proxy);
  EXPECT_EQ(names(identity_headers(Person{}, app, "")), kOauth2Proxy);
}

TEST(IdentityHeaders, AreTheSameNamesWhenEmpty) {
  EXPECT_EQ(names(empty_identity_headers(HeaderFamily::authelia)), kAuthelia);
  EXPECT_EQ(names(empty_identity_headers(HeaderFamily::oauth2proxy)), kOauth2Proxy);
  for (auto family : {HeaderFamily::authelia, HeaderFamily::oauth2proxy}) {
    for (const auto& [name, value] : empty_identity_headers(family)) EXPECT_EQ(value, "") << name;
  }
}

TEST(IdentityHeaders, SayWhoItIs) {
  auto headers = by_name(identity_headers(reader(), demo(), "req-1"));
  EXPECT_EQ(headers["Remote-User"], "ada@acme.com");
  EXPECT_EQ(headers["Remote-Email"], "ada@acme.com");
  EXPECT_EQ(headers["Remote-Name"], "Ada Lovelace");
  EXPECT_EQ(headers["Remote-Groups"], "viewer");
  EXPECT_EQ(headers["X-Doorward-Org"], "acme");
  EXPECT_EQ(headers["X-Doorward-Member"], "01MEMBER");
  EXPECT_EQ(headers["X-Doorward-Role"], "viewer");
  EXPECT_EQ(headers["X-Doorward-Roles"], "viewer");
  EXPECT_EQ(headers["X-Doorward-Request-Id"], "req-1");
  EXPECT_EQ(headers["X-Doorward-Jwt-Assertion"], "");
}

TEST(IdentityHeaders, SayWhoItIsToOauth2Proxy) {
  App app = demo();
  app.headers = HeaderFamily::oauth2proxy;
  auto headers = by_name(identity_headers(reader(), app, "req-1"));
  EXPECT_EQ(headers["X-Auth-Request-User"], "ada@acme.com");
  EXPECT_EQ(headers["X-Auth-Request-Email"], "ada@acme.com");
  EXPECT_EQ(headers["X-Auth-Request-Preferred-Username"], "ada@acme.com");
  EXPECT_EQ(headers["X-Auth-Request-Groups"], "viewer");
}

TEST(IdentityHeaders, KeyByMemberIdWhereTheApplicationAsksForIt) {
  App app = demo();
  app.user = UserKey::member;
  Person person = reader();
  person.email.clear();
  auto headers = by_name(identity_headers(person, app, ""));
  EXPECT_EQ(headers["Remote-User"], "01MEMBER");
  EXPECT_EQ(headers["Remote-Email"], "");
}

TEST(IdentityHeaders, NeverHoldAnythingThatAProxyCouldReadOtherwise) {
  Person person = reader();
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  person.name = every_byte;
  person.email = "a,b%\r\nRemote-User: root@\xc3\xa4";
  person.org = "a\nb";
  person.role = std::string("r\0s", 3);
  person.roles = {"one,two", "three\r\n", "vi\xc3\xa8we%r"};
  person.member = base::MemberId("id\x7f");
  for (auto family : {HeaderFamily::authelia, HeaderFamily::oauth2proxy}) {
    App app = demo();
    app.headers = family;
    for (const auto& [name, value] : identity_headers(person, app, "req\r\nX: y")) {
      EXPECT_TRUE(std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; })) << name;
    }
  }
  auto headers = by_name(identity_headers(person, demo(), ""));
  EXPECT_EQ(headers["Remote-Groups"], "one%2Ctwo,three%0D%0A,vi%C3%A8we%25r");
  EXPECT_EQ(headers["Remote-User"], "a%2Cb%25%0D%0ARemote-User: root@%C3%A4");
  EXPECT_EQ(base::percent_decode(headers["Remote-Name"]), every_byte);
}

TEST(IdentityHeaders, CarryTheOrganisationInGroupsForAnApplicationOfAll) {
  App app = demo();
  app.orgs = {"*"};
  Person person = reader();
  person.roles = {"viewer", "admin"};
  person.role = "admin";
  auto headers = by_name(identity_headers(person, app, ""));
  EXPECT_EQ(headers["Remote-User"], "ada@acme.com");
  EXPECT_EQ(headers["Remote-Groups"], "acme:viewer,acme:admin");
  EXPECT_EQ(headers["X-Doorward-Role"], "admin");
  EXPECT_EQ(headers["X-Doorward-Roles"], "viewer,admin");
}

TEST(App, LetsInTheOrganisationsThatItNames) {
  App app = demo();
  EXPECT_TRUE(app.lets_in("acme"));
  EXPECT_FALSE(app.lets_in("acm"));
  EXPECT_FALSE(app.lets_in("*"));
  EXPECT_FALSE(app.lets_in(""));
  app.orgs = {"*"};
  EXPECT_TRUE(app.lets_in("anybody"));
  EXPECT_FALSE(app.lets_in(""));
  app.orgs.clear();
  EXPECT_FALSE(app.lets_in("acme"));
}

TEST(Access, IsRefusedToAHostWithoutApplication) {
  Person person = reader();
  EXPECT_EQ(refusal(decide_access(nullptr, &person, {}, ladder(), "")), Refusal::unknown_host);
  EXPECT_EQ(refusal(decide_access(nullptr, nullptr, {}, ladder(), "")), Refusal::unknown_host);
}

TEST(Access, AsksForASignInWithoutALiveSession) {
  App app = demo();
  EXPECT_TRUE(std::holds_alternative<SignIn>(decide_access(&app, nullptr, {}, ladder(), "req-1")));
}

TEST(Access, IsGivenWithAllHeaders) {
  Access given = access(demo(), reader());
  ASSERT_TRUE(std::holds_alternative<Allow>(given));
  EXPECT_EQ(std::get<Allow>(given).headers, identity_headers(reader(), demo(), "req-1"));
}

TEST(Access, IsRefusedToAnotherOrganisation) {
  App app = demo();
  app.orgs = {"globex"};
  EXPECT_EQ(refusal(access(app, reader())), Refusal::org_not_allowed);
}

TEST(Access, IsNarrowedToAnOrganisation) {
  EXPECT_EQ(refusal(access(demo(), reader(), asked_org("acme"))), std::nullopt);
  EXPECT_EQ(refusal(access(demo(), reader(), asked_org("globex"))), Refusal::org_not_allowed);
}

TEST(Access, IsNeverWidenedByTheQuery) {
  App app = demo();
  app.orgs = {"globex"};
  EXPECT_EQ(refusal(access(app, reader(), {"acme", "viewer", "viewer"})), Refusal::org_not_allowed);
}

TEST(Access, NeedsAtLeastTheRoleThatIsAsked) {
  Person person = reader();
  EXPECT_EQ(refusal(access(demo(), person, asked_role("viewer"))), std::nullopt);
  EXPECT_EQ(refusal(access(demo(), person, asked_role("editor"))), Refusal::role_too_low);
  person.role = "admin";
  EXPECT_EQ(refusal(access(demo(), person, asked_role("editor"))), std::nullopt);
  EXPECT_EQ(refusal(access(demo(), person, asked_role("owner"))), Refusal::role_too_low);
}

TEST(Access, IsRefusedForARoleThatNobodyKnows) {
  Person person = reader();
  person.role = "owner";
  EXPECT_EQ(refusal(access(demo(), person, asked_role("emperor"))), Refusal::role_too_low);
  person.role = "emperor";
  EXPECT_EQ(refusal(access(demo(), person, asked_role("viewer"))), Refusal::role_too_low);
}

TEST(Access, NeedsOneOfTheGroups) {
  Person person = reader();
  EXPECT_EQ(refusal(access(demo(), person, asked_groups("editor,viewer"))), std::nullopt);
  EXPECT_EQ(refusal(access(demo(), person, asked_groups("editor"))), Refusal::group_missing);
  EXPECT_EQ(refusal(access(demo(), person, asked_groups(","))), Refusal::group_missing);
  App all = demo();
  all.orgs = {"*"};
  EXPECT_EQ(refusal(access(all, person, asked_groups("viewer"))), Refusal::group_missing);
  EXPECT_EQ(refusal(access(all, person, asked_groups("acme:viewer"))), std::nullopt);
}

TEST(Access, NeedsATrustedEmailWhereTheApplicationIsKeyedByIt) {
  Person person = reader();
  person.email.clear();
  App app = demo();
  EXPECT_EQ(refusal(access(app, person)), Refusal::no_trusted_email);
  app.orgs = {"*"};
  EXPECT_EQ(refusal(access(app, person)), Refusal::no_trusted_email);
  app.user = UserKey::member;
  EXPECT_EQ(refusal(access(app, person)), std::nullopt);
}

TEST(Refusal, HasTheNameOfItsEnumerator) {
  EXPECT_EQ(name_of(Refusal::unknown_host), "UNKNOWN_HOST");
  EXPECT_EQ(name_of(Refusal::org_not_allowed), "ORG_NOT_ALLOWED");
  EXPECT_EQ(name_of(Refusal::role_too_low), "ROLE_TOO_LOW");
  EXPECT_EQ(name_of(Refusal::group_missing), "GROUP_MISSING");
  EXPECT_EQ(name_of(Refusal::no_trusted_email), "NO_TRUSTED_EMAIL");
}

}  // namespace
}  // namespace doorward::session
