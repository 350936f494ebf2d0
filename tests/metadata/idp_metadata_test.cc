#include "metadata/idp_metadata.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "certs/private_key.h"
#include "tests/support/world.h"
#include "xml/sign.h"

namespace doorward::metadata {
namespace {

using tests::at;

const base::Instant kNow = at("2024-05-01T12:00:00Z");

certs::PrivateKey make_key() {
  return certs::PrivateKey::generate_ec();
}

certs::Certificate certificate_of(const certs::PrivateKey& key,
                                  base::Instant not_after = at("2034-01-01T00:00:00Z")) {
  tests::SeededRng rng;
  return certs::make_self_signed(key, "idp", at("2020-01-01T00:00:00Z"), not_after, rng);
}

const certs::Certificate& first_certificate() {
  static const certs::Certificate kCertificate = certificate_of(make_key());
  return kCertificate;
}

std::string key_descriptor(const certs::Certificate& certificate,
                           const std::string& attributes = " use=\"signing\"") {
  return "<md:KeyDescriptor" + attributes + "><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n" +
         certificate.base64() +
         "\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>";
}

std::string service(const std::string& binding, const std::string& location) {
  return "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:" + binding +
         "\" Location=\"" + location + "\"/>";
}

// The parts of a document that a test may replace.
struct Doc {
  std::string entity_id = "https://idp.example/";
  std::string entity_attributes{};
  std::string role_attributes{};
  std::string protocols = "urn:oasis:names:tc:SAML:2.0:protocol";
  std::string keys = key_descriptor(first_certificate());
  std::string middle{};  // before the endpoints: NameIDFormats
  std::string endpoints = service("HTTP-Redirect", "https://idp.example/sso");
  std::string before_role{};
  bool namespaces = true;

  [[nodiscard]] std::string xml() const {
    return "<md:EntityDescriptor" + (namespaces ? declarations() : "") + " entityID=\"" +
           entity_id + "\"" + entity_attributes + ">" + before_role +
           "<md:IDPSSODescriptor protocolSupportEnumeration=\"" + protocols + "\"" +
           role_attributes + ">" + keys + middle + endpoints +
           "</md:IDPSSODescriptor></md:EntityDescriptor>";
  }
  static std::string declarations() {
    return " xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" "
           "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"";
  }
};

Doc entity(const std::string& entity_id) {
  Doc doc;
  doc.entity_id = entity_id;
  doc.namespaces = false;
  return doc;
}

std::string aggregate(const std::string& content, const std::string& attributes = "") {
  return "<md:EntitiesDescriptor" + Doc::declarations() + attributes + ">" + content +
         "</md:EntitiesDescriptor>";
}

std::string service_provider(const std::string& entity_id) {
  return "<md:EntityDescriptor entityID=\"" + entity_id +
         "\"><md:SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:"
         "protocol\"/></md:EntityDescriptor>";
}

std::expected<IdpMetadata, MetadataError> parse(const std::string& xml,
                                                const std::string& entity_id = "",
                                                const certs::TrustedKeys* signed_by = nullptr) {
  return parse_idp_metadata(xml, {entity_id, kNow, signed_by});
}

// The name of the error, or "accepted".
std::string error_of(const std::string& xml, const std::string& entity_id = "",
                     const certs::TrustedKeys* signed_by = nullptr) {
  auto parsed = parse(xml, entity_id, signed_by);
  return parsed ? "accepted" : std::string(metadata_error_info(parsed.error()).name);
}

TEST(IdpMetadata, ReadsWhatAConnectionNeeds) {
  Doc doc;
  doc.role_attributes = " WantAuthnRequestsSigned=\"true\"";
  doc.middle = "<md:NameIDFormat> urn:a </md:NameIDFormat><md:NameIDFormat>urn:b</md:NameIDFormat>";
  doc.endpoints += service("HTTP-POST", "https://idp.example/post");
  auto parsed = parse("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>" + doc.xml());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->entity_id, "https://idp.example/");
  EXPECT_EQ(parsed->sso_location(kRedirectBinding), "https://idp.example/sso");
  EXPECT_EQ(parsed->sso_location(kPostBinding), "https://idp.example/post");
  EXPECT_EQ(parsed->sso_location("urn:none"), std::nullopt);
  EXPECT_EQ(parsed->signing_certificates, std::vector{first_certificate()});
  EXPECT_EQ(parsed->name_id_formats, (std::vector<std::string>{"urn:a", "urn:b"}));
  EXPECT_TRUE(parsed->want_authn_requests_signed);
  EXPECT_EQ(parsed->valid_until, std::nullopt);
  EXPECT_FALSE(parsed->signed_and_verified);
  EXPECT_TRUE(parsed->warnings.empty());
}

TEST(IdpMetadata, TakesEverySigningCertificateOnce) {
  auto second = certificate_of(make_key());
  auto encryption = certificate_of(make_key());
  Doc doc;
  doc.keys = key_descriptor(second, "") + key_descriptor(first_certificate()) +
             key_descriptor(second) + key_descriptor(encryption, " use=\"encryption\"");
  auto parsed = parse(doc.xml());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->signing_certificates, (std::vector{second, first_certificate()}));
}

