#include "sp/pending_request.h"

#include <gtest/gtest.h>

#include <string>

#include "base/json.h"
#include "tests/support/world.h"

namespace doorward::sp {
namespace {

PendingRequest sample() {
  PendingRequest request;
  request.id = "_abc";
  request.connection = base::ConnectionId("acme-okta");
  request.issued_at = tests::at("2024-05-01T12:00:00.123Z");
  request.handle = "AAAAAAAAAAAAAAAAAAAAAA";
  request.return_to = "/reports?x=\"1\"";
  request.app = base::AppId("demo");
  request.app_state = "state";
  request.app_bind = "bind";
  request.previous_member = base::MemberId("01J0");
  request.started_cross_site = true;
  request.invitation = "invited";
  request.confirmation = "confirming";
  return request;
}

TEST(PendingRequest, ComesBackAsItWas) {
  auto back = parse_pending_request(serialize(sample()));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->id, "_abc");
  EXPECT_EQ(back->connection.str(), "acme-okta");
  EXPECT_EQ(back->issued_at, tests::at("2024-05-01T12:00:00.123Z"));
  EXPECT_EQ(back->handle, "AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(back->return_to, "/reports?x=\"1\"");
  EXPECT_EQ(back->app.str(), "demo");
  EXPECT_EQ(back->app_state, "state");
  EXPECT_EQ(back->app_bind, "bind");
  EXPECT_EQ(back->previous_member.str(), "01J0");
  EXPECT_TRUE(back->started_cross_site);
  EXPECT_EQ(back->invitation, "invited");
  EXPECT_EQ(back->confirmation, "confirming");
}

TEST(PendingRequest, ComesBackWithEmptyFields) {
  PendingRequest request;
  request.id = "_a";
  request.connection = base::ConnectionId("c");
  request.handle = "h";
  auto back = parse_pending_request(serialize(request));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->return_to, "");
  EXPECT_FALSE(back->started_cross_site);
}

TEST(PendingRequest, RefusesATextThatIsNone) {
  for (const char* text : {"", "[]", "{}", "null", "{\"id\":\"_a\"}", "not json"}) {
    EXPECT_FALSE(parse_pending_request(text)) << text;
  }
}

TEST(PendingRequest, RefusesEachFieldThatIsMissingOrOfAnotherType) {
  auto whole = *base::parse_json(serialize(sample()));
  for (const auto& [key, value] : whole.items()) {
    auto missing = whole;
    missing.erase(key);
    missing["other"] = value;
    EXPECT_FALSE(parse_pending_request(base::dump_json(missing))) << key;
    auto wrong = whole;
    wrong[key] = nullptr;
    EXPECT_FALSE(parse_pending_request(base::dump_json(wrong))) << key;
  }
  whole["one_more"] = "";
  EXPECT_FALSE(parse_pending_request(base::dump_json(whole)));
}

TEST(PendingRequest, RefusesAReturnToAnotherHost) {
  auto request = sample();
  for (const char* target : {"https://evil.example/", "//evil.example", "/\\evil.example", "x"}) {
    request.return_to = target;
    EXPECT_FALSE(parse_pending_request(serialize(request))) << target;
  }
}

TEST(PendingRequest, RefusesNoIdNoHandleAndNoConnectionId) {
  auto request = sample();
  request.id = "";
  EXPECT_FALSE(parse_pending_request(serialize(request)));
  request = sample();
  request.handle = "";
  EXPECT_FALSE(parse_pending_request(serialize(request)));
  request = sample();
  request.connection = base::ConnectionId("Not A Slug");
  EXPECT_FALSE(parse_pending_request(serialize(request)));
}

}  // namespace
}  // namespace doorward::sp
