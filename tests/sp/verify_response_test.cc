#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "base/encoding.h"
#include "sp/verify.h"
#include "tests/sp/fixture.h"

namespace doorward::sp {
namespace {

using tests::at;
using tests::good_spec;
using tests::named_connection;
using tests::pending_request;

std::expected<VerifiedAssertion, Reject> judge(const std::string& xml, const Connection& connection,
                                               const PendingRequest* request,
                                               base::Instant now = at(tests::kNow)) {
  auto response = parse_response(base::base64_encode(xml));
  if (!response) return std::unexpected(response.error());
  return verify(std::move(*response), connection, request, now);
}

// The verdict on a spec at `now`, for the plain connection and its pending request.
std::string verdict(const demo::ResponseSpec& spec, base::Instant now = at(tests::kNow),
                    const Connection& connection = *named_connection("plain")) {
  const auto request = pending_request(tests::kRequest, connection, now);
  const auto result = judge(demo::build_response(spec), connection, &request, now);
  return result ? "accept" : std::string(reject_info(result.error()).name);
}

TEST(VerifyResponse, GrantsNoSkewToTheEndOfTheIdpsSession) {
  auto spec = good_spec();
  const auto now = at(tests::kNow);
  spec.session_not_on_or_after = now;
  EXPECT_EQ(verdict(spec), "SESSION_EXPIRED");
  spec.session_not_on_or_after = now - std::chrono::seconds(1);
  EXPECT_EQ(verdict(spec), "SESSION_EXPIRED");
  spec.session_not_on_or_after = now + std::chrono::seconds(1);
  EXPECT_EQ(verdict(spec), "accept");
}

TEST(VerifyResponse, ReadsEverythingFromAGoodOne) {
  auto spec = good_spec();
  spec.session_not_on_or_after = at("2026-03-01T20:00:00Z");
  spec.name_qualifier = "q";
  spec.sp_name_qualifier = "s";
  const auto connection = *named_connection("plain");
  const auto request = pending_request(tests::kRequest, connection, at(tests::kNow));
  const auto result = judge(demo::build_response(spec), connection, &request);
  ASSERT_TRUE(result) << reject_info(result.error()).name;
  EXPECT_EQ(result->assertion_id(), "_assertion");
  EXPECT_EQ(result->request_id(), tests::kRequest);
  EXPECT_EQ(result->issuer(), tests::kIdp);
  EXPECT_EQ(result->name_id().value, tests::kAda);
  EXPECT_EQ(result->name_id().format, spec.name_id_format);
  EXPECT_EQ(result->name_id().name_qualifier, "q");
  EXPECT_EQ(result->name_id().sp_name_qualifier, "s");
  ASSERT_EQ(result->attributes().size(), 2U);
  EXPECT_EQ(result->attributes()[1].name, "groups");
  EXPECT_EQ(result->attributes()[1].values, (std::vector<std::string>{"staff", "engineering"}));
  EXPECT_EQ(result->authn_instant(), spec.authn_instant);
  EXPECT_EQ(result->session_index(), "_session");
  EXPECT_EQ(result->session_not_on_or_after(), spec.session_not_on_or_after);
  EXPECT_EQ(result->authn_context(),
            "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport");
  EXPECT_EQ(result->key_fingerprint(), spec.key->certificate.sha256());
  EXPECT_FALSE(result->used_sha1());
}

TEST(VerifyResponse, TakesEachSigningChoiceAndAlgorithm) {
  using certs::SignatureAlgorithm;
  for (const auto signing :
       {demo::Signing::assertion, demo::Signing::response, demo::Signing::both}) {
    for (const auto algorithm : {SignatureAlgorithm::rsa_sha256, SignatureAlgorithm::rsa_sha384,
                                 SignatureAlgorithm::rsa_sha512}) {
      auto spec = good_spec();
      spec.signing = signing;
      spec.options.signature = algorithm;
      EXPECT_EQ(verdict(spec), "accept") << certs::to_string(algorithm);
    }
  }
  auto spec = good_spec();
  spec.signing = demo::Signing::none;
  EXPECT_EQ(verdict(spec), "NOT_SIGNED");
  spec = good_spec();
  spec.key = tests::signing_key("ec");
  EXPECT_EQ(verdict(spec, at(tests::kNow), *named_connection("ec")), "accept");
}

TEST(VerifyResponse, VerifiesEachSignatureThatIsThere) {
  auto spec = good_spec();
  spec.signing = demo::Signing::assertion;
  spec.key = tests::signing_key("evil");
  const auto inner = demo::build_response(spec);
  // The outer signature is the IdP's, around an assertion that another key signed.
  spec = good_spec();
  const auto key = tests::signing_key("idp");
  const auto outer = xml::sign_enveloped(inner, "_response", key.key, {});
  ASSERT_TRUE(outer);
  const auto connection = *named_connection("plain");
  const auto request = pending_request(tests::kRequest, connection, at(tests::kNow));
  const auto result = judge(*outer, connection, &request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), Reject::unknown_key);
}

TEST(VerifyResponse, TrustsEveryCertificateOfARotationAndNoOther) {
  auto spec = good_spec();
  const auto rotating = *named_connection("rotating");
  EXPECT_EQ(verdict(spec, at(tests::kNow), rotating), "accept");
  spec.key = tests::signing_key("next");
  EXPECT_EQ(verdict(spec, at(tests::kNow), rotating), "accept");
  EXPECT_EQ(verdict(spec), "UNKNOWN_KEY");
  spec.key_info = false;
  EXPECT_EQ(verdict(spec), "SIGNATURE_MISMATCH");
  EXPECT_EQ(verdict(spec, at(tests::kNow), *named_connection("keyless")), "NO_TRUSTED_KEY");
}

TEST(VerifyResponse, TakesSha1OnlyUntilTheExceptionEnds) {
  auto spec = good_spec();
  spec.options.signature = certs::SignatureAlgorithm::rsa_sha1;
  spec.options.digest = xml::DigestAlgorithm::sha1;
  EXPECT_EQ(verdict(spec), "SHA1");
  EXPECT_EQ(verdict(spec, at(tests::kNow), *named_connection("sha1_over")), "SHA1");
  const auto connection = *named_connection("sha1");
  const auto request = pending_request(tests::kRequest, connection, at(tests::kNow));
  const auto result = judge(demo::build_response(spec), connection, &request);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->used_sha1());
}

