// What happens after a rule said "not like this": invitations, requests, and "is this you too?".
#include <gtest/gtest.h>

#include "base/deflate.h"
#include "base/encoding.h"
#include "base/json.h"
#include "jit/access_request.h"
#include "jit/invitation.h"
#include "session/session.h"
#include "tests/support/gateway_stack.h"

namespace doorward::tests {
namespace {

const std::string kSso = GatewayStack::kSso;

const jit::Ladder kLadder = jit::Ladder::make({"viewer", "editor", "admin", "owner"}).value();

const demo::Person kEve{"eve@acme.example", "Eve", "Moore", "00u-eve", {}};

// The value of the hidden field `name` in the form of a page that has `choice`.
std::string hidden(const http::Response& page, const std::string& name) {
  std::string mark = "name=\"" + name + "\" value=\"";
  auto start = page.body.find(mark);
  if (start == std::string::npos) return {};
  start += mark.size();
  return page.body.substr(start, page.body.find('"', start) - start);
}

// The AuthnRequest in an HTTP-Redirect URL.
std::string request_in(const std::string& location) {
  auto url = base::parse_url(location);
  if (!url) return {};
  auto bytes = base::base64_decode(http::Fields::parse(url->query()).get("SAMLRequest"));
  return base::inflate_raw(bytes.value_or(""), 100'000).value_or("");
}

class Conversations : public ::testing::Test {
 protected:
  GatewayStack stack;
  Browser ada{*stack.gateway};

  std::vector<std::string> records() {
    std::vector<std::string> found;
    for (const auto& record : stack.records(stack.acme)) {
      found.push_back(record.event.action + " " + record.event.rule);
    }
    return found;
  }
  std::string role_of(Browser& browser) {
    auto session = base::parse_json(browser.get(kSso + "/session").body).value();
    return session.contains("member") ? session["member"]["role"].get<std::string>() : "nobody";
  }
  http::Response answer_idp(Browser& browser, const sp::ConnectionSettings& connection,
                            const http::Response& to_idp, const demo::Person& person,
                            const std::function<void(demo::ResponseSpec&)>& edit = {}) {
    auto id = request_id_of(header_of(to_idp, "Location"));
    return browser.post(connection.acs_url, "https://idp.example",
                        {{"SAMLResponse", stack.respond(connection, id, person, edit)}});
  }

  // Invitations.
  static constexpr const char* kToken = "dw_invite_of-a-test";
  void invite(const std::string& email, const std::string& role) {
    stack.change([&](store::Tx& tx) {
      auto invited = jit::decide_invitation(
          jit::Actor{}, stack.acme.id, {email, role},
          {.holders = tx.members_with_address(email), .invitation = std::nullopt},
          {.member = base::MemberId("01K0000000000000000000INVM"),
           .invitation = "01K0000000000000000000INV0",
           .token_hash = session::hash_of(kToken)},
          kLadder, stack.clock.now());
      ASSERT_TRUE(invited);
      tx.apply(invited->change);
      tx.put_invitation(invited->invitation);
    });
  }
  http::Response claim(Browser& browser, const std::string& token = kToken) {
    return browser.post(kSso + "/invite", kSso, {{"token", token}});
  }
  http::Response come(Browser& browser, const http::Response& claimed, const demo::Person& person) {
    auto to_idp = browser.get(kSso + header_of(claimed, "Location"));
    return answer_idp(browser, stack.acme_okta, to_idp, person);
  }

  // Requests.
  std::vector<jit::AccessRequest> requests() {
    std::vector<jit::AccessRequest> found;
    EXPECT_TRUE(
        stack.store->read(stack.acme.id, [&](store::Tx& tx) { found = tx.list_requests(); }));
    return found;
  }
  void decide(const jit::AccessRequest& request, jit::Answer said) {
    stack.change([&](store::Tx& tx) {
      jit::RequestFacts facts;
      if (!request.member.empty()) facts.member = tx.find_member(request.member);
      auto decided =
          jit::decide_request(jit::Actor{}, request, said, facts, kLadder, stack.clock.now());
      ASSERT_TRUE(decided);
      tx.put_request(*decided);
    });
  }
};

// Invitations.

TEST_F(Conversations, AnInvitationGivesItsRoleToWhoeverBringsTokenAndAddress) {
  invite("ada@acme.example", "editor");
  auto claimed = claim(ada);
  ASSERT_EQ(claimed.status, 303) << claimed.body;
  ASSERT_EQ(come(ada, claimed, kAda).status, 303);
  EXPECT_EQ(role_of(ada), "editor");
  EXPECT_EQ(records().back(), "login.admitted L6");
  ASSERT_EQ(stack.members(stack.acme).size(), 1U);
  EXPECT_EQ(stack.members(stack.acme)[0].id.str(), "01K0000000000000000000INVM");
  Browser again(*stack.gateway);
  EXPECT_EQ(claim(again).status, 404) << "a token works once";
  EXPECT_EQ(ada.cookies[kSso].count("__Host-dw_invite"), 0U);
}

TEST_F(Conversations, AnInvitationIsNothingToAnotherAddress) {
  invite("ada@acme.example", "owner");
  ASSERT_EQ(come(ada, claim(ada), kEve).status, 303);
  EXPECT_EQ(role_of(ada), "viewer");
  EXPECT_EQ(records().back(), "login.admitted L18");
  Browser rightful(*stack.gateway);
  ASSERT_EQ(come(rightful, claim(rightful), kAda).status, 303);
  EXPECT_EQ(role_of(rightful), "owner");
}

TEST_F(Conversations, WhoeverCameWithoutTheTokenMayBringItLater) {
  invite("ada@acme.example", "editor");
  ASSERT_EQ(sign_in(stack, ada, stack.acme_okta, kAda).status, 303);
  EXPECT_EQ(role_of(ada), "viewer");
  // A session is open, and a sign-in is asked for all the same.
  auto claimed = claim(ada);
  auto to_idp = ada.get(kSso + header_of(claimed, "Location"));
  EXPECT_TRUE(header_of(to_idp, "Location").starts_with(stack.acme_okta.idp_sso_url));
  ASSERT_EQ(answer_idp(ada, stack.acme_okta, to_idp, kAda).status, 303);
  EXPECT_EQ(role_of(ada), "editor");
}

TEST_F(Conversations, ATokenAloneSignsNobodyIn) {
  invite("ada@acme.example", "editor");
  EXPECT_EQ(claim(ada).status, 303);
  EXPECT_EQ(role_of(ada), "nobody");
  EXPECT_EQ(stack.members(stack.acme)[0].status, jit::MemberStatus::pending);
}

TEST_F(Conversations, ATokenComesOnlyByAFormOfOurOwn) {
  invite("ada@acme.example", "editor");
  EXPECT_EQ(ada.post(kSso + "/invite", "https://evil.example", {{"token", kToken}}).status, 400);
  EXPECT_EQ(claim(ada, "dw_invite_another").status, 404);
  EXPECT_EQ(claim(ada, "").status, 404);
  auto page = ada.get(kSso + "/invite");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("name=\"token\""), std::string::npos);
  stack.clock.advance(jit::kInvitationLife);
  EXPECT_EQ(claim(ada).status, 404) << "too old";
}

// Requests.

TEST_F(Conversations, ANewcomerWaitsForApprovalAndComesInAfterIt) {
  jit::Policy policy;
  policy.jit = jit::JitMode::approval;
  stack.set_policy(policy);
  auto denied = sign_in(stack, ada, stack.acme_okta, kAda);
  EXPECT_EQ(denied.status, 403);
  EXPECT_NE(denied.body.find(std::string(jit::text_of(jit::RequestKind::approval))),
            std::string::npos);
  EXPECT_EQ(sign_in(stack, ada, stack.acme_okta, kAda).status, 403);
  ASSERT_EQ(requests().size(), 1U) << "asking twice opens one request";
  EXPECT_EQ(requests()[0].subject.name_id, "ada@acme.example");
  EXPECT_TRUE(stack.members(stack.acme).empty());

  decide(requests()[0], jit::Answer::yes);
  EXPECT_EQ(sign_in(stack, ada, stack.acme_okta, kAda).status, 303);
  EXPECT_EQ(role_of(ada), "viewer");
  EXPECT_TRUE(requests().empty()) << "the yes is used up";
  Browser eve(*stack.gateway);
  EXPECT_EQ(sign_in(stack, eve, stack.acme_okta, kEve).status, 403) << "nobody else's yes";
}

TEST_F(Conversations, ANoIsSaidAndNotAskedAgain) {
  jit::Policy policy;
  policy.jit = jit::JitMode::approval;
  stack.set_policy(policy);
  EXPECT_EQ(sign_in(stack, ada, stack.acme_okta, kAda).status, 403);
  decide(requests().at(0), jit::Answer::no);
  auto denied = sign_in(stack, ada, stack.acme_okta, kAda);
  EXPECT_EQ(denied.status, 403);
  EXPECT_NE(denied.body.find("said no"), std::string::npos);
  EXPECT_EQ(requests().size(), 1U);
}

TEST_F(Conversations, WhoeverFindsNoSeatIsToldThatAnAdministratorKnows) {
  jit::Policy policy;
  policy.seat_limit = 1;
  stack.set_policy(policy);
  EXPECT_EQ(sign_in(stack, ada, stack.acme_okta, kAda).status, 303);
  Browser eve(*stack.gateway);
  auto denied = sign_in(stack, eve, stack.acme_okta, kEve);
  EXPECT_EQ(denied.status, 403);
  EXPECT_NE(denied.body.find(std::string(jit::text_of(jit::RequestKind::seat))), std::string::npos);
  EXPECT_EQ(records().back(), "login.denied L16");
  policy.seat_limit = 2;
  stack.set_policy(policy);
  EXPECT_EQ(sign_in(stack, eve, stack.acme_okta, kEve).status, 303);
}

TEST_F(Conversations, AnotherSubjectOfTheSameAddressIsLetInByAnAdministratorOnly) {
  EXPECT_EQ(sign_in(stack, ada, stack.acme_okta, kAda).status, 303);
  auto renamed = [](demo::ResponseSpec& spec) { spec.name_id = "ada.lovelace@acme.example"; };
  Browser later(*stack.gateway);
  auto come_renamed = [&] {
    return answer_idp(later, stack.acme_okta, later.get(kSso + "/login?org=acme"), kAda,
                      [&](demo::ResponseSpec& spec) {
                        renamed(spec);
                        std::erase_if(spec.attributes, [](const auto& attribute) {
                          return attribute.values == std::vector<std::string>{kAda.id};
                        });
                      });
  };
  EXPECT_EQ(come_renamed().status, 403);
  ASSERT_EQ(requests().size(), 1U);
  EXPECT_EQ(requests()[0].kind, jit::RequestKind::rebind);
  decide(requests()[0], jit::Answer::yes);
  EXPECT_EQ(come_renamed().status, 303);
  EXPECT_EQ(stack.members(stack.acme).size(), 1U);
  Browser old(*stack.gateway);
  EXPECT_EQ(sign_in(stack, old, stack.acme_okta, kAda).status, 403)
      << "the old NameID opens nothing any more";
}

// "Is this you too?"

class Confirmations : public Conversations {
 protected:
  Confirmations() {
    jit::Policy policy;
    policy.link = jit::LinkMode::confirm;
    stack.set_policy(policy);
    google = stack.connect_acme_to("google", "https://accounts.google.com/o/saml2?idpid=C0acme");
    EXPECT_EQ(sign_in(stack, earlier, stack.acme_okta, kAda).status, 303);
    stack.clock.advance(std::chrono::minutes(1));
  }
  sp::ConnectionSettings google;
  Browser earlier{*stack.gateway};

