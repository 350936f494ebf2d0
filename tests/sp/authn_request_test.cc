#include "sp/authn_request.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "base/deflate.h"
#include "base/encoding.h"
#include "base/text.h"
#include "certs/trusted_keys.h"
#include "tests/support/world.h"
#include "xml/document.h"
#include "xml/names.h"
#include "xml/signature.h"

namespace doorward::sp {
namespace {

using tests::at;

ConnectionSettings settings() {
  ConnectionSettings out;
  out.idp_sso_url = "https://idp.example/sso";
  out.sp_entity_id = "https://sso.example.com/saml/acme/metadata?a=1&b=2";
  out.acs_url = "https://sso.example.com/saml/acme/acs";
  return out;
}

Preset asking(const std::string& format) {
  Preset preset;
  preset.request_name_id_format = format;
  return preset;
}

std::string request_xml(const Preset& preset = {}, const RequestOptions& options = {}) {
  return write_authn_request(settings(), preset, "_id1", at("2024-05-01T12:00:00Z"), options);
}

// The query of a URL as name=value, undecoded, in order.
std::vector<std::string> query_parts(const std::string& url) {
  return base::split(url.substr(url.find('?') + 1), '&');
}

std::string decoded(const std::vector<std::string>& parts, const std::string& name) {
  for (const auto& part : parts) {
    if (part.starts_with(name + "=")) return *base::percent_decode(part.substr(name.size() + 1));
  }
  return "absent";
}

certs::Certificate certificate_of(const certs::PrivateKey& key) {
  tests::SeededRng rng;
  return certs::make_self_signed(key, "sp", at("2024-01-01T00:00:00Z"), at("2034-01-01T00:00:00Z"),
                                 rng);
}

TEST(AuthnRequest, HasAFreshIdOf160Bits) {
  tests::SeededRng rng;
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.insert(make_request_id(rng));
  EXPECT_EQ(ids.size(), 100U);
  for (const auto& id : ids) {
    EXPECT_EQ(id.size(), 41U);
    EXPECT_EQ(id[0], '_');
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef", 1), std::string::npos);
  }
}

TEST(AuthnRequest, SaysWhoAsksAndWhereTheAnswerGoes) {
  auto document = xml::Document::parse(request_xml());
  ASSERT_TRUE(document);
  auto root = document->root();
  EXPECT_TRUE(root.is(xml::names::kSamlp, "AuthnRequest"));
  EXPECT_EQ(root.attribute("ID"), "_id1");
  EXPECT_EQ(root.attribute("Version"), "2.0");
  EXPECT_EQ(root.attribute("IssueInstant"), "2024-05-01T12:00:00Z");
  EXPECT_EQ(root.attribute("Destination"), settings().idp_sso_url);
  EXPECT_EQ(root.attribute("AssertionConsumerServiceURL"), settings().acs_url);
  EXPECT_EQ(root.attribute("ProtocolBinding"), "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST");
  EXPECT_FALSE(root.attribute("ForceAuthn"));
  EXPECT_FALSE(root.attribute("IsPassive"));
  ASSERT_EQ(root.children().size(), 1U);
  EXPECT_TRUE(root.children()[0].is(xml::names::kSaml, "Issuer"));
  EXPECT_EQ(root.children()[0].text(), settings().sp_entity_id);
}

TEST(AuthnRequest, AsksForThePresetsNameIdFormatAfterTheIssuer) {
  auto document = xml::Document::parse(request_xml(asking("urn:format")));
  ASSERT_TRUE(document);
  auto children = document->root().children();
  ASSERT_EQ(children.size(), 2U);
  EXPECT_TRUE(children[1].is(xml::names::kSamlp, "NameIDPolicy"));
  EXPECT_EQ(children[1].attribute("Format"), "urn:format");
  EXPECT_EQ(children[1].attribute("AllowCreate"), "true");
}

TEST(AuthnRequest, AsksForFreshOrSilentAuthenticationWhenToldTo) {
  auto document = xml::Document::parse(request_xml({}, {true, true}));
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().attribute("ForceAuthn"), "true");
  EXPECT_EQ(document->root().attribute("IsPassive"), "true");
}

TEST(AuthnRequest, CannotBeBrokenOutOfByConfiguredValues) {
  auto connection = settings();
  connection.sp_entity_id = "\"><evil xmlns='x'/>&";
  connection.acs_url = "https://a/\" Destination=\"https://evil";
  auto document =
      xml::Document::parse(write_authn_request(connection, {}, "_id1", at("2024-05-01T12:00:00Z")));
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().child(xml::names::kSaml, "Issuer")->text(), connection.sp_entity_id);
  EXPECT_EQ(document->root().attribute("AssertionConsumerServiceURL"), connection.acs_url);
}

