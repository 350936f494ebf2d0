#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "sp/evidence.h"
#include "sp/verify.h"
#include "tests/sp/forgery.h"

namespace doorward::sp {
namespace {

using Outcome = Check::Outcome;
using tests::at;
using tests::good_spec;
using tests::named_connection;

Examination look_at(const std::string& message, base::Instant now = at(tests::kNow)) {
  return examine(message, *named_connection("plain"), std::string(tests::kRequest), now);
}

Check find(const Examination& examination, std::string_view name) {
  for (const auto& check : examination.checks) {
    if (check.name == name) return check;
  }
  ADD_FAILURE() << "no check " << name;
  return {};
}

int count(const Examination& examination, Outcome outcome) {
  return static_cast<int>(
      std::ranges::count(examination.checks, outcome, [](const Check& c) { return c.outcome; }));
}

TEST(Examination, ShowsEachStepOfAGoodMessage) {
  const auto xml = demo::build_response(good_spec());
  for (const auto& message : {xml, "\n  " + xml, base::base64_encode(xml)}) {
    const auto examination = look_at(message);
    EXPECT_FALSE(examination.reject);
    EXPECT_EQ(examination.checks.size(), 27U);
    EXPECT_EQ(count(examination, Outcome::fail), 0);
    EXPECT_EQ(examination.name_id, tests::kAda);
    EXPECT_EQ(examination.attributes.size(), 2U);
    std::set<std::string> names;
    for (const auto& check : examination.checks) {
      EXPECT_TRUE(names.insert(check.name).second) << check.name;
      EXPECT_FALSE(check.clause.empty()) << check.name;
    }
  }
}

TEST(Examination, GoesOnAfterTheFirstFailure) {
  auto spec = good_spec();
  spec.audiences = {std::string(tests::kSp) + "/"};
  spec.recipient = "http://gate.example.com/saml/plain/acs";
  spec.has_authn_statement = false;
  const auto examination = look_at(demo::build_response(spec));
  EXPECT_EQ(examination.reject, Reject::recipient);
  EXPECT_EQ(count(examination, Outcome::fail), 3);
  EXPECT_TRUE(find(examination, "recipient").detail.contains("http and https"));
  EXPECT_TRUE(find(examination, "audience").detail.contains("last slash"));
  EXPECT_EQ(find(examination, "authn_statement").outcome, Outcome::fail);
  EXPECT_EQ(examination.name_id, tests::kAda);
}

TEST(Examination, MeasuresTimeInWords) {
  const auto examination =
      look_at(demo::build_response(good_spec()), at("2026-03-01T12:06:31.250Z"));
  EXPECT_EQ(examination.reject, Reject::confirmation_expired);
  const auto detail = find(examination, "confirmation_not_on_or_after").detail;
  EXPECT_TRUE(detail.contains("91250 ms too late, skew 60 s allowed")) << detail;
}

TEST(Examination, ShowsBothFingerprintsOfAnUnknownKey) {
  auto spec = good_spec();
  spec.key = tests::signing_key("next");
  const auto examination = look_at(demo::build_response(spec));
  EXPECT_EQ(examination.reject, Reject::unknown_key);
  const auto check = find(examination, "assertion_signature");
  EXPECT_EQ(check.outcome, Outcome::fail);
  EXPECT_TRUE(check.detail.contains(spec.key->certificate.sha256())) << check.detail;
  EXPECT_TRUE(check.detail.contains(tests::signing_key("idp").certificate.sha256()));
}

TEST(Examination, SkipsWhatNobodySigned) {
  auto spec = good_spec();
  spec.signing = demo::Signing::none;
  spec.audiences = {"urn:other"};
  const auto examination = look_at(demo::build_response(spec));
  EXPECT_EQ(examination.reject, Reject::not_signed);
  EXPECT_EQ(count(examination, Outcome::fail), 1);
  EXPECT_EQ(find(examination, "audience").outcome, Outcome::skipped);
  EXPECT_EQ(examination.name_id, "");
  EXPECT_TRUE(examination.attributes.empty());
}

TEST(Examination, QuotesWhatTheIdpSays) {
  auto spec = good_spec();
  spec.status = "Responder";
  spec.status_second = "AuthnFailed";
  spec.status_message = "AADSTS50105: not assigned";
  spec.has_assertion = false;
  spec.signing = demo::Signing::none;
  const auto examination = look_at(demo::build_response(spec));
  EXPECT_EQ(examination.reject, Reject::status_authn_failed);
  EXPECT_TRUE(find(examination, "status").detail.contains("AADSTS50105: not assigned"));
}

TEST(Examination, TellsWhyBytesAreNoMessage) {
  const auto xml = demo::build_response(good_spec());
  const auto cut = look_at(base::base64_encode(xml.substr(0, xml.size() - 4)));
  EXPECT_EQ(cut.reject, Reject::malformed_xml);
  ASSERT_EQ(cut.checks.size(), 1U);
  EXPECT_TRUE(cut.checks[0].detail.contains("MALFORMED: ")) << cut.checks[0].detail;
  const auto other = look_at("<a xmlns=\"urn:b\"/>");
  EXPECT_EQ(other.reject, Reject::not_a_response);
  EXPECT_TRUE(other.checks[0].detail.contains("\"a\" of the namespace \"urn:b\""));
  EXPECT_EQ(look_at("").reject, Reject::malformed_base64);
}

TEST(Examination, RefusesUntilItHasLooked) {
  EXPECT_TRUE(Examination().reject);
  EXPECT_EQ(Check().outcome, Outcome::fail);
}

TEST(Evidence, TellsWhereTwoTextsPart) {
  EXPECT_EQ(compare("a", "a"), "as expected: \"a\"");
  EXPECT_TRUE(compare("https://a/b", "https://a/b/").ends_with("the last slash"));
  EXPECT_TRUE(compare("https://a/b", "http://a/b").ends_with("http and https"));
  EXPECT_TRUE(compare("abcd", "abXd").ends_with("from character 3 on"));
  EXPECT_TRUE(compare("abc", "").ends_with("from character 1 on"));
}

}  // namespace
}  // namespace doorward::sp
