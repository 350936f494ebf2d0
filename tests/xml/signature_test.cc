#include "xml/signature.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/encoding.h"
#include "certs/digest.h"
#include "tests/xml/messages.h"
#include "xml/names.h"

namespace doorward::xml {
namespace {

using namespace testing;

constexpr std::string_view kSha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
constexpr std::string_view kRsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
constexpr std::string_view kExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";

const std::string& signed_assertion() {
  static const std::string xml = sign(assertion("_a", "alice"), "_a");
  return xml;
}

std::string name_id(Element root) {
  return root.child(names::kSaml, "Subject")->child(names::kSaml, "NameID")->text();
}

TEST(VerifyEnveloped, GivesTheSignedContentWithoutTheSignature) {
  auto document = Document::parse(signed_assertion());
  ASSERT_TRUE(document);
  EXPECT_TRUE(has_signature(document->root()));
  auto verified = verify_enveloped(*document, document->root(), rsa().trusted);
  ASSERT_TRUE(verified);
  EXPECT_EQ(name_id(verified->root()), "alice");
  EXPECT_FALSE(has_signature(verified->root()));
  EXPECT_EQ(verified->key_fingerprint(), rsa().certificate.sha256());
  EXPECT_FALSE(verified->uses_sha1());
  EXPECT_EQ(verified->bytes().find("Signature"), std::string::npos);
}

TEST(VerifyEnveloped, DigestedTheBytesItGives) {
  auto document = Document::parse(signed_assertion());
  auto verified = verify_enveloped(*document, document->root(), rsa().trusted);
  ASSERT_TRUE(verified);
  EXPECT_NE(signed_assertion().find("<ds:DigestValue>" +
                                    base::base64_encode(certs::sha256(verified->bytes()))),
            std::string::npos);
}

TEST(VerifyEnveloped, VerifiesTheSameDocumentAgain) {
  auto document = Document::parse(signed_assertion());
  EXPECT_TRUE(verify_enveloped(*document, document->root(), rsa().trusted));
  EXPECT_TRUE(verify_enveloped(*document, document->root(), rsa().trusted));
}

TEST(VerifyEnveloped, SurvivesItsDocument) {
  auto verified = [] {
    auto document = Document::parse(signed_assertion());
    return verify_enveloped(*document, document->root(), rsa().trusted);
  }();
  ASSERT_TRUE(verified);
  EXPECT_EQ(name_id(verified->root()), "alice");
}

TEST(VerifyEnveloped, ReadsTextWhole) {
  std::string xml = sign(assertion("_a", "admin@example.com.evil.com"), "_a");
  std::string split =
      replaced(xml, "admin@example.com.evil.com", "admin@example.com<!-- -->.evil.com");
  auto document = Document::parse(split);
  ASSERT_TRUE(document);
  auto verified = verify_enveloped(*document, document->root(), rsa().trusted);
  ASSERT_TRUE(verified);
  EXPECT_EQ(name_id(verified->root()), "admin@example.com.evil.com");
  EXPECT_EQ(name_id(document->root()), "admin@example.com.evil.com");
}

TEST(VerifyEnveloped, TriesEachTrustedKeyOfTheType) {
  certs::TrustedKeys keys(
      {p256().certificate, other_rsa().certificate, rsa().certificate, p384().certificate});
  auto document = Document::parse(signed_assertion());
  auto verified = verify_enveloped(*document, document->root(), keys);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->key_fingerprint(), rsa().certificate.sha256());
}

TEST(VerifyEnveloped, NeverTakesAKeyFromTheMessage) {
  EXPECT_EQ(verdict(signed_assertion(), "_a", other_rsa().trusted), "SIGNATURE_MISMATCH");
  EXPECT_EQ(verdict(signed_assertion(), "_a", certs::TrustedKeys()), "NO_TRUSTED_KEY");
  EXPECT_EQ(verdict(signed_assertion(), "_a", p256().trusted), "KEY_MISMATCH");
  EXPECT_EQ(verdict(sign(assertion("_a", "alice"), "_a", p384()), "_a", p256().trusted),
            "SIGNATURE_MISMATCH");
  std::string key_info = part(signed_assertion(), "<ds:KeyInfo>", "</ds:KeyInfo>");
  EXPECT_EQ(
      verdict(replaced(signed_assertion(), key_info, "<ds:KeyInfo><rubbish/></ds:KeyInfo>"), "_a"),
      "OK");
}

TEST(VerifyEnveloped, TellsAChangedContentFromAForeignSignature) {
  EXPECT_EQ(verdict(replaced(signed_assertion(), "alice", "mallory"), "_a"), "DIGEST_MISMATCH");
  std::string mallory = sign(assertion("_a", "mallory"), "_a", other_rsa());
  std::string graft = replaced(signed_assertion(), "alice", "mallory");
  graft = replaced(graft, part(graft, "<ds:DigestValue>", "</ds:DigestValue>"),
                   part(mallory, "<ds:DigestValue>", "</ds:DigestValue>"));
  EXPECT_EQ(verdict(graft, "_a"), "SIGNATURE_MISMATCH");
}

TEST(VerifyEnveloped, ReadsAgainWithinTheLimits) {
  auto document = Document::parse(signed_assertion());
  auto verified = verify_enveloped(*document, document->root(), rsa().trusted, {}, {.elements = 2});
  EXPECT_EQ(verified.error(), XmlError::signed_bytes_malformed);
}

// Each line changes one thing of a signed Assertion; the profile names the clause it breaks.
struct Change {
  std::string_view what;
  std::string from;
  std::string to;
  std::string_view error;
};

std::vector<Change> algorithm_changes() {
  auto uri = [](std::string_view name) { return "\"" + std::string(name) + "\""; };
  const std::string c14n = "CanonicalizationMethod Algorithm=" + uri(kExclusive);
  const std::string rsa = uri(kRsaSha256);
  const std::string sha = uri(kSha256);
  return {
      {"unknown c14n", c14n, "CanonicalizationMethod Algorithm=\"urn:x\"", "C14N_METHOD"},
      {"c14n 1.1", c14n,
       "CanonicalizationMethod Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"", "C14N_METHOD"},
      {"no c14n", c14n, "CanonicalizationMethod", "C14N_METHOD"},
      {"c14n with content", c14n + "/>", c14n + "><x/></ds:CanonicalizationMethod>", "C14N_METHOD"},
      {"hmac", rsa, "\"http://www.w3.org/2000/09/xmldsig#hmac-sha1\"", "HMAC"},
      {"hmac sha256", rsa, "\"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256\"", "HMAC"},
      {"dsa", rsa, "\"http://www.w3.org/2000/09/xmldsig#dsa-sha1\"", "SIGNATURE_ALGORITHM"},
      {"ecdsa sha1", rsa, "\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1\"",
       "SIGNATURE_ALGORITHM"},
      {"rsa md5", rsa, "\"http://www.w3.org/2001/04/xmldsig-more#rsa-md5\"", "SIGNATURE_ALGORITHM"},
      {"no algorithm", "SignatureMethod Algorithm=" + rsa, "SignatureMethod",
       "SIGNATURE_ALGORITHM"},
      {"output length", "SignatureMethod Algorithm=" + rsa + "/>",
       "SignatureMethod Algorithm=" + rsa +
           "><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>",
       "SIGNATURE_STRUCTURE"},
      {"rsa sha1", rsa, "\"http://www.w3.org/2000/09/xmldsig#rsa-sha1\"", "SHA1_NOT_ALLOWED"},
      {"sha1 digest", sha, "\"http://www.w3.org/2000/09/xmldsig#sha1\"", "SHA1_NOT_ALLOWED"},
      {"md5 digest", sha, "\"http://www.w3.org/2001/04/xmldsig-more#md5\"", "DIGEST_ALGORITHM"},
      {"other type of key", rsa, "\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\"",
       "KEY_MISMATCH"},
      {"other hash", rsa, "\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512\"",
       "SIGNATURE_MISMATCH"},
      {"digest of another length", sha, "\"http://www.w3.org/2001/04/xmlenc#sha512\"",
       "BAD_BASE64"},
  };
}

std::vector<Change> transform_changes(const std::string& xml) {
  const std::string transforms = part(xml, "<ds:Transforms>", "</ds:Transforms>");
  const std::string enveloped =
      "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
  const std::string c14n = "<ds:Transform Algorithm=\"" + std::string(kExclusive) + "\"/>";
  auto list = [](const std::string& content) {
    return "<ds:Transforms>" + content + "</ds:Transforms>";
  };
  auto unknown = [](std::string_view uri, std::string_view content) {
    return "<ds:Transform Algorithm=\"" + std::string(uri) + "\">" + std::string(content) +
           "</ds:Transform>";
  };
  return {
      {"xslt", transforms,
       list(enveloped + c14n +
            unknown("http://www.w3.org/TR/1999/REC-xslt-19991116",
                    "<x:stylesheet xmlns:x='http://www.w3.org/1999/XSL/Transform'/>")),
       "TRANSFORM_UNKNOWN"},
      {"xpath", transforms,
       list(unknown("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>//.</ds:XPath>") +
            enveloped),
       "TRANSFORM_UNKNOWN"},
      {"xpath filter", transforms,
       list(enveloped + unknown("http://www.w3.org/2002/06/xmldsig-filter2", "")),
       "TRANSFORM_UNKNOWN"},
      {"base64", transforms, list(unknown("http://www.w3.org/2000/09/xmldsig#base64", "")),
       "TRANSFORM_UNKNOWN"},
      {"none", transforms, "", "TRANSFORMS_WRONG"},
      {"empty", transforms, list(""), "TRANSFORMS_WRONG"},
      {"only enveloped", transforms, list(enveloped), "TRANSFORMS_WRONG"},
      {"only c14n", transforms, list(c14n), "TRANSFORMS_WRONG"},
      {"reversed", transforms, list(c14n + enveloped), "TRANSFORMS_WRONG"},
      {"twice enveloped", transforms, list(enveloped + enveloped), "TRANSFORMS_WRONG"},
      {"three", transforms, list(enveloped + c14n + c14n), "TRANSFORMS_WRONG"},
      {"foreign child", transforms, list(enveloped + c14n + "<x/>"), "TRANSFORMS_WRONG"},
      {"text", transforms, list(enveloped + "x" + c14n), "TRANSFORMS_WRONG"},
      {"xpath in c14n", transforms,
       list(enveloped + unknown(kExclusive, "<ds:XPath>//.</ds:XPath>")), "TRANSFORMS_WRONG"},
      {"prefixes of inclusive c14n", transforms,
       list(enveloped + unknown("http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
                                "<e:InclusiveNamespaces PrefixList='xs' "
                                "xmlns:e='http://www.w3.org/2001/10/xml-exc-c14n#'/>")),
       "TRANSFORMS_WRONG"},
      {"prefixes not signed for", transforms,
       list(enveloped + unknown(kExclusive,
                                "<e:InclusiveNamespaces PrefixList='xs' "
                                "xmlns:e='http://www.w3.org/2001/10/xml-exc-c14n#'/>")),
       "SIGNATURE_MISMATCH"},
  };
}

std::vector<Change> structure_changes(const std::string& xml) {
  const std::string signature = part(xml, "<ds:Signature", "</ds:Signature>");
  const std::string info = part(xml, "<ds:SignedInfo>", "</ds:SignedInfo>");
  const std::string reference = part(xml, "<ds:Reference", "</ds:Reference>");
  const std::string digest = part(xml, "<ds:DigestValue>", "</ds:DigestValue>");
  const std::string value = part(xml, "<ds:SignatureValue>", "</ds:SignatureValue>");
  const std::string uri = "URI=\"#_a\"";
  return {
      {"no signature", signature, "", "SIGNATURE_MISSING"},
      {"two signatures", signature, signature + signature, "SEVERAL_SIGNATURES"},
      {"foreign namespace", "http://www.w3.org/2000/09/xmldsig#\"", "urn:other\"",
       "SIGNATURE_MISSING"},
      {"not where it belongs", "<saml:Issuer>idp</saml:Issuer>" + signature,
       "<saml:Issuer>idp</saml:Issuer><saml:Advice/>" + signature, "SIGNATURE_MISPLACED"},
      {"a stray signature", "<saml:Subject>",
       "<saml:Subject><ds:Signature xmlns:ds=\"" + std::string(names::kDs) + "\"/>",
       "SIGNATURE_MISPLACED"},
      {"comment in digest", "<ds:DigestValue>", "<ds:DigestValue><!---->", "COMMENT_IN_SIGNATURE"},
      {"comment in key info", "<ds:KeyInfo>", "<ds:KeyInfo><!-- x -->", "COMMENT_IN_SIGNATURE"},
      {"object", "</ds:Signature>", "<ds:Object/></ds:Signature>", "OBJECT_IN_SIGNATURE"},
      {"two signed infos", info, info + info, "SIGNATURE_STRUCTURE"},
      {"no signed info", info, "", "SIGNATURE_STRUCTURE"},
      {"no value", value, "", "SIGNATURE_STRUCTURE"},
      {"two values", value, value + value, "SIGNATURE_STRUCTURE"},
      {"text in signature", info, info + "x", "SIGNATURE_STRUCTURE"},
      {"foreign child", "</ds:Signature>", "<x/></ds:Signature>", "SIGNATURE_STRUCTURE"},
      {"foreign attribute", "<ds:SignedInfo>", "<ds:SignedInfo x='1'>", "SIGNATURE_STRUCTURE"},
      {"no reference", reference, "", "REFERENCE_COUNT"},
      {"two references", reference, reference + reference, "REFERENCE_COUNT"},
      {"manifest", reference, "<ds:Manifest/>", "SIGNATURE_STRUCTURE"},
      {"child of reference", digest, digest + "<x/>", "SIGNATURE_STRUCTURE"},
      {"attribute of digest", "<ds:DigestValue>", "<ds:DigestValue x='1'>", "SIGNATURE_STRUCTURE"},
      {"no uri", uri, "", "REFERENCE_URI"},
      {"empty uri", uri, "URI=\"\"", "REFERENCE_URI"},
      {"other uri", uri, "URI=\"#_b\"", "REFERENCE_URI"},
      {"external uri", uri, "URI=\"file:///etc/passwd\"", "REFERENCE_URI"},
      {"remote uri", uri, "URI=\"http://127.0.0.1/x#_a\"", "REFERENCE_URI"},
      {"xpointer", uri, "URI=\"#xpointer(id('_a'))\"", "REFERENCE_URI"},
      {"whole document", uri, "URI=\"#xpointer(/)\"", "REFERENCE_URI"},
      {"blank in uri", uri, "URI=\" #_a\"", "REFERENCE_URI"},
      {"no id", " ID=\"_a\"", "", "ID_MISSING"},
      {"empty id", " ID=\"_a\"", " ID=\"\"", "ID_MISSING"},
      {"other spelling", " ID=\"_a\"", " Id=\"_a\"", "ID_MISSING"},
      {"id that is an expression", " ID=\"_a\"", " ID=\"a')or('1\"", "ID_NOT_NCNAME"},
      {"id with a colon", " ID=\"_a\"", " ID=\"a:b\"", "ID_NOT_NCNAME"},
      {"id with a blank", " ID=\"_a\"", " ID=\"_a \"", "ID_NOT_NCNAME"},
      {"id twice", "<saml:Subject>", "<saml:Subject ID=\"_a\">", "ID_NOT_UNIQUE"},
      {"id twice on the element", " ID=\"_a\"", " ID=\"_a\" id=\"_a\"", "ID_NOT_UNIQUE"},
      {"digest no base64", "<ds:DigestValue>", "<ds:DigestValue>*", "BAD_BASE64"},
      {"digest empty", digest, "<ds:DigestValue/>", "BAD_BASE64"},
      {"value no base64", "<ds:SignatureValue>", "<ds:SignatureValue>*", "BAD_BASE64"},
      {"value empty", value, "<ds:SignatureValue/>", "BAD_BASE64"},
      {"value of another length", value, "<ds:SignatureValue>AAAA</ds:SignatureValue>",
       "SIGNATURE_MISMATCH"},
      {"element in value", "<ds:SignatureValue>", "<ds:SignatureValue><x/>", "SIGNATURE_STRUCTURE"},
  };
}

void expect_changes(const std::string& xml, const std::vector<Change>& changes,
                    std::vector<std::string>* reached = nullptr) {
  for (const Change& change : changes) {
    SCOPED_TRACE(change.what);
    std::string changed = replaced(xml, change.from, change.to);
    auto document = Document::parse(changed);
    ASSERT_TRUE(document) << xml_error_info(document.error()).name << changed;
    auto verified = verify_enveloped(*document, document->root(), rsa().trusted);
    std::string got = verified ? "OK" : std::string(xml_error_info(verified.error()).name);
    EXPECT_EQ(got, change.error);
    if (reached != nullptr) reached->push_back(got);
  }
}

TEST(SignatureProfile, IsClosedForAlgorithms) {
  expect_changes(signed_assertion(), algorithm_changes());
}

TEST(SignatureProfile, IsClosedForTransforms) {
  expect_changes(signed_assertion(), transform_changes(signed_assertion()));
}

TEST(SignatureProfile, IsClosedForStructure) {
  expect_changes(signed_assertion(), structure_changes(signed_assertion()));
}

TEST(SignatureProfile, TakesTheFirstAndTheLastPlaceAsWell) {
  std::string xml = signed_assertion();
  std::string signature = part(xml, "<ds:Signature", "</ds:Signature>");
  std::string bare = replaced(xml, signature, "");
  EXPECT_EQ(verdict(replaced(bare, "</saml:Assertion>", signature + "</saml:Assertion>"), "_a"),
            "OK");
  EXPECT_EQ(verdict(replaced(bare, "<saml:Issuer>", signature + "<saml:Issuer>"), "_a"), "OK");
}

TEST(SignatureProfile, TakesBrokenLinesInBase64) {
  std::string xml = signed_assertion();
  std::string value = part(xml, "<ds:SignatureValue>", "</ds:SignatureValue>");
  std::string spaced = replaced(value, "=", "\r\n\t =");
  EXPECT_EQ(verdict(replaced(xml, value, spaced), "_a"), "OK");
}

TEST(SignatureProfile, RefusesSha1UnlessAllowed) {
  using enum certs::SignatureAlgorithm;
  SignOptions weak_signature{.signature = rsa_sha1, .inclusive_prefixes = {}};
  SignOptions weak_digest{
      .signature = rsa_sha256, .digest = DigestAlgorithm::sha1, .inclusive_prefixes = {}};
  for (const SignOptions& options : {weak_signature, weak_digest}) {
    std::string xml = sign(assertion("_a", "alice"), "_a", rsa(), options);
    EXPECT_EQ(verdict(xml, "_a"), "SHA1_NOT_ALLOWED");
    EXPECT_EQ(verdict(xml, "_a", rsa().trusted, {.allow_sha1 = true}), "OK");
  }
}

TEST(SignatureProfile, RefusesAnHmacMadeWithThePublicKey) {
  std::string xml = replaced(signed_assertion(), kRsaSha256,
                             "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256");
  std::string info = part(xml, "<ds:SignedInfo>", "</ds:SignedInfo>");
  std::string value = part(xml, "<ds:SignatureValue>", "</ds:SignatureValue>");
  std::string mac = base::base64_encode(certs::hmac_sha256(rsa().certificate.pem(), info));
  xml = replaced(xml, value, "<ds:SignatureValue>" + mac + "</ds:SignatureValue>");
  EXPECT_EQ(verdict(xml, "_a", rsa().trusted, {.allow_sha1 = true}), "HMAC");
}

TEST(SignatureProfile, RefusesEcdsaValuesOfAnotherLength) {
  std::string xml = sign(assertion("_a", "alice"), "_a", p256());
  std::string value = part(xml, "<ds:SignatureValue>", "</ds:SignatureValue>");
  std::string text = value.substr(19, value.size() - 19 - 20);
  std::string raw = *base::base64_decode_spaced(text);
  ASSERT_EQ(raw.size(), 64U);
  std::string half(32, '\0');
  for (const std::string& bad :
       {raw.substr(0, 63), raw.substr(0, 62), raw.substr(0, 32), raw.substr(2), raw + half,
        half.substr(0, 1) + raw.substr(0, 32) + half.substr(0, 1) + raw.substr(32),
        std::string(64, '\0'), std::string(1, 'x')}) {
    std::string changed = replaced(
        xml, value, "<ds:SignatureValue>" + base::base64_encode(bad) + "</ds:SignatureValue>");
    EXPECT_EQ(verdict(changed, "_a", p256().trusted), "SIGNATURE_MISMATCH") << bad.size();
  }
  EXPECT_EQ(verdict(xml, "_a", p256().trusted), "OK");
}

// Every single changed character of the signed part is seen.
TEST(VerifyEnveloped, NoticesEveryChangedCharacter) {
  const std::string& xml = signed_assertion();
  auto begin = xml.find("<ds:SignedInfo>");
  auto end = xml.find("<ds:KeyInfo>");
  for (std::size_t i = 0; i < xml.size(); i += 3) {
    if (i > end && i < xml.find("</ds:KeyInfo>") + 13) continue;
    std::string changed = xml;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    auto document = Document::parse(changed);
    if (!document) continue;
    auto verified = verify_enveloped(*document, document->root(), rsa().trusted);
    // Outside the signed bytes lie only the layout and prefixes of the Signature itself.
    bool outside = i < begin && i >= xml.find("<ds:Signature");
    EXPECT_TRUE(!verified || outside || xml[i] == '\n') << i << " " << xml.substr(i, 20);
  }
}

TEST(VerifyEnveloped, WorksInManyThreadsAtOnce) {
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&good] {
      for (int i = 0; i < 100; ++i) {
        bool change = i % 2 == 1;
        std::string xml =
            change ? replaced(signed_assertion(), "alice", "mallory") : signed_assertion();
        if (verdict(xml, "_a") == (change ? "DIGEST_MISMATCH" : "OK")) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

// A reason that nothing reaches is dead, or untested.
TEST(XmlErrors, AreAllReached) {
  std::vector<std::string> reached;
  const std::string& xml = signed_assertion();
  expect_changes(xml, algorithm_changes(), &reached);
  expect_changes(xml, transform_changes(xml), &reached);
  expect_changes(xml, structure_changes(xml), &reached);
  reached.push_back(verdict(replaced(xml, "alice", "mallory"), "_a"));
  reached.push_back(verdict(xml, "_a", certs::TrustedKeys()));
  auto document = Document::parse(xml);
  auto cut = verify_enveloped(*document, document->root(), rsa().trusted, {}, {.elements = 2});
  reached.emplace_back(xml_error_info(cut.error()).name);
  auto unsigned_xml =
      sign_enveloped(assertion("_a", "alice"), "_a", rsa().key, {},
                     {.signature = {}, .c14n = C14nMethod::inclusive, .inclusive_prefixes = "xs"});
  reached.emplace_back(xml_error_info(unsigned_xml.error()).name);
  const Limits small{.bytes = 200, .depth = 2, .elements = 3, .attributes = 1};
  for (std::string_view bytes :
       {std::string_view("\xFF"), std::string_view("<?xml version='1.1'?><a/>"),
        std::string_view("<!DOCTYPE a><a/>"), std::string_view("<a>&b;</a>"),
        std::string_view("<?b?><a/>"), std::string_view("<a xml:id='b'/>"),
        std::string_view("<b:a/>"), std::string_view("<a><a><a/></a></a>"),
        std::string_view("<a><a/><a/><a/></a>"), std::string_view("<a b='' c=''/>"),
        std::string_view("<a/><a/>"), std::string_view("<a>"), std::string_view(xml)}) {
    auto refused = Document::parse(bytes, small);
    ASSERT_FALSE(refused) << bytes;
    reached.emplace_back(xml_error_info(refused.error()).name);
  }
  for (const auto& info : all_xml_errors()) {
    EXPECT_NE(std::find(reached.begin(), reached.end(), info.name), reached.end()) << info.name;
  }
}

}  // namespace
}  // namespace doorward::xml
