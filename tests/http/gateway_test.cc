#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/json.h"
#include "tests/support/gateway_stack.h"

namespace doorward::tests {
namespace {

const std::string kSso = GatewayStack::kSso;
const std::string kApp = GatewayStack::kApp;
const std::string kWiki = GatewayStack::kWiki;

// The value of the hidden field `name` on a page.
std::string hidden(const http::Response& page, const std::string& name) {
  std::string mark = "name=\"" + name + "\" value=\"";
  auto start = page.body.find(mark);
  if (start == std::string::npos) return {};
  start += mark.size();
  return page.body.substr(start, page.body.find('"', start) - start);
}

class Gateway : public ::testing::Test {
 protected:
  GatewayStack stack;
  Browser ada{*stack.gateway};

  std::string last_action() {
    auto records = stack.records(stack.acme);
    return records.empty() ? "" : records.back().event.action + " " + records.back().event.rule;
  }
};

TEST_F(Gateway, MakesAReadOnlyMemberAtTheFirstLogin) {
  auto answer = sign_in(stack, ada, stack.acme_okta, kAda);
  ASSERT_EQ(answer.status, 303) << answer.body;
  auto members = stack.members(stack.acme);
  ASSERT_EQ(members.size(), 1U);
  ASSERT_EQ(members[0].grants.size(), 1U);
  EXPECT_EQ(members[0].grants[0].role, "viewer");
  EXPECT_EQ(members[0].grants[0].source, jit::GrantSource::default_);
  EXPECT_EQ(last_action(), "login.admitted L18");

  auto session = base::parse_json(ada.get(kSso + "/session").body).value();
  EXPECT_EQ(session["member"]["role"], "viewer");
  EXPECT_EQ(session["member"]["read_only"], true);
  EXPECT_EQ(session["member"]["email"], "ada@acme.example");
  EXPECT_EQ(session["member"]["name"], "Ada Lovelace");
  EXPECT_EQ(session["connection"], "acme-okta");
  EXPECT_TRUE(stack.members(stack.globex).empty());
}

TEST_F(Gateway, KnowsThePersonAtTheSecondLogin) {
  sign_in(stack, ada, stack.acme_okta, kAda);
  Browser elsewhere(*stack.gateway);
  EXPECT_EQ(sign_in(stack, elsewhere, stack.acme_okta, kAda).status, 303);
  EXPECT_EQ(stack.members(stack.acme).size(), 1U);
  EXPECT_EQ(last_action(), "login.admitted L2");
}

TEST_F(Gateway, TakesAResponseOnceAndOnlyInTheBrowserThatAsked) {
  auto to_idp = ada.get(kSso + "/login?org=acme");
  ASSERT_EQ(to_idp.status, 303);
  auto form = stack.respond(stack.acme_okta, request_id_of(header_of(to_idp, "Location")), kAda);
  Browser mallory(*stack.gateway);
  auto stolen =
      mallory.post(stack.acme_okta.acs_url, "https://idp.example", {{"SAMLResponse", form}});
  EXPECT_EQ(stolen.status, 400);
  EXPECT_NE(stolen.body.find("test-request"), std::string::npos) << "no trace id";
  EXPECT_TRUE(stack.members(stack.acme).empty());

  auto cookies = ada.cookies;
  EXPECT_EQ(
      ada.post(stack.acme_okta.acs_url, "https://idp.example", {{"SAMLResponse", form}}).status,
      303);
  ada.cookies = cookies;
  auto again = ada.post(stack.acme_okta.acs_url, "https://idp.example", {{"SAMLResponse", form}});
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(header_of(again, "Set-Cookie"), "");
  EXPECT_EQ(last_action(), "login.rejected REPLAYED_REQUEST");
}

TEST_F(Gateway, RefusesAPendingRequestThatIsTooOld) {
  auto to_idp = ada.get(kSso + "/login?org=acme");
  stack.clock.advance(std::chrono::minutes(16));
  auto form = stack.respond(stack.acme_okta, request_id_of(header_of(to_idp, "Location")), kAda);
  EXPECT_EQ(
      ada.post(stack.acme_okta.acs_url, "https://idp.example", {{"SAMLResponse", form}}).status,
      400);
  EXPECT_TRUE(stack.members(stack.acme).empty());
}

TEST_F(Gateway, RefusesAResponseOfAnotherConnection) {
  auto to_idp = ada.get(kSso + "/login?org=acme");
  auto form = stack.respond(stack.globex_entra, request_id_of(header_of(to_idp, "Location")), kBob);
  EXPECT_EQ(
      ada.post(stack.acme_okta.acs_url, "https://idp.example", {{"SAMLResponse", form}}).status,
      400);
  EXPECT_EQ(
      ada.post(stack.globex_entra.acs_url, "https://idp.example", {{"SAMLResponse", form}}).status,
      400);
  EXPECT_TRUE(stack.members(stack.acme).empty());
  EXPECT_TRUE(stack.members(stack.globex).empty());
}

TEST_F(Gateway, WritesNothingButTheRecordWhenARuleDenies) {
  demo::Person guest = kAda;
  guest.email = "eve@globex.example";  // verified, for somebody else
  auto answer = sign_in(stack, ada, stack.acme_okta, guest);
  EXPECT_EQ(answer.status, 403);
  EXPECT_TRUE(stack.members(stack.acme).empty());
  EXPECT_EQ(last_action(), "login.denied L1");
  EXPECT_EQ(ada.get(kSso + "/session").status, 401);
  EXPECT_NE(answer.body.find("connection=acme-okta"), std::string::npos);
}

TEST_F(Gateway, FindsTheOrganisationByVerifiedDomain) {
  auto known = ada.get(kSso + "/login?email=someone%40globex.example");
  EXPECT_TRUE(header_of(known, "Location").starts_with(stack.globex_entra.idp_sso_url));
  auto unknown = ada.get(kSso + "/login?email=someone%40nowhere.example");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_NE(unknown.body.find("name=\"email\""), std::string::npos);
  EXPECT_EQ(ada.get(kSso + "/login").status, 200);
}

TEST_F(Gateway, ReturnsOnlyToItselfAndToRegisteredApplications) {
  for (auto target : {"https://evil.example/", "//evil.example/", "/%5Cevil", "javascript:alert(1)",
                      "http://app.localhost.evil.example/", "http://app.localhost:8001/"}) {
    auto answer = ada.get(kSso + "/login?org=acme&return_to=" + base::percent_encode(target));
    EXPECT_EQ(answer.status, target[1] == '%' ? 303 : 400) << target;
  }
  EXPECT_EQ(ada.get(kSso + "/login?org=acme&return_to=%2Fa%3Fb").status, 303);
  EXPECT_EQ(ada.get(kSso + "/login?org=acme&org=globex").status, 400);
}

TEST_F(Gateway, LeadsToTheApplicationThatReturnToNames) {
  auto to_idp =
      ada.get(kSso + "/login?org=acme&return_to=" + base::percent_encode(kWiki + "/page?x=1"));
  auto form = stack.respond(stack.acme_okta, request_id_of(header_of(to_idp, "Location")), kAda);
  auto signed_in =
      ada.post(stack.acme_okta.acs_url, "https://idp.example", {{"SAMLResponse", form}});
  ASSERT_EQ(signed_in.status, 303);
  auto login = ada.get(kSso + header_of(signed_in, "Location"));
  EXPECT_EQ(header_of(login, "Location"), kWiki + "/_doorward/start?rd=%2Fpage%3Fx%3D1");
}

TEST_F(Gateway, KeepsEightPendingRequestsAndNoMore) {
  for (int i = 0; i < 12; ++i) {
    stack.clock.advance(std::chrono::seconds(1));
    ada.get(kSso + "/login?org=acme");
  }
  EXPECT_EQ(ada.cookies[kSso].size(), 8U);
}

TEST_F(Gateway, KeepsItsCookiesSmall) {
  std::string long_path = "/" + std::string(500, 'a');
  for (int i = 0; i < 12; ++i) {
    stack.clock.advance(std::chrono::seconds(1));
    ASSERT_EQ(ada.get(kSso + "/login?org=acme&return_to=" + long_path).status, 303);
  }
  std::size_t bytes = 0;
  for (const auto& [name, value] : ada.cookies[kSso]) bytes += name.size() + value.size();
  EXPECT_LT(bytes, 6200U);
  EXPECT_EQ(ada.get(kSso + "/login?org=acme&return_to=" + long_path + long_path).status, 400);
}

TEST_F(Gateway, FindsTheSessionAmongForeignCookies) {
  enter_app(stack, ada, kWiki + "/", stack.acme_okta, kAda);
  http::Request request;
  request.method = "GET";
  request.path = "/authz/auth-request";
  request.peer = "127.0.0.1";
  request.headers = {{"x-original-url", kWiki + "/"},
                     {"cookie", "__Host-dw_app=short; a; __Host-dw_app=; __Host-dw_app=" +
                                    ada.cookies[kWiki]["__Host-dw_app"]}};
  EXPECT_EQ(stack.gateway->answer(request).status, 200);
}

TEST_F(Gateway, AsksBeforeItReplacesAnotherMembersSessionAndEndsThat) {
  enter_app(stack, ada, kApp + "/", stack.acme_okta, kAda);
  auto page = sign_in(stack, ada, stack.globex_entra, kBob);
  ASSERT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("bob@globex.example"), std::string::npos);
  auto session = base::parse_json(ada.get(kSso + "/session").body).value();
  EXPECT_EQ(session["member"]["org"], "acme");
  std::string shown = hidden(page, "session");
  auto answer = [&](const std::string& origin, const std::string& field) {
    return ada.post(kSso + "/login/continue", origin, {{"choice", "yes"}, {"session", field}})
        .status;
  };
  EXPECT_EQ(answer("https://evil.example", shown), 400);
  EXPECT_EQ(answer(kSso, ""), 400);
  EXPECT_EQ(answer(kSso, shown), 303);
  session = base::parse_json(ada.get(kSso + "/session").body).value();
  EXPECT_EQ(session["member"]["org"], "globex");
  EXPECT_EQ(ada.check(kApp + "/").status, 401) << "the application still shows Ada";
}

TEST_F(Gateway, AnswersOnlyTheQuestionThatWasShown) {
  ada.fetch_site = "cross-site";
  auto first = sign_in(stack, ada, stack.acme_okta, kAda);
  auto second = sign_in(stack, ada, stack.globex_entra, kBob);
  ASSERT_EQ(second.status, 200);
  EXPECT_EQ(ada.post(kSso + "/login/continue", kSso,
                     {{"choice", "yes"}, {"session", hidden(first, "session")}})
                .status,
            400);
  EXPECT_EQ(ada.get(kSso + "/session").status, 401);
}

TEST_F(Gateway, AsksWhenAnotherSiteStartedTheLoginAndANoOpensNothing) {
  ada.fetch_site = "cross-site";
  auto page = sign_in(stack, ada, stack.acme_okta, kAda);
  EXPECT_EQ(page.status, 200);
  ada.fetch_site = "none";
  std::string shown = hidden(page, "session");
  EXPECT_EQ(ada.get(kSso + "/session").status, 401);
  EXPECT_EQ(ada.post(kSso + "/login/continue", kSso, {{"choice", "no"}, {"session", shown}}).status,
            200);
  EXPECT_EQ(
      ada.post(kSso + "/login/continue", kSso, {{"choice", "yes"}, {"session", shown}}).status,
      400);
  EXPECT_EQ(ada.get(kSso + "/session").status, 401);
}

TEST_F(Gateway, AsksAfterACrossSiteLinkEvenWithAnApplicationsState) {
  // Anybody can ask an application's start for a state of their own.
  Browser attacker(*stack.gateway);
  auto link = header_of(attacker.get(kWiki + "/_doorward/start"), "Location");
  ada.fetch_site = "cross-site";
  auto to_idp = ada.get(link);
  auto form = stack.respond(stack.acme_okta, request_id_of(header_of(to_idp, "Location")), kAda);
  EXPECT_EQ(
      ada.post(stack.acme_okta.acs_url, "https://idp.example", {{"SAMLResponse", form}}).status,
      200);
  ada.fetch_site = "none";
  EXPECT_EQ(ada.get(kSso + "/session").status, 401);
  EXPECT_EQ(ada.get(kSso + "/login?app=wiki&state=x&bind=" + std::string(43, 'b')).status, 400);
}

TEST_F(Gateway, OpensNothingThroughAKeyThatWasDistrustedMeanwhile) {
  auto to_idp = ada.get(kSso + "/login?org=acme");
  auto form = stack.respond(stack.acme_okta, request_id_of(header_of(to_idp, "Location")), kAda);
  // Another process distrusts the key, and this one has not looked yet.
  auto settings = stack.acme_okta;
  settings.idp_certificates.clear();
  stack.change_behind_the_gateway([&](store::Tx& tx) { (void)tx.put_connection(settings); });
  EXPECT_EQ(
      ada.post(stack.acme_okta.acs_url, "https://idp.example", {{"SAMLResponse", form}}).status,
      400);
  EXPECT_TRUE(stack.members(stack.acme).empty());
}

TEST_F(Gateway, StopsTrustingAnAddressWhoseDomainIsNoLongerBound) {
  enter_app(stack, ada, kWiki + "/", stack.acme_okta, kAda);
  ASSERT_EQ(ada.check(kWiki + "/").status, 200);
  ASSERT_TRUE(stack.store->write(stack.acme.id, [&](store::Tx& tx) {
    auto domain = tx.list_domains().front();
    domain.connections.clear();
    (void)tx.put_domain(domain);
    return store::Verdict::commit;
  }));
  auto answer = ada.check(kWiki + "/");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(header_of(answer, "X-Doorward-Reason"), "NO_TRUSTED_EMAIL");
}

TEST_F(Gateway, KeepsTheKnownAndLetsNobodyNewInWhileADomainIsStale) {
  enter_app(stack, ada, kWiki + "/", stack.acme_okta, kAda);
  ASSERT_EQ(ada.check(kWiki + "/").status, 200);
  const auto put = [&](jit::DomainState state) {
    ASSERT_TRUE(stack.store->write(stack.acme.id, [&](store::Tx& tx) {
      auto domain = tx.list_domains().front();
      domain.state = state;
      if (state == jit::DomainState::released) domain.connections.clear();
      (void)tx.put_domain(domain);
      return store::Verdict::commit;
    }));
  };
  put(jit::DomainState::stale);
  EXPECT_EQ(header_of(ada.check(kWiki + "/"), "Remote-User"), "ada@acme.example");
  // A known identity signs in, and the application still sees the address that it knows.
  Browser again(*stack.gateway);
  EXPECT_EQ(enter_app(stack, again, kWiki + "/", stack.acme_okta, kAda).status, 200);
  EXPECT_EQ(header_of(again.check(kWiki + "/"), "Remote-User"), "ada@acme.example");
  EXPECT_EQ(ada.get(kSso + "/login?email=x%40acme.example").status, 404) << "no discovery";
  Browser newcomer(*stack.gateway);
  demo::Person grace = kAda;
  grace.email = "grace@acme.example";
  grace.id = "00u-grace";
  auto answer = sign_in(stack, newcomer, stack.acme_okta, grace);
  EXPECT_EQ(answer.status, 403);
  EXPECT_NE(answer.body.find("prove its e-mail domain again"), std::string::npos) << answer.body;
  EXPECT_EQ(stack.members(stack.acme).size(), 1U);
  EXPECT_EQ(last_action(), "login.denied L1");

  put(jit::DomainState::released);
  EXPECT_EQ(header_of(ada.check(kWiki + "/"), "X-Doorward-Reason"), "NO_TRUSTED_EMAIL");
  put(jit::DomainState::waiting);
  EXPECT_EQ(ada.get(kSso + "/login?email=x%40acme.example").status, 404);
}

TEST_F(Gateway, RecordsOneRefusalOfEachRequest) {
  auto to_idp = ada.get(kSso + "/login?org=acme");
  std::string id = request_id_of(header_of(to_idp, "Location"));
  demo::Person other = kAda;
  auto before = stack.records(stack.acme).size();
  for (int i = 0; i < 3; ++i) {
    auto form = stack.respond(stack.globex_entra, id, other);
    EXPECT_EQ(
        ada.post(stack.acme_okta.acs_url, "https://idp.example", {{"SAMLResponse", form}}).status,
        400);
  }
  EXPECT_EQ(stack.records(stack.acme).size(), before + 1);
  auto good = stack.respond(stack.acme_okta, id, kAda);
  EXPECT_EQ(
      ada.post(stack.acme_okta.acs_url, "https://idp.example", {{"SAMLResponse", good}}).status,
      303)
      << "a refusal spends nothing";
}

TEST_F(Gateway, OpensAnApplicationForAReadOnlyMember) {
  auto answer = enter_app(stack, ada, kApp + "/docs?page=1", stack.acme_okta, kAda);
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(header_of(answer, "Remote-User"), "ada@acme.example");
  EXPECT_EQ(header_of(answer, "X-Doorward-Role"), "viewer");
  EXPECT_EQ(header_of(answer, "X-Doorward-Org"), "acme");
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(ada.check(kApp + "/docs", "role=viewer").status, 200);
  auto narrow = ada.check(kApp + "/docs", "role=editor");
  EXPECT_EQ(narrow.status, 403);
  EXPECT_EQ(header_of(narrow, "X-Doorward-Reason"), "ROLE_TOO_LOW");
  EXPECT_EQ(ada.check(kApp + "/docs", "role=nonsense").status, 403);
  EXPECT_EQ(ada.check(kApp + "/docs", "org=globex").status, 403);
  for (auto empty : {"org=", "role=", "groups="}) {
    EXPECT_EQ(ada.check(kApp + "/docs", empty).status, 403) << empty;
  }
  // The second application needs no second sign-in.
  EXPECT_EQ(enter_app(stack, ada, kWiki + "/", stack.acme_okta, kAda).status, 200);
}

TEST_F(Gateway, SendsOnlyNavigationsToTheSignIn) {
  auto answer = ada.check(kApp + "/a?b=c");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(header_of(answer, "Location"), kApp + "/_doorward/start?rd=%2Fa%3Fb%3Dc");
  EXPECT_EQ(header_of(ada.check(kApp + "/a", "", "POST"), "Location"), "");
  EXPECT_EQ(header_of(ada.check(kApp + "/a?q=" + std::string(2000, 'x')), "Location"),
            kApp + "/_doorward/start?rd=%2Fa");
}

TEST_F(Gateway, LetsOnlyTheApplicationsOrganisationsIn) {
  auto answer = enter_app(stack, ada, kWiki + "/", stack.globex_entra, kBob);
  EXPECT_NE(answer.status, 200);
  Browser bob(*stack.gateway);
  ASSERT_EQ(enter_app(stack, bob, kApp + "/", stack.globex_entra, kBob).status, 200);
  EXPECT_EQ(enter_app(stack, bob, kWiki + "/", stack.globex_entra, kBob).status, 403);
}

TEST_F(Gateway, BelievesTheOriginalUrlOnlyFromTrustedProxies) {
  enter_app(stack, ada, kWiki + "/", stack.acme_okta, kAda);
  ASSERT_EQ(ada.check(kWiki + "/").status, 200);
  ada.peer = "192.0.2.7";
  auto answer = ada.check(kWiki + "/");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(header_of(answer, "X-Doorward-Reason"), "UNKNOWN_HOST");
  ada.peer = "127.0.0.1";
  EXPECT_EQ(ada.check("http://other.localhost:8000/").status, 403);
  EXPECT_EQ(ada.check("https://wiki.localhost:8000/").status, 403);
}

TEST_F(Gateway, KeepsOneApplicationsCookieFromAnother) {
  enter_app(stack, ada, kWiki + "/", stack.acme_okta, kAda);
  Browser thief(*stack.gateway);
  thief.cookies[kApp] = ada.cookies[kWiki];
  EXPECT_EQ(thief.check(kApp + "/").status, 401);
  thief.cookies[kApp]["__Host-dw_app"] = ada.cookies[kSso]["__Host-dw_sso"];
  EXPECT_EQ(thief.check(kApp + "/").status, 401);
  thief.cookies[kSso]["__Host-dw_sso"] = ada.cookies[kWiki]["__Host-dw_app"];
  EXPECT_EQ(thief.get(kSso + "/session").status, 401);
}

TEST_F(Gateway, SpendsACodeOnceAndOnlyInItsBrowser) {
  sign_in(stack, ada, stack.acme_okta, kAda);
  auto start = ada.get(kWiki + "/_doorward/start?rd=%2Fpage");
  auto login = ada.get(header_of(start, "Location"));
  std::string callback = header_of(login, "Location");
  ASSERT_TRUE(callback.starts_with(kWiki + "/_doorward/callback?code="));
  Browser victim(*stack.gateway);
  victim.get(kWiki + "/_doorward/start?rd=%2F");
  EXPECT_EQ(victim.get(callback).status, 400);
  // The attempt has spent the code.
  EXPECT_EQ(ada.get(callback).status, 400);

  login = ada.get(header_of(ada.get(kWiki + "/_doorward/start?rd=%2Fpage"), "Location"));
  callback = header_of(login, "Location");
  auto opened = ada.get(callback);
  EXPECT_EQ(opened.status, 303);
  EXPECT_EQ(header_of(opened, "Location"), "/page");
  EXPECT_EQ(ada.get(callback).status, 400);
  EXPECT_EQ(ada.check(kWiki + "/page").status, 200);
}

TEST_F(Gateway, LetsACodeAgeForAMinute) {
  sign_in(stack, ada, stack.acme_okta, kAda);
  auto login = ada.get(header_of(ada.get(kWiki + "/_doorward/start"), "Location"));
  stack.clock.advance(std::chrono::seconds(61));
  EXPECT_EQ(ada.get(header_of(login, "Location")).status, 400);
}

TEST_F(Gateway, StartsOnlyForPathsOfRegisteredHosts) {
  for (auto rd : {"//evil.example", "https://evil.example", "\\evil", "/a\r\nb", ""}) {
    EXPECT_EQ(ada.get(kWiki + "/_doorward/start?rd=" + base::percent_encode(rd)).status, 400) << rd;
  }
  EXPECT_EQ(ada.get("http://nobody.localhost:8000/_doorward/start").status, 403);
}

TEST_F(Gateway, EndsEverySessionWithItsParent) {
  enter_app(stack, ada, kApp + "/", stack.acme_okta, kAda);
  sign_in(stack, ada, stack.acme_okta, kAda);
  enter_app(stack, ada, kApp + "/", stack.acme_okta, kAda);
  enter_app(stack, ada, kWiki + "/", stack.acme_okta, kAda);
  ASSERT_EQ(ada.check(kApp + "/").status, 200);
  ASSERT_EQ(ada.check(kWiki + "/").status, 200);
  EXPECT_EQ(ada.post(kSso + "/logout", "https://evil.example", {}).status, 400);
  EXPECT_EQ(ada.check(kApp + "/").status, 200);
  EXPECT_EQ(ada.post(kSso + "/logout", kSso, {}).status, 303);
  EXPECT_EQ(ada.check(kApp + "/").status, 401);
  EXPECT_EQ(ada.check(kWiki + "/").status, 401);
  EXPECT_EQ(ada.get(kSso + "/session").status, 401);
}

TEST_F(Gateway, SignsOutFromAnApplication) {
  enter_app(stack, ada, kWiki + "/", stack.acme_okta, kAda);
  EXPECT_EQ(ada.post(kWiki + "/_doorward/sign_out", kSso, {}).status, 400);
  ASSERT_EQ(ada.check(kWiki + "/").status, 200);
  EXPECT_EQ(ada.post(kWiki + "/_doorward/sign_out", kWiki, {}).status, 303);
  EXPECT_EQ(ada.get(kSso + "/session").status, 401);
}

TEST_F(Gateway, ShutsASuspendedMemberOutAtTheNextCheck) {
  enter_app(stack, ada, kWiki + "/", stack.acme_okta, kAda);
  ASSERT_EQ(ada.check(kWiki + "/").status, 200);
  auto member = stack.members(stack.acme).front();
  jit::MemberChange change;
  change.member = member.id;
  change.status = jit::MemberStatus::suspended;
  change.end_sessions = true;
  change.bump_epoch = true;
  change.at = stack.clock.now();
  ASSERT_TRUE(stack.store->write(stack.acme.id, [&](store::Tx& tx) {
    tx.apply(change);
    return store::Verdict::commit;
  }));
  EXPECT_EQ(ada.check(kWiki + "/").status, 401);
  EXPECT_EQ(sign_in(stack, ada, stack.acme_okta, kAda).status, 403);
  EXPECT_EQ(last_action(), "login.denied L3");
}

TEST_F(Gateway, ShowsARaisedRoleAtTheNextCheck) {
  enter_app(stack, ada, kWiki + "/", stack.acme_okta, kAda);
  ASSERT_EQ(header_of(ada.check(kWiki + "/"), "X-Doorward-Role"), "viewer");
  jit::MemberChange change;
  change.member = stack.members(stack.acme).front().id;
  change.add_grants = {{.source = jit::GrantSource::manual,
                        .role = "editor",
                        .source_id = {},
                        .by = "operator",
                        .at = stack.clock.now(),
                        .expires = stack.clock.now() + std::chrono::hours(1)}};
  change.at = stack.clock.now();
  ASSERT_TRUE(stack.store->write(stack.acme.id, [&](store::Tx& tx) {
    tx.apply(change);
    return store::Verdict::commit;
  }));
  EXPECT_EQ(header_of(ada.check(kWiki + "/"), "X-Doorward-Role"), "editor");
  stack.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(header_of(ada.check(kWiki + "/"), "X-Doorward-Role"), "viewer");
}

TEST_F(Gateway, LetsSessionsIdleAndEnd) {
  enter_app(stack, ada, kWiki + "/", stack.acme_okta, kAda);
  for (int hour = 0; hour < 23; ++hour) {
    stack.clock.advance(std::chrono::hours(1));
    ASSERT_EQ(ada.check(kWiki + "/").status, 200) << hour;
    if (hour % 5 == 0) stack.gateway->tidy();
  }
  stack.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(ada.check(kWiki + "/").status, 401) << "24 hours are the most";

  Browser idle(*stack.gateway);
  enter_app(stack, idle, kWiki + "/", stack.acme_okta, kAda);
  stack.clock.advance(std::chrono::hours(8));
  EXPECT_EQ(idle.check(kWiki + "/").status, 401);
}

TEST_F(Gateway, AnswersEveryPageWithTheSecurityHeaders) {
  for (auto path : {"/", "/login", "/logout", "/session", "/nothing", "/saml/acme-okta/metadata"}) {
    auto answer = ada.get(kSso + path);
    EXPECT_NE(header_of(answer, "Content-Security-Policy").find("default-src 'none'"),
              std::string::npos)
        << path;
    EXPECT_EQ(header_of(answer, "Cache-Control"), "no-store") << path;
    EXPECT_EQ(header_of(answer, "X-Content-Type-Options"), "nosniff") << path;
  }
}

TEST_F(Gateway, ServesItsMetadata) {
  auto answer = ada.get(kSso + "/saml/acme-okta/metadata");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(header_of(answer, "Content-Type"), "application/samlmetadata+xml");
  EXPECT_NE(answer.body.find(stack.acme_okta.acs_url), std::string::npos);
  EXPECT_EQ(ada.get(kSso + "/saml/nobody/metadata").status, 404);
}

TEST_F(Gateway, DisablingAConnectionClosesIt) {
  enter_app(stack, ada, kWiki + "/", stack.acme_okta, kAda);
  auto settings = stack.acme_okta;
  settings.enabled = false;
  ASSERT_TRUE(stack.store->write(stack.acme.id, [&](store::Tx& tx) {
    (void)tx.put_connection(settings);
    tx.end_sessions_through(settings.id, "");
    return store::Verdict::commit;
  }));
  EXPECT_EQ(ada.check(kWiki + "/").status, 401);
  EXPECT_EQ(ada.get(kSso + "/login?connection=acme-okta").status, 403);
}

TEST_F(Gateway, SaysWhichMethodsAPathTakes) {
  const auto allowed = [this](const char* method, const std::string& path) {
    http::Request request;
    request.method = method;
    request.path = path;
    request.id = "test-request";
    const auto answer = stack.gateway->answer(request);
    EXPECT_EQ(answer.status, 405) << method << " " << path;
    return header_of(answer, "Allow");
  };
  for (const auto* path : {"/", "/session", "/authz/auth-request", "/saml/acme-okta/metadata"}) {
    EXPECT_EQ(allowed("PUT", path), "GET, HEAD") << path;
  }
  EXPECT_EQ(allowed("PUT", "/logout"), "GET, HEAD, POST");
  EXPECT_EQ(allowed("GET", "/login/continue"), "POST");
  EXPECT_EQ(allowed("HEAD", "/_doorward/sign_out"), "POST");
  // What a link scanner must not begin or spend.
  for (const auto* path :
       {"/login", "/_doorward/start", "/_doorward/callback", "/saml/acme-okta/login"}) {
    EXPECT_EQ(allowed("HEAD", path), "GET") << path;
    EXPECT_EQ(allowed("POST", path), "GET") << path;
  }
}

TEST_F(Gateway, SweepsUntilNothingIsLeft) {
  const auto keep_until = stack.clock.now() + std::chrono::seconds(1);
  ASSERT_TRUE(stack.store->write(stack.acme.id, [&](store::Tx& tx) {
    for (int n = 0; n < 10'500; ++n) {
      EXPECT_TRUE(tx.consume_once(stack.acme_okta.id, store::OnceKind::assertion,
                                  "_" + std::to_string(n), keep_until));
    }
    return store::Verdict::commit;
  }));
  stack.clock.advance(std::chrono::hours(1));
  stack.gateway->tidy();
  EXPECT_EQ(stack.store->sweep(stack.clock.now(), 500), 0U);
}

TEST_F(Gateway, RefusesRubbishAtTheAcs) {
  for (auto value : {"", "%%%", "PHg+", "eA=="}) {
    EXPECT_EQ(
        ada.post(stack.acme_okta.acs_url, "https://idp.example", {{"SAMLResponse", value}}).status,
        400);
  }
  EXPECT_EQ(ada.post(stack.acme_okta.acs_url, "https://idp.example", {}).status, 400);
  EXPECT_EQ(ada.get(stack.acme_okta.acs_url).status, 405);
  EXPECT_EQ(ada.post(kSso + "/saml/nobody/acs", "https://idp.example", {}).status, 405);
}

}  // namespace
}  // namespace doorward::tests