TEST(IdpMetadata, TakesAnExpiredCertificateWithAWarning) {
  Doc doc;
  doc.keys = key_descriptor(certificate_of(make_key(), at("2021-01-01T00:00:00Z")));
  auto parsed = parse(doc.xml());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->signing_certificates.size(), 1U);
  ASSERT_EQ(parsed->warnings.size(), 1U);
  EXPECT_NE(parsed->warnings[0].find("expired at 2021-01-01"), std::string::npos);
}

TEST(IdpMetadata, NeverTakesTheAuthorityOfAChainAsASigner) {
  auto authority = certificate_of(make_key());
  Doc doc;
  auto mark = doc.keys.find("</ds:X509Data>");
  doc.keys.insert(mark, "<ds:X509Certificate>" + authority.base64() + "</ds:X509Certificate>");
  auto parsed = parse(doc.xml());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->signing_certificates, std::vector{first_certificate()});
  EXPECT_EQ(parsed->warnings.size(), 1U);
}

TEST(IdpMetadata, IgnoresASigningKeyWithoutCertificateWithAWarning) {
  Doc doc;
  doc.keys +=
      "<md:KeyDescriptor><ds:KeyInfo><ds:KeyName>k</ds:KeyName></ds:KeyInfo>"
      "</md:KeyDescriptor>";
  auto parsed = parse(doc.xml());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->warnings.size(), 1U);
}

TEST(IdpMetadata, DropsDuplicateEndpoints) {
  Doc doc;
  doc.endpoints = service("HTTP-POST", "https://idp.example/sso") +
                  service("HTTP-POST", " https://idp.example/sso ") +
                  service("SOAP", "https://idp.example/sso");
  auto parsed = parse(doc.xml());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->sso.size(), 2U);
}

TEST(IdpMetadata, PassesOverOtherRolesAndExtensions) {
  Doc doc;
  doc.before_role =
      "<md:Extensions><v:Vendor xmlns:v=\"urn:v\"><v:X/></v:Vendor></md:Extensions>"
      "<md:RoleDescriptor xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xmlns:fed=\"http://docs.oasis-open.org/wsfed/federation/200706\" "
      "xsi:type=\"fed:SecurityTokenServiceType\" protocolSupportEnumeration=\"urn:x\">" +
      key_descriptor(certificate_of(make_key())) +
      "</md:RoleDescriptor><md:IDPSSODescriptor "
      "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:1.1:protocol\"/>";
  auto parsed = parse(doc.xml());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->signing_certificates, std::vector{first_certificate()});
}

TEST(IdpMetadata, ReadsTheProtocolAmongOthers) {
  Doc doc;
  doc.protocols = "urn:oasis:names:tc:SAML:1.1:protocol\n urn:oasis:names:tc:SAML:2.0:protocol";
  EXPECT_EQ(error_of(doc.xml()), "accepted");
}

