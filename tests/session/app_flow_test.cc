#include "session/app_flow.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "certs/digest.h"
#include "tests/support/world.h"

namespace doorward::session {
namespace {

const base::Instant kNow = tests::at("2024-05-01T12:00:00Z");
const base::AppId kApp("demo");
constexpr std::string_view kState = "sealed-state";
constexpr std::string_view kBind = "bind-cookie-of-this-browser";

AppCode code() {
  AppCode code;
  code.hash = hash_of("code");
  code.app = kApp;
  code.state_hash = certs::sha256(kState);
  code.bind = bind_of(kBind, kState);
  code.expires_at = kNow + kCodeLife;
  return code;
}

std::optional<CodeFault> fault(const AppCode& code, const base::AppId& app, std::string_view state,
                               std::string_view bind, base::Instant now) {
  auto checked = check_code(code, app, state, bind, now);
  return checked ? std::nullopt : std::optional(checked.error());
}

TEST(AppState, ComesBackAsItWas) {
  AppState state{kApp, "/reports?from=2024-01-01&q=a%20b", kNow + base::Duration(7)};
  auto back = parse_app_state(serialize(state));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->app, state.app);
  EXPECT_EQ(back->rd, state.rd);
  EXPECT_EQ(back->issued_at, state.issued_at);
}

TEST(AppState, RefusesToLeadToAnotherHost) {
  for (const char* rd : {"//evil.example/", "https://evil.example/", "/\\evil.example", "", "x"}) {
    EXPECT_FALSE(parse_app_state(serialize({kApp, rd, kNow})).has_value()) << rd;
  }
}

TEST(AppState, RefusesWhatIsNone) {
  for (const char* text :
       {"", "x", "[]", "{}", R"({"app":"demo","rd":"/"})",
        R"({"app":"","rd":"/","at":"2024-05-01T12:00:00Z"})",
        R"({"app":"demo","rd":"/","at":"noon"})",
        R"({"app":"demo","app":"other","rd":"/","at":"2024-05-01T12:00:00Z"})"}) {
    EXPECT_FALSE(parse_app_state(text).has_value()) << text;
  }
}

TEST(Bind, IsTheHashOfCookieAndState) {
  EXPECT_EQ(bind_of("a", "b"), base::base64url_encode(certs::sha256("a|b")));
  EXPECT_NE(bind_of("a", "bc"), bind_of("ab", "c"));
}

TEST(AppCode, OpensForItsApplicationStateAndBrowser) {
  EXPECT_EQ(fault(code(), kApp, kState, kBind, kNow), std::nullopt);
}

TEST(AppCode, LivesSixtySeconds) {
  base::Instant end = kNow + std::chrono::seconds(60);
  EXPECT_EQ(fault(code(), kApp, kState, kBind, end - base::Duration(1)), std::nullopt);
  EXPECT_EQ(fault(code(), kApp, kState, kBind, end), CodeFault::expired);
}

TEST(AppCode, DoesNotOpenAnotherApplication) {
  EXPECT_EQ(fault(code(), base::AppId("other"), kState, kBind, kNow), CodeFault::other_app);
}

TEST(AppCode, DoesNotOpenWithAnotherState) {
  EXPECT_EQ(fault(code(), kApp, "sealed-statf", kBind, kNow), CodeFault::other_state);
  EXPECT_EQ(fault(code(), kApp, "", kBind, kNow), CodeFault::other_state);
}

TEST(AppCode, DoesNotOpenInAnotherBrowser) {
  EXPECT_EQ(fault(code(), kApp, kState, "another", kNow), CodeFault::other_browser);
  EXPECT_EQ(fault(code(), kApp, kState, "", kNow), CodeFault::other_browser);
}

TEST(AppCode, DoesNotOpenWithoutACookieEvenIfItWasMadeForNone) {
  AppCode forged = code();
  forged.bind = bind_of("", kState);
  EXPECT_EQ(fault(forged, kApp, kState, "", kNow), CodeFault::other_browser);
}

TEST(AppCode, TellsTheFirstFault) {
  EXPECT_EQ(fault(code(), base::AppId("other"), "x", "y", kNow + kCodeLife), CodeFault::expired);
  EXPECT_EQ(fault(code(), base::AppId("other"), "x", "y", kNow), CodeFault::other_app);
  EXPECT_EQ(fault(code(), kApp, "x", "y", kNow), CodeFault::other_state);
  EXPECT_EQ(name_of(CodeFault::other_browser), "OTHER_BROWSER");
}

}  // namespace
}  // namespace doorward::session