  http::Response ask() { return sign_in(stack, ada, google, kAda); }
  http::Response choose(const http::Response& page, const std::string& choice = "yes",
                        const std::string& origin = kSso) {
    return ada.post(kSso + "/login/confirm", origin,
                    {{"choice", choice}, {"confirmation", hidden(page, "confirmation")}});
  }
  bool google_is_linked() {
    Browser fresh(*stack.gateway);
    return sign_in(stack, fresh, google, kAda).status == 303;
  }
};

TEST_F(Confirmations, JoinBothSignInsAfterAFreshOneOfTheExistingIdentity) {
  auto page = ask();
  EXPECT_EQ(page.status, 403);
  EXPECT_NE(page.body.find("Google"), std::string::npos);
  EXPECT_NE(page.body.find("Okta"), std::string::npos);
  EXPECT_EQ(role_of(ada), "nobody");

  auto to_idp = choose(page);
  ASSERT_EQ(to_idp.status, 303) << to_idp.body;
  EXPECT_TRUE(header_of(to_idp, "Location").starts_with(stack.acme_okta.idp_sso_url));
  EXPECT_NE(request_in(header_of(to_idp, "Location")).find("ForceAuthn=\"true\""),
            std::string::npos);
  stack.clock.advance(std::chrono::minutes(1));
  auto joined = answer_idp(ada, stack.acme_okta, to_idp, kAda);
  EXPECT_EQ(joined.status, 200) << joined.body;
  EXPECT_NE(joined.body.find("Both sign-ins are yours"), std::string::npos);
  EXPECT_EQ(role_of(ada), "viewer");
  EXPECT_EQ(stack.members(stack.acme).size(), 1U);
  auto last = records();
  ASSERT_GE(last.size(), 2U);
  EXPECT_EQ(last[last.size() - 2], "login.admitted L2");
  EXPECT_EQ(last.back(), "identity.linked L11");
  EXPECT_EQ(ada.cookies[kSso].count("__Host-dw_confirm"), 0U);
  EXPECT_TRUE(google_is_linked());
}

TEST_F(Confirmations, AreNotGivenByALoginFromBeforeTheQuestion) {
  stack.clock.advance(std::chrono::minutes(5));
  auto to_idp = choose(ask());
  auto stale = answer_idp(ada, stack.acme_okta, to_idp, kAda, [&](demo::ResponseSpec& spec) {
    spec.authn_instant = stack.clock.now() - std::chrono::minutes(4);
  });
  EXPECT_EQ(stale.status, 403);
  EXPECT_EQ(role_of(ada), "nobody") << "what was to prove something serves for nothing else";
  EXPECT_FALSE(google_is_linked());
}

TEST_F(Confirmations, AreNotGivenBySomebodyElse) {
  EXPECT_EQ(answer_idp(ada, stack.acme_okta, choose(ask()), kEve).status, 403);
  EXPECT_EQ(role_of(ada), "nobody");
  EXPECT_FALSE(google_is_linked());
  EXPECT_EQ(stack.members(stack.acme).size(), 1U) << "nor does Eve become a member by it";
}

TEST_F(Confirmations, AreNotGivenInAnotherBrowser) {
  auto to_idp = choose(ask());
  ada.cookies[kSso].erase("__Host-dw_confirm");
  EXPECT_EQ(answer_idp(ada, stack.acme_okta, to_idp, kAda).status, 403);
  EXPECT_FALSE(google_is_linked());
}

TEST_F(Confirmations, EndAfterTenMinutes) {
  auto page = ask();
  auto to_idp = choose(page);
  stack.clock.advance(std::chrono::minutes(10));
  EXPECT_EQ(choose(page).status, 400);
  EXPECT_EQ(answer_idp(ada, stack.acme_okta, to_idp, kAda).status, 403);
  EXPECT_FALSE(google_is_linked());
}

TEST_F(Confirmations, EndWithANoAndComeOnlyFromOurOwnPage) {
  auto page = ask();
  EXPECT_EQ(choose(page, "yes", "https://evil.example").status, 400);
  EXPECT_EQ(choose(page, "no").status, 200);
  EXPECT_EQ(choose(page).status, 400) << "the question is gone";
  EXPECT_FALSE(google_is_linked());
}

TEST_F(Confirmations, AreNotAskedWhereThePolicyDoesNotSaySo) {
  stack.set_policy({});
  auto denied = ask();
  EXPECT_EQ(denied.status, 403);
  EXPECT_EQ(hidden(denied, "confirmation"), "");
  EXPECT_EQ(ada.cookies[kSso].count("__Host-dw_confirm"), 0U);
}

TEST_F(Confirmations, EndWhenThePolicyChangesMeanwhile) {
  auto to_idp = choose(ask());
  stack.set_policy({});
  EXPECT_EQ(answer_idp(ada, stack.acme_okta, to_idp, kAda).status, 403);
  EXPECT_FALSE(google_is_linked());
}

}  // namespace
}  // namespace doorward::tests