TEST(IdpMetadata, TakesHttpOnLoopbackOnly) {
  Doc doc;
  doc.endpoints = service("HTTP-Redirect", "http://idp.localhost:8085/sso");
  EXPECT_EQ(error_of(doc.xml()), "accepted");
  for (const char* url : {"http://idp.example/sso", "javascript:alert(1)", "/sso", "",
                          "https://user@idp.example/sso", "https://idp.example/sso#x"}) {
    doc.endpoints = service("HTTP-Redirect", url) + service("HTTP-POST", "https://idp.example/p");
    EXPECT_EQ(error_of(doc.xml()), "ENDPOINT_NOT_HTTPS") << url;
  }
}

TEST(IdpMetadata, LeavesOutABadEndpointOfAnotherBindingWithAWarning) {
  Doc doc;
  doc.endpoints += service("SOAP", "http://internal.example/soap");
  auto parsed = parse(doc.xml());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->sso.size(), 1U);
  EXPECT_EQ(parsed->warnings.size(), 1U);
}

TEST(IdpMetadata, RefusesAnIdpWithoutAnEndpointThatWeSpeak) {
  Doc doc;
  doc.endpoints = service("SOAP", "https://idp.example/soap");
  EXPECT_EQ(error_of(doc.xml()), "NO_SSO_ENDPOINT");
  doc.endpoints = "";
  EXPECT_EQ(error_of(doc.xml()), "NO_SSO_ENDPOINT");
}

TEST(IdpMetadata, RefusesWhatIsTooLargeOrNotXmlOrNotMetadata) {
  EXPECT_EQ(error_of(std::string(17 << 20, ' ')), "TOO_LARGE");
  EXPECT_EQ(error_of("<html"), "MALFORMED");
  EXPECT_EQ(error_of(""), "MALFORMED");
  EXPECT_EQ(error_of("<!DOCTYPE x [<!ENTITY e 'x'>]>" + Doc().xml()), "MALFORMED");
  EXPECT_EQ(error_of("<html><body>Sign in</body></html>"), "NOT_METADATA");
  EXPECT_EQ(error_of("<EntityDescriptor entityID=\"x\"/>"), "NOT_METADATA");
  EXPECT_EQ(error_of(aggregate("")), "NOT_METADATA");
  EXPECT_EQ(error_of(Doc{.entity_id = ""}.xml()), "NOT_METADATA");
}

TEST(IdpMetadata, RefusesAServiceProvider) {
  EXPECT_EQ(error_of(aggregate(service_provider("https://sp"))), "NO_IDP_ROLE");
  EXPECT_EQ(error_of(aggregate(service_provider("https://a") + service_provider("https://b"))),
            "NO_IDP_ROLE");
  Doc doc;
  doc.protocols = "urn:oasis:names:tc:SAML:1.1:protocol";
  EXPECT_EQ(error_of(doc.xml()), "NO_IDP_ROLE");
}

TEST(IdpMetadata, TakesTheNamedEntityOfANestedAggregate) {
  std::string xml =
      aggregate(entity("https://a").xml() + "<md:EntitiesDescriptor>" + entity("https://b").xml() +
                service_provider("https://c") + "</md:EntitiesDescriptor>");
  auto parsed = parse(xml, "https://b");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->entity_id, "https://b");
  EXPECT_EQ(error_of(xml), "SEVERAL_ENTITIES");
  EXPECT_EQ(error_of(xml, "https://b/"), "ENTITY_NOT_FOUND");
  EXPECT_EQ(error_of(xml, "https://c"), "NO_IDP_ROLE");
}

TEST(IdpMetadata, TakesTheOnlyIdpOfAnAggregateUnasked) {
  auto parsed = parse(aggregate(service_provider("https://sp") + entity("https://a").xml()));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->entity_id, "https://a");
}

TEST(IdpMetadata, RefusesAnEntityThatStandsTwice) {
  std::string xml = aggregate(entity("https://a").xml() + entity("https://a").xml());
  EXPECT_EQ(error_of(xml, "https://a"), "DUPLICATE_ENTITY");
}

TEST(IdpMetadata, ComparesTheNamedEntityOfASingleDocumentToo) {
  EXPECT_EQ(error_of(Doc().xml(), "https://idp.example/"), "accepted");
  EXPECT_EQ(error_of(Doc().xml(), "https://other.example/"), "ENTITY_NOT_FOUND");
}