TEST(RedirectUrl, CarriesTheDeflatedRequestAndTheRelayState) {
  std::string xml = request_xml();
  std::string url = redirect_url(settings(), xml, "relay+state/=");
  EXPECT_TRUE(url.starts_with("https://idp.example/sso?SAMLRequest="));
  auto parts = query_parts(url);
  ASSERT_EQ(parts.size(), 2U);
  auto deflated = base::base64_decode(decoded(parts, "SAMLRequest"));
  ASSERT_TRUE(deflated);
  EXPECT_EQ(base::inflate_raw(*deflated, 10000), xml);
  EXPECT_EQ(parts[1], "RelayState=relay%2Bstate%2F%3D");
}

TEST(RedirectUrl, KeepsTheQueryOfTheSsoUrl) {
  auto connection = settings();
  connection.idp_sso_url = "https://accounts.google.com/o/saml2/idp?idpid=C029op2ga";
  EXPECT_TRUE(redirect_url(connection, "<x/>", "")
                  .starts_with("https://accounts.google.com/o/saml2/idp?idpid=C029op2ga&SAML"));
  connection.idp_sso_url = "https://idp.example/sso?";
  EXPECT_TRUE(redirect_url(connection, "<x/>", "").starts_with("https://idp.example/sso?SAML"));
}

TEST(RedirectUrl, SendsNoRelayStateThatIsEmptyOrLongerThan80Bytes) {
  EXPECT_EQ(redirect_url(settings(), "<x/>", "").find("RelayState"), std::string::npos);
  std::string longest(80, 'r');
  EXPECT_NE(redirect_url(settings(), "<x/>", longest).find("RelayState"), std::string::npos);
  EXPECT_EQ(redirect_url(settings(), "<x/>", longest + "r").find("RelayState"), std::string::npos);
}

TEST(RedirectUrl, SignsExactlyTheOctetsBeforeTheSignature) {
  struct Case {
    certs::PrivateKey key;
    std::string algorithm;
  };
  for (const auto& [key, algorithm] :
       {Case{certs::PrivateKey::generate_rsa(), "rsa-sha256"},
        Case{certs::PrivateKey::generate_ec(), "ecdsa-sha256"},
        Case{certs::PrivateKey::generate_ec(certs::KeyType::ec_p384), "ecdsa-sha384"}}) {
    auto connection = settings();
    connection.idp_sso_url += "?idpid=1";
    std::string url = redirect_url(connection, request_xml(), "state", &key);
    auto start = url.find("SAMLRequest=");
    auto end = url.find("&Signature=");
    ASSERT_NE(end, std::string::npos);
    std::string octets = url.substr(start, end - start);
    auto parts = query_parts(url);
    ASSERT_EQ(parts.size(), 5U);
    EXPECT_TRUE(parts[1].starts_with("SAMLRequest="));
    EXPECT_TRUE(parts[2].starts_with("RelayState="));
    EXPECT_TRUE(parts[3].starts_with("SigAlg="));
    EXPECT_EQ(decoded(parts, "SigAlg"), "http://www.w3.org/2001/04/xmldsig-more#" + algorithm);
    auto signature = base::base64_decode(decoded(parts, "Signature"));
    ASSERT_TRUE(signature);
    EXPECT_TRUE(key.public_key().verify(key.default_algorithm(), octets, *signature));
    EXPECT_FALSE(key.public_key().verify(key.default_algorithm(), octets + "x", *signature));
  }
}

TEST(PostForm, CarriesTheRequestUndeflated) {
  auto form = post_form(settings(), request_xml(), "_id1", "state");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->action, settings().idp_sso_url);
  EXPECT_EQ(form->relay_state, "state");
  EXPECT_EQ(base::base64_decode(form->saml_request), request_xml());
}

TEST(PostForm, SignsTheRequestAfterItsIssuer) {
  auto key = certs::PrivateKey::generate_ec();
  auto certificate = certificate_of(key);
  auto form = post_form(settings(), request_xml(asking("f")), "_id1", "", &key, &certificate);
  ASSERT_TRUE(form);
  auto document = xml::Document::parse(*base::base64_decode(form->saml_request));
  ASSERT_TRUE(document);
  auto children = document->root().children();
  ASSERT_EQ(children.size(), 3U);
  EXPECT_TRUE(children[1].is(xml::names::kDs, "Signature"));
  auto verified =
      xml::verify_enveloped(*document, document->root(), certs::TrustedKeys({certificate}));
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->root().attribute("ID"), "_id1");
}

TEST(PostForm, SaysWhenTheRequestHasNoSuchId) {
  auto key = certs::PrivateKey::generate_ec();
  auto form = post_form(settings(), request_xml(), "_other", "", &key);
  ASSERT_FALSE(form);
  EXPECT_EQ(form.error(), xml::XmlError::id_missing);
}

TEST(PostForm, SendsNoRelayStateLongerThan80Bytes) {
  auto form = post_form(settings(), request_xml(), "_id1", std::string(81, 'r'));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->relay_state, "");
}

}  // namespace
}  // namespace doorward::sp