TEST(VerifyResponse, MeasuresInstantsWithTheConnectionsSkew) {
  const auto spec = good_spec();  // from 11:55 to 12:05
  EXPECT_EQ(verdict(spec, at("2026-03-01T12:05:59.999Z")), "accept");
  EXPECT_EQ(verdict(spec, at("2026-03-01T12:06:00Z")), "CONFIRMATION_EXPIRED");
  // IssueInstant is 12:00.
  EXPECT_EQ(verdict(spec, at("2026-03-01T11:59:00Z")), "accept");
  EXPECT_EQ(verdict(spec, at("2026-03-01T11:58:59.999Z")), "NOT_YET_VALID");
  auto later = good_spec();
  later.not_before = at("2026-03-01T12:01:00.001Z");
  EXPECT_EQ(verdict(later), "NOT_YET_VALID");
  later.not_before = at("2026-03-01T12:01:00Z");
  EXPECT_EQ(verdict(later), "accept");
}

TEST(VerifyResponse, NeverAllowsMoreThanThreeMinutesOfSkew) {
  auto settings = tests::plain_settings();
  settings.clock_skew = std::chrono::hours(24);
  const auto connection = tests::make_connection(settings);
  EXPECT_EQ(verdict(good_spec(), at("2026-03-01T12:07:59.999Z"), connection), "accept");
  EXPECT_EQ(verdict(good_spec(), at("2026-03-01T12:08:00Z"), connection), "CONFIRMATION_EXPIRED");
}

TEST(VerifyResponse, RefusesARequestThatIsTooOldOrOfAnotherConnection) {
  const auto connection = *named_connection("plain");
  const auto now = at(tests::kNow);
  const auto xml = demo::build_response(good_spec());
  auto request = pending_request(tests::kRequest, connection, now);
  request.issued_at = now - kPendingLife;
  EXPECT_EQ(judge(xml, connection, &request).error(), Reject::request_expired);
  request.issued_at += base::Duration(1);
  EXPECT_TRUE(judge(xml, connection, &request));
  request.connection = base::ConnectionId("another");
  EXPECT_EQ(judge(xml, connection, &request).error(), Reject::in_response_to_mismatch);
  EXPECT_EQ(judge(xml, connection, nullptr).error(), Reject::request_cookie_missing);
}

TEST(VerifyResponse, TakesAnUnsolicitedOneOnlyWhereItIsAllowedAndFresh) {
  auto spec = good_spec();
  spec.answer("");
  const auto xml = demo::build_response(spec);
  const auto plain = *named_connection("plain");
  const auto allowing = *named_connection("unsolicited");
  EXPECT_EQ(judge(xml, plain, nullptr).error(), Reject::unsolicited);
  EXPECT_TRUE(judge(xml, allowing, nullptr, at("2026-03-01T12:03:00Z")));
  EXPECT_EQ(judge(xml, allowing, nullptr, at("2026-03-01T12:03:00.001Z")).error(),
            Reject::unsolicited_too_old);
  // One that answers a request is never unsolicited, whatever the connection allows.
  EXPECT_EQ(judge(demo::build_response(good_spec()), allowing, nullptr).error(),
            Reject::request_cookie_missing);
  // And one that answers none is no answer to the request that is pending.
  const auto request = pending_request(tests::kRequest, allowing, at(tests::kNow));
  EXPECT_EQ(judge(xml, allowing, &request).error(), Reject::in_response_to_mismatch);
}