TEST(IdpMetadata, RefusesAPastValidUntilOfDocumentGroupAndRole) {
  const std::string past = " validUntil=\"2024-05-01T12:00:00Z\"";
  const std::string future = " validUntil=\"2024-05-01T12:00:01Z\"";
  const std::string later = " validUntil=\"2025-05-01T12:00:00Z\"";
  Doc doc;
  doc.entity_attributes = past;
  EXPECT_EQ(error_of(doc.xml()), "EXPIRED");
  doc.entity_attributes = future;
  doc.role_attributes = later;
  auto parsed = parse(doc.xml());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->valid_until, at("2024-05-01T12:00:01Z"));
  doc.role_attributes = past;
  EXPECT_EQ(error_of(doc.xml()), "EXPIRED");
  EXPECT_EQ(error_of(aggregate(entity("https://a").xml(), past)), "EXPIRED");
  EXPECT_EQ(error_of(aggregate(entity("https://a").xml(), future)), "accepted");
  EXPECT_EQ(error_of(Doc{.entity_attributes = " validUntil=\"tomorrow\""}.xml()),
            "BAD_VALID_UNTIL");
}

TEST(IdpMetadata, SaysValidUntilWhenItIsExpired) {
  EXPECT_NE(metadata_error_info(MetadataError::expired).meaning.find("validUntil"),
            std::string::npos);
}

TEST(IdpMetadata, RefusesEntrasMetadataForEveryTenant) {
  EXPECT_EQ(error_of(Doc{.entity_id = "https://sts.windows.net/{tenantid}/"}.xml()),
            "TENANT_INDEPENDENT");
  for (const char* url : {"https://login.microsoftonline.com/common/saml2",
                          "https://LOGIN.microsoftonline.com/Common/saml2",
                          "https://login.microsoftonline.us/organizations/saml2",
                          "https://login.microsoftonline.com/consumers/saml2",
                          "https://login.partner.microsoftonline.cn/common/saml2",
                          "https://login.windows.net/common/saml2",
                          "https://login.microsoftonline.com/{tenantid}/saml2"}) {
    EXPECT_EQ(error_of(Doc{.endpoints = service("HTTP-Redirect", url)}.xml()), "TENANT_INDEPENDENT")
        << url;
  }
  for (const char* url : {"https://login.microsoftonline.com/commonwealth/saml2",
                          "https://idp.example/common/saml2"}) {
    EXPECT_EQ(error_of(Doc{.endpoints = service("HTTP-Redirect", url)}.xml()), "accepted") << url;
  }
}

TEST(IdpMetadata, RefusesMissingAndBrokenCertificates) {
  EXPECT_EQ(error_of(Doc{.keys = ""}.xml()), "NO_SIGNING_CERTIFICATE");
  EXPECT_EQ(error_of(Doc{.keys = key_descriptor(first_certificate(), " use=\"encryption\"")}.xml()),
            "NO_SIGNING_CERTIFICATE");
  Doc doc;
  doc.keys = key_descriptor(first_certificate());
  auto mark = doc.keys.find("</ds:X509Certificate>");
  doc.keys.insert(mark, "!");
  EXPECT_EQ(error_of(doc.xml()), "BAD_CERTIFICATE");
}

TEST(IdpMetadata, IgnoresASignatureWithAWarningWhileNoKeyIsGiven) {
  auto key = make_key();
  auto xml = xml::sign_enveloped(Doc{.entity_attributes = " ID=\"_e\""}.xml(), "_e", key, {});
  ASSERT_TRUE(xml);
  auto parsed = parse(*xml);
  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->signed_and_verified);
  ASSERT_EQ(parsed->warnings.size(), 1U);
  EXPECT_NE(parsed->warnings[0].find("signed"), std::string::npos);
}

TEST(SignedMetadata, VerifiesWithTheGivenKeyOnly) {
  auto key = make_key();
  certs::TrustedKeys keys({certificate_of(key)});
  certs::TrustedKeys others({first_certificate()});
  auto xml = xml::sign_enveloped(Doc{.entity_attributes = " ID=\"_e\""}.xml(), "_e", key, {});
  ASSERT_TRUE(xml);
  auto parsed = parse(*xml, "", &keys);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->signed_and_verified);
  EXPECT_TRUE(parsed->warnings.empty());
  EXPECT_EQ(error_of(*xml, "", &others), "SIGNATURE_INVALID");
  certs::TrustedKeys none;
  EXPECT_EQ(error_of(*xml, "", &none), "SIGNATURE_INVALID");
}

