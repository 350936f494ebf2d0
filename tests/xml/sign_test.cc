#include "xml/sign.h"

#include <gtest/gtest.h>

#include "tests/xml/messages.h"
#include "xml/names.h"

namespace doorward::xml {
namespace {

using namespace testing;
using enum certs::SignatureAlgorithm;

void expect_round_trip(const Signer& signer, const SignOptions& options) {
  std::string xml = sign(response("_r", assertion("_a", "alice")), "_a", signer, options);
  auto document = Document::parse(xml);
  ASSERT_TRUE(document);
  auto verified = verify_enveloped(*document, *find_id(document->root(), "_a"), signer.trusted,
                                   {.allow_sha1 = true});
  ASSERT_TRUE(verified) << xml_error_info(verified.error()).name << xml;
  EXPECT_EQ(verified->root().name(), "Assertion");
  EXPECT_EQ(verified->key_fingerprint(), signer.certificate.sha256());
  EXPECT_EQ(verified->signature_algorithm(),
            options.signature.value_or(signer.key.default_algorithm()));
  EXPECT_EQ(verified->uses_sha1(),
            options.signature == rsa_sha1 || options.digest == DigestAlgorithm::sha1);
}

TEST(SignEnveloped, MakesWhatVerifies) {
  for (auto digest : {DigestAlgorithm::sha1, DigestAlgorithm::sha256, DigestAlgorithm::sha384,
                      DigestAlgorithm::sha512}) {
    for (auto algorithm : {rsa_sha1, rsa_sha256, rsa_sha384, rsa_sha512}) {
      expect_round_trip(rsa(),
                        {.signature = algorithm, .digest = digest, .inclusive_prefixes = {}});
    }
    for (auto algorithm : {ecdsa_sha256, ecdsa_sha384, ecdsa_sha512}) {
      for (const Signer* signer : {&p256(), &p384()}) {
        expect_round_trip(*signer,
                          {.signature = algorithm, .digest = digest, .inclusive_prefixes = {}});
      }
    }
  }
}

TEST(SignEnveloped, KnowsEachCanonicalisation) {
  for (auto c14n : {C14nMethod::exclusive, C14nMethod::exclusive_with_comments,
                    C14nMethod::inclusive, C14nMethod::inclusive_with_comments}) {
    expect_round_trip(rsa(), {.signature = {}, .c14n = c14n, .inclusive_prefixes = {}});
  }
  expect_round_trip(rsa(), {.signature = {}, .inclusive_prefixes = "xs #default unknown"});
  auto refused =
      sign_enveloped(assertion("_a", "alice"), "_a", rsa().key, {},
                     {.signature = {}, .c14n = C14nMethod::inclusive, .inclusive_prefixes = "xs"});
  EXPECT_EQ(refused.error(), XmlError::signing_failed);
}

TEST(SignEnveloped, PutsTheSignatureAfterTheIssuerOrFirst) {
  std::string xml = sign(response("_r", assertion("_a", "alice")), "_r");
  auto document = Document::parse(xml);
  ASSERT_TRUE(document);
  EXPECT_TRUE(document->root().children()[1].is(names::kDs, "Signature"));
  std::string metadata = sign(
      "<md:EntityDescriptor xmlns:md='urn:oasis:names:tc:SAML:2.0:metadata' ID='_m'>\n"
      "<md:Organization/></md:EntityDescriptor>",
      "_m");
  document = Document::parse(metadata);
  ASSERT_TRUE(document);
  EXPECT_TRUE(document->root().children()[0].is(names::kDs, "Signature"));
  EXPECT_EQ(verdict(metadata, "_m"), "OK");
}

TEST(SignEnveloped, SignsAnAssertionAndThenItsResponse) {
  std::string xml = sign(sign(response("_r", assertion("_a", "alice")), "_a"), "_r");
  EXPECT_EQ(verdict(xml, "_r"), "OK");
  EXPECT_EQ(verdict(xml, "_a"), "OK");
}

TEST(SignEnveloped, CarriesTheCertificatesItIsGiven) {
  std::string without =
      must(sign_enveloped(assertion("_a", "alice"), "_a", rsa().key, {}, SignOptions{}));
  EXPECT_EQ(without.find("KeyInfo"), std::string::npos);
  EXPECT_EQ(verdict(without, "_a"), "OK");
  std::string with = sign(assertion("_a", "alice"), "_a");
  EXPECT_NE(
      with.find("<ds:KeyInfo><ds:X509Data><ds:X509Certificate>" + rsa().certificate.base64() + "<"),
      std::string::npos);
}

TEST(SignEnveloped, KeepsEveryCharacter) {
  for (std::string_view name :
       {"Zo\xC3\xAB \xF0\x9F\x98\x80", "a&amp;b&lt;c&#13;d\ne\tf", "&quot;'"}) {
    std::string plain = assertion("_a", name);
    std::string xml = sign(plain, "_a");
    auto document = Document::parse(xml);
    auto verified = verify_enveloped(*document, document->root(), rsa().trusted);
    ASSERT_TRUE(verified) << name;
    auto text = [](Element root) {
      return root.child(names::kSaml, "Subject")->child(names::kSaml, "NameID")->text();
    };
    EXPECT_EQ(text(verified->root()), text(Document::parse(plain)->root()));
  }
}

TEST(SignEnveloped, RefusesWhatItCannotSign) {
  auto error = [](std::string_view xml, std::string_view id, const SignOptions& options = {}) {
    auto out = sign_enveloped(xml, id, rsa().key, {}, options);
    return out ? "OK" : xml_error_info(out.error()).name;
  };
  EXPECT_EQ(error("<a", "_a"), "MALFORMED");
  EXPECT_EQ(error(assertion("_a", "alice"), "_b"), "ID_MISSING");
  EXPECT_EQ(error(assertion("1", "alice"), "1"), "ID_NOT_NCNAME");
  EXPECT_EQ(error(response("_a", assertion("_a", "alice")), "_a"), "ID_NOT_UNIQUE");
  EXPECT_EQ(
      error(assertion("_a", "alice"), "_a", {.signature = ecdsa_sha256, .inclusive_prefixes = {}}),
      "SIGNATURE_ALGORITHM");
}

}  // namespace
}  // namespace doorward::xml