TEST(VerifyResponse, RefusesAnAnswerWithoutRequestThoughItsAssertionNamesNone) {
  const auto connection = *named_connection("unsolicited");
  auto spec = good_spec();
  spec.confirmation_in_response_to.clear();
  const auto result = judge(demo::build_response(spec), connection, nullptr);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), Reject::request_cookie_missing);
}

TEST(VerifyResponse, RefusesAnAssertionWithoutIdThoughTheResponseIsSigned) {
  auto spec = good_spec();
  spec.signing = demo::Signing::response;
  EXPECT_EQ(verdict(spec), "accept");
  spec.edit = [](std::string& xml) {
    const std::string_view id = " ID=\"_assertion\"";
    const auto at = xml.find(id);
    ASSERT_NE(at, std::string::npos);
    xml.erase(at, id.size());
  };
  EXPECT_EQ(verdict(spec), "ID_INVALID");
}

TEST(VerifyResponse, SaysUnsolicitedOnlyWhenAllElseIsRight) {
  auto spec = good_spec();
  spec.answer("");
  spec.audiences = {"https://another.example.com"};
  const auto xml = demo::build_response(spec);
  EXPECT_EQ(judge(xml, *named_connection("plain"), nullptr).error(), Reject::audience);
}

TEST(VerifyResponse, LetsOneBearerConfirmationSatisfyAll) {
  auto spec = good_spec();
  spec.edit = [](std::string& xml) {
    const auto place = xml.find("<saml:SubjectConfirmation ");
    xml.insert(place,
               "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"
               "<saml:SubjectConfirmationData Recipient=\"https://another.example.com/acs\" "
               "NotOnOrAfter=\"2026-03-01T12:30:00Z\"/></saml:SubjectConfirmation>");
  };
  EXPECT_EQ(verdict(spec), "accept");
  // Two halves do not make a whole: the first for us but expired, the second fresh for another.
  spec.confirmation_not_on_or_after = at("2026-03-01T11:00:00Z");
  EXPECT_EQ(verdict(spec), "CONFIRMATION_EXPIRED");
}

// What the store needs to refuse a replay: the same ids each time, and no instant after
// usable_until at which the message would be taken again.
TEST(VerifyResponse, OutlivesNoReplayRecord) {
  const auto xml = demo::build_response(good_spec());
  auto settings = tests::plain_settings();
  settings.clock_skew = kMaxClockSkew;
  const auto connection = tests::make_connection(settings);
  const auto now = at(tests::kNow);
  const auto request = pending_request(tests::kRequest, connection, now);
  const auto first = judge(xml, connection, &request);
  const auto again = judge(xml, connection, &request, now + std::chrono::minutes(1));
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->assertion_id(), again->assertion_id());
  EXPECT_EQ(first->request_id(), again->request_id());
  EXPECT_TRUE(judge(xml, connection, &request, first->usable_until() - base::Duration(1)));
  EXPECT_FALSE(judge(xml, connection, &request, first->usable_until()));
}

TEST(VerifyResponse, ReadsNoTextOutOfAValueWithElementsInside) {
  auto spec = good_spec();
  spec.edit = [](std::string& xml) {
    const std::string value = "<saml:AttributeValue>staff</saml:AttributeValue>";
    xml.replace(xml.find(value), value.size(),
                "<saml:AttributeValue>sta<b xmlns=\"urn:x\">ff</b></saml:AttributeValue>");
  };
  const auto connection = *named_connection("plain");
  const auto request = pending_request(tests::kRequest, connection, at(tests::kNow));
  const auto result = judge(demo::build_response(spec), connection, &request);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->attributes()[1].values, (std::vector<std::string>{"engineering"}));
}

TEST(UntrustedResponse, ClaimsItsIssuerAndRequest) {
  auto spec = good_spec();
  spec.signing = demo::Signing::none;
  auto response = parse_response_xml(demo::build_response(spec));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->claimed_issuer(), tests::kIdp);
  EXPECT_EQ(response->claimed_in_response_to(), tests::kRequest);
  spec.response_issuer = "";
  spec.answer("");
  response = parse_response_xml(demo::build_response(spec));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->claimed_issuer(), tests::kIdp);
  EXPECT_EQ(response->claimed_in_response_to(), "");
}

TEST(UntrustedResponse, MeasuresTheFormValueBeforeItDecodes) {
  const xml::Limits limits{.bytes = 1000};
  EXPECT_EQ(parse_response(std::string(2001, '!'), limits).error(), Reject::too_large);
  EXPECT_EQ(parse_response(std::string(2000, '!'), limits).error(), Reject::malformed_base64);
  EXPECT_EQ(parse_response("", limits).error(), Reject::malformed_base64);
}

}  // namespace
}  // namespace doorward::sp
