#include <gtest/gtest.h>

#include <set>

#include "tests/support/gateway_stack.h"

// The wall clock is set, ahead and back: what was ended stays ended, what was used stays used.
namespace doorward::tests {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class ClockStep : public ::testing::Test {
 protected:
  static int session_status(Browser& browser) {
    return browser.get(std::string(GatewayStack::kSso) + "/session").status;
  }
  // The AuthnRequest that a browser is sent away with.
  std::string begin(Browser& browser) {
    return request_id_of(header_of(
        browser.get(std::string(GatewayStack::kSso) + "/login?connection=acme-okta"), "Location"));
  }
  int finish(Browser& browser, const std::string& response) {
    return browser
        .post(stack.acme_okta.acs_url, "https://idp.example", {{"SAMLResponse", response}})
        .status;
  }
  // Why the last sign-in was refused.
  std::string last_rule() { return stack.records(stack.acme).back().event.rule; }

  GatewayStack stack;
  Browser ada{*stack.gateway};
};

TEST_F(ClockStep, BackMakesNoUsedMessageUsableAgain) {
  for (const auto ahead : {base::Duration(minutes(20)), base::Duration(hours(23))}) {
    Browser person(*stack.gateway);
    const auto id = begin(person);
    Browser copy = person;  // its request cookie included
    const auto response = stack.respond(stack.acme_okta, id, kAda);
    ASSERT_EQ(finish(person, response), 303);

    stack.clock.advance(ahead);
    stack.gateway->tidy();  // with the clock as it is now, what expired may go
    stack.clock.advance(minutes(1) - ahead);
    EXPECT_EQ(finish(copy, response), 400);
    EXPECT_EQ(last_rule(), "REPLAYED_REQUEST");
  }
}

TEST_F(ClockStep, BackDuringASignInRefusesWhatIsNotValidYetAndUsesNothingUp) {
  const auto id = begin(ada);
  const auto response = stack.respond(stack.acme_okta, id, kAda);
  stack.clock.advance(-hours(1));
  EXPECT_EQ(finish(ada, response), 400);
  EXPECT_TRUE(stack.members(stack.acme).empty());
  stack.clock.advance(hours(1));
  EXPECT_EQ(finish(ada, response), 303) << "the clock is right again";
}

TEST_F(ClockStep, AheadDuringASignInRefusesItAsTooOld) {
  const auto id = begin(ada);
  const auto response = stack.respond(stack.acme_okta, id, kAda);
  stack.clock.advance(hours(1));
  EXPECT_EQ(finish(ada, response), 400);
  EXPECT_TRUE(stack.members(stack.acme).empty());
}

TEST_F(ClockStep, BackRevivesNoSessionThatWasEnded) {
  ASSERT_EQ(sign_in(stack, ada, stack.acme_okta, kAda).status, 303);
  ASSERT_EQ(session_status(ada), 200);
  const auto cookies = ada.cookies;
  ASSERT_EQ(ada.post(std::string(GatewayStack::kSso) + "/logout", GatewayStack::kSso, {}).status,
            303);
  stack.clock.advance(-minutes(5));
  ada.cookies = cookies;
  EXPECT_EQ(session_status(ada), 401);
}

TEST_F(ClockStep, BackRevivesNoSessionThatWasSwept) {
  ASSERT_EQ(sign_in(stack, ada, stack.acme_okta, kAda).status, 303);
  stack.clock.advance(hours(9));
  ASSERT_EQ(session_status(ada), 401);
  stack.gateway->tidy();
  stack.clock.advance(-hours(9));
  EXPECT_EQ(session_status(ada), 401);
}

TEST_F(ClockStep, AheadOutOfASessionsLifeEndsItAtOnceEvenInTheCache) {
  ASSERT_EQ(sign_in(stack, ada, stack.acme_okta, kAda).status, 303);
  ASSERT_EQ(session_status(ada), 200);
  stack.clock.advance(hours(25));
  EXPECT_EQ(session_status(ada), 401);
}

TEST_F(ClockStep, BackKeepsASessionNoLongerThanItsAbsoluteEnd) {
  ASSERT_EQ(sign_in(stack, ada, stack.acme_okta, kAda).status, 303);
  const auto signed_in = stack.clock.now();
  stack.clock.advance(hours(7));
  ASSERT_EQ(session_status(ada), 200);
  stack.gateway->write_seen();
  stack.clock.set(signed_in + hours(1));
  EXPECT_EQ(session_status(ada), 200);
  stack.clock.set(signed_in + hours(16));
  EXPECT_EQ(session_status(ada), 401) << "idle since it was last seen";
}

TEST_F(ClockStep, BackKeepsTheAuditInOrderAndItsChainWhole) {
  Browser others[3] = {Browser(*stack.gateway), Browser(*stack.gateway), Browser(*stack.gateway)};
  std::set<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    const std::string number = std::to_string(i);
    const demo::Person person{"p" + number + "@acme.example", "P", number, "00up" + number, {}};
    ASSERT_EQ(sign_in(stack, others[i], stack.acme_okta, person).status, 303);
    stack.clock.advance(-hours(2));
  }
  const auto records = stack.records(stack.acme);
  EXPECT_TRUE(audit::verify_chain(records));
  for (std::size_t i = 1; i < records.size(); ++i) {
    EXPECT_EQ(records[i].seq, records[i - 1].seq + 1) << "the order is that of the commits";
  }
  for (const auto& member : stack.members(stack.acme)) ids.insert(member.id.str());
  EXPECT_EQ(ids.size(), 3U) << "an id is unique whatever time it carries";
}

}  // namespace
}  // namespace doorward::tests