TEST(SignedMetadata, RefusesAChangedDocumentAndAnUnsignedOne) {
  auto key = make_key();
  certs::TrustedKeys keys({certificate_of(key)});
  auto xml = xml::sign_enveloped(Doc{.entity_attributes = " ID=\"_e\""}.xml(), "_e", key, {});
  ASSERT_TRUE(xml);
  std::string changed = *xml;
  changed.replace(changed.find("https://idp.example/sso"), 23, "https://evil.example/so");
  EXPECT_EQ(error_of(changed, "", &keys), "SIGNATURE_INVALID");
  EXPECT_EQ(error_of(Doc().xml(), "", &keys), "NOT_SIGNED");
}

TEST(SignedMetadata, RefusesSha1) {
  auto key = certs::PrivateKey::generate_rsa();
  certs::TrustedKeys keys({certificate_of(key)});
  xml::SignOptions sha1;
  sha1.signature = certs::SignatureAlgorithm::rsa_sha1;
  sha1.digest = xml::DigestAlgorithm::sha1;
  auto xml = xml::sign_enveloped(Doc{.entity_attributes = " ID=\"_e\""}.xml(), "_e", key, {}, sha1);
  ASSERT_TRUE(xml);
  EXPECT_EQ(error_of(*xml, "", &keys), "SIGNATURE_INVALID");
  EXPECT_EQ(error_of(*xml), "accepted");
}

TEST(SignedMetadata, VerifiesAnAggregateAndTheEntityInsideIt) {
  auto key = make_key();
  certs::TrustedKeys keys({certificate_of(key)});
  std::string content = entity("https://a").xml() + entity("https://b").xml();
  auto xml = xml::sign_enveloped(aggregate(content, " ID=\"_all\""), "_all", key, {});
  ASSERT_TRUE(xml);
  auto parsed = parse(*xml, "https://b", &keys);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->entity_id, "https://b");
  EXPECT_TRUE(parsed->signed_and_verified);
}

TEST(SignedMetadata, VerifiesASignedEntityOfAnUnsignedAggregateAndNotItsNeighbour) {
  auto key = make_key();
  certs::TrustedKeys keys({certificate_of(key)});
  auto inner = entity("https://b");
  inner.entity_attributes = " ID=\"_b\"";
  auto xml = xml::sign_enveloped(aggregate(entity("https://a").xml() + inner.xml()), "_b", key, {});
  ASSERT_TRUE(xml);
  auto parsed = parse(*xml, "https://b", &keys);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->signed_and_verified);
  EXPECT_EQ(error_of(*xml, "https://a", &keys), "NOT_SIGNED");
}

TEST(SignedMetadata, StillRefusesAnExpiryOutsideTheSignature) {
  auto key = make_key();
  certs::TrustedKeys keys({certificate_of(key)});
  auto inner = entity("https://b");
  inner.entity_attributes = " ID=\"_b\"";
  auto xml = xml::sign_enveloped(aggregate(inner.xml(), " validUntil=\"2020-01-01T00:00:00Z\""),
                                 "_b", key, {});
  ASSERT_TRUE(xml);
  EXPECT_EQ(error_of(*xml, "https://b", &keys), "EXPIRED");
}

TEST(MetadataErrors, EachHaveOneRowWithTexts) {
  std::set<std::string_view> names;
  std::size_t row = 0;
  for (const auto& info : all_metadata_errors()) {
    EXPECT_EQ(static_cast<std::size_t>(info.error), row++);
    EXPECT_EQ(&metadata_error_info(info.error), &info);
    EXPECT_FALSE(info.meaning.empty());
    EXPECT_FALSE(info.fix.empty());
    names.insert(info.name);
  }
  EXPECT_EQ(names.size(), row);
  EXPECT_EQ(row, static_cast<std::size_t>(MetadataError::no_signing_certificate) + 1);
}

}  // namespace
}  // namespace doorward::metadata
