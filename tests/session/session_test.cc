#include "session/session.h"

#include <gtest/gtest.h>

#include <set>

#include "base/encoding.h"
#include "session/cookies.h"
#include "tests/support/identity_maker.h"
#include "tests/support/world.h"

namespace doorward::session {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const base::Instant kNow = tests::at("2024-05-01T12:00:00Z");
const base::OrgId kOrg("01ORG");
const base::ConnectionId kConnection("acme-okta");
const Limits kLimits{};

jit::Admit admitted() {
  jit::Admit admit{jit::LoginRule::L2, {}};
  admit.change.member = base::MemberId("01MEMBER");
  return admit;
}

Opened open_until(std::optional<base::Instant> not_on_or_after, const Limits& limits = kLimits) {
  tests::SeededRng rng;
  tests::AssertionFields fields;
  fields.session_not_on_or_after = not_on_or_after;
  auto assertion = tests::IdentityMaker::assertion(fields);
  return open(admitted(), kOrg, kConnection, assertion, limits, rng, kNow);
}

TEST(Session, CarriesWhoCameInThroughWhat) {
  SessionRecord record = open_until(std::nullopt).record;
  EXPECT_EQ(record.org, kOrg);
  EXPECT_EQ(record.member.str(), "01MEMBER");
  EXPECT_EQ(record.connection, kConnection);
  EXPECT_EQ(record.key_fingerprint, "aa11");
  EXPECT_EQ(record.name_id, "00u1abc");
  EXPECT_EQ(record.session_index, "_s1");
  EXPECT_EQ(record.authenticated_at, kNow);
  EXPECT_EQ(record.last_seen_at, kNow);
  EXPECT_TRUE(record.parent.empty());
  EXPECT_TRUE(record.app.empty());
}

TEST(Session, KeepsOnlyTheHashOfItsCookie) {
  Opened opened = open_until(std::nullopt);
  auto cookie = base::base64url_decode(opened.cookie_value);
  ASSERT_TRUE(cookie.has_value());
  EXPECT_EQ(cookie->size(), 32U);
  EXPECT_EQ(opened.record.hash, hash_of(opened.cookie_value));
  EXPECT_EQ(opened.record.hash.size(), 32U);
  EXPECT_NE(opened.record.hash, *cookie);
}

TEST(Session, IsAnotherAtEveryLogin) {
  tests::SeededRng rng;
  auto assertion = tests::IdentityMaker::assertion({});
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    auto opened = open(admitted(), kOrg, kConnection, assertion, kLimits, rng, kNow);
    EXPECT_TRUE(seen.insert(opened.cookie_value).second);
  }
}

TEST(Session, EndsAtTheAbsoluteLimit) {
  SessionRecord record =
      open_until(std::nullopt, {.idle = hours(48), .absolute = hours(24)}).record;
  EXPECT_EQ(record.expires_at, kNow + hours(24));
  EXPECT_TRUE(record.alive_at(kNow + hours(24) - base::Duration(1)));
  EXPECT_FALSE(record.alive_at(kNow + hours(24)));
}

TEST(Session, EndsWhenItIsIdle) {
  SessionRecord record = open_until(std::nullopt).record;
  EXPECT_TRUE(record.alive_at(kNow + hours(8) - base::Duration(1)));
  EXPECT_FALSE(record.alive_at(kNow + hours(8)));
  record.last_seen_at = kNow + hours(7);
  EXPECT_TRUE(record.alive_at(kNow + hours(8)));
}

TEST(Session, EndsAtSessionNotOnOrAfter) {
  SessionRecord record = open_until(kNow + minutes(5)).record;
  EXPECT_EQ(record.expires_at, kNow + minutes(5));
  EXPECT_FALSE(record.alive_at(kNow + minutes(5)));
}

TEST(Session, IsNotMadeLongerBySessionNotOnOrAfter) {
  EXPECT_EQ(open_until(kNow + hours(1000)).record.expires_at, kNow + kLimits.absolute);
}

TEST(Session, IsDeadFromTheStartIfTheIdpEndedIt) {
  EXPECT_FALSE(open_until(kNow).record.alive_at(kNow));
}

TEST(ChildSession, BelongsToItsParentAndItsApplication) {
  tests::SeededRng rng(2);
  SessionRecord parent = open_until(std::nullopt).record;
  base::Instant later = kNow + hours(1);
  Opened child = open_child(parent, base::AppId("demo"), kLimits, rng, later);
  EXPECT_EQ(child.record.parent, parent.hash);
  EXPECT_EQ(child.record.app.str(), "demo");
  EXPECT_EQ(child.record.member, parent.member);
  EXPECT_EQ(child.record.org, parent.org);
  EXPECT_EQ(child.record.connection, parent.connection);
  EXPECT_EQ(child.record.key_fingerprint, parent.key_fingerprint);
  EXPECT_EQ(child.record.authenticated_at, kNow);
  EXPECT_EQ(child.record.last_seen_at, later);
  EXPECT_EQ(child.record.hash, hash_of(child.cookie_value));
  EXPECT_NE(child.record.hash, parent.hash);
}

TEST(ChildSession, NeverOutlivesItsParent) {
  tests::SeededRng rng(2);
  for (base::Duration absolute : {base::Duration(minutes(1)), base::Duration(hours(24 * 365))}) {
    for (base::Duration later : {base::Duration(0), base::Duration(hours(23))}) {
      SessionRecord parent = open_until(kNow + hours(24)).record;
      Opened child = open_child(parent, base::AppId("demo"),
                                {.idle = hours(8), .absolute = absolute}, rng, kNow + later);
      EXPECT_LE(child.record.expires_at, parent.expires_at);
      EXPECT_LE(child.record.expires_at, kNow + later + absolute);
    }
  }
}

TEST(Cookies, AreAlwaysForThisHostAloneAndOutOfReachOfScripts) {
  EXPECT_EQ(set_cookie(kSsoCookie, "a-b_c", SameSite::lax),
            "__Host-dw_sso=a-b_c; Path=/; Secure; HttpOnly; SameSite=Lax");
  EXPECT_EQ(set_cookie("__Host-dw_req-h", "x", SameSite::none, minutes(15)),
            "__Host-dw_req-h=x; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=900");
}

TEST(Cookies, CutTheirLifeToWholeSeconds) {
  EXPECT_TRUE(
      set_cookie(kAppCookie, "x", SameSite::lax, base::Duration(1999)).ends_with("; Max-Age=1"));
}

TEST(Cookies, AreClearedWithTheAttributesTheyWereSetWith) {
  EXPECT_EQ(clear_cookie(kAppCookie, SameSite::lax),
            "__Host-dw_app=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
}

TEST(Cookies, CannotBeBrokenByTheirValue) {
  for (const char* value : {"a; Domain=evil.example", "a\r\nSet-Cookie: b=c", "a,b", "a b", "ä"}) {
    EXPECT_EQ(set_cookie(kSsoCookie, value, SameSite::lax),
              "__Host-dw_sso=; Path=/; Secure; HttpOnly; SameSite=Lax");
  }
}

TEST(Cookies, AllHaveTheHostPrefix) {
  for (auto name : {kSsoCookie, kAppCookie, kBindCookie, kContinueCookie, kRequestCookiePrefix}) {
    EXPECT_TRUE(name.starts_with("__Host-"));
  }
}

}  // namespace
}  // namespace doorward::session
