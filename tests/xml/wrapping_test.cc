#include <gtest/gtest.h>

#include "tests/xml/messages.h"
#include "xml/names.h"

// Signature wrapping: a message that was really signed for alice is rearranged around one that
// names mallory. Whatever verifies holds alice only.
namespace doorward::xml {
namespace {

using namespace testing;

constexpr std::string_view kSignatureOpen = "<ds:Signature";
constexpr std::string_view kSignatureClose = "</ds:Signature>";

std::string signature_of(const std::string& xml) {
  return part(xml, kSignatureOpen, kSignatureClose);
}

std::string without_signature(const std::string& xml) {
  return replaced(xml, signature_of(xml), "");
}

// The last child of the Signature, as `content`.
std::string with_in_signature(const std::string& signature, const std::string& content) {
  return replaced(signature, kSignatureClose, content + std::string(kSignatureClose));
}

std::string object(const std::string& content) {
  return "<ds:Object>" + content + "</ds:Object>";
}

void collect_signed(Element at, std::vector<Element>& out) {
  if (has_signature(at)) out.push_back(at);
  for (Element child : at.children()) collect_signed(child, out);
}

// Verifies every element that has a Signature, and expects `accepted` of them to pass with nothing
// of mallory's in what they give.
void expect_only_alice(const std::string& xml, int accepted) {
  auto document = Document::parse(xml);
  ASSERT_TRUE(document) << xml;
  std::vector<Element> candidates;
  collect_signed(document->root(), candidates);
  ASSERT_FALSE(candidates.empty());
  int passed = 0;
  for (Element element : candidates) {
    auto verified = verify_enveloped(*document, element, rsa().trusted);
    if (!verified) continue;
    ++passed;
    EXPECT_NE(verified->bytes().find("alice"), std::string::npos);
    EXPECT_EQ(verified->bytes().find("mallory"), std::string::npos);
    EXPECT_FALSE(has_signature(verified->root()));
  }
  EXPECT_EQ(passed, accepted) << xml;
}

const std::string& signed_response() {
  static const std::string xml = sign(response("_r", assertion("_a", "alice")), "_r");
  return xml;
}
const std::string& signed_assertion() {
  static const std::string xml = part(sign(response("_r", assertion("_a", "alice")), "_a"),
                                      "<saml:Assertion", "</saml:Assertion>");
  return xml;
}

// A Response of mallory's with the given Signature, its ID changed.
std::string evil_response(const std::string& signature) {
  return replaced(response("_evil", assertion("_b", "mallory")), "</saml:Issuer>",
                  "</saml:Issuer>" + signature);
}

TEST(Wrapping, OriginalsVerify) {
  expect_only_alice(signed_response(), 1);
  expect_only_alice(response("_r", signed_assertion()), 1);
}

// The original Response inside the evil one's Signature.
TEST(Wrapping, Xsw1) {
  std::string original = without_signature(signed_response());
  std::string signature = signature_of(signed_response());
  expect_only_alice(evil_response(with_in_signature(signature, original)), 0);
  expect_only_alice(evil_response(with_in_signature(signature, object(original))), 0);
}

// The original Response before the evil one's Signature.
TEST(Wrapping, Xsw2) {
  std::string original = without_signature(signed_response());
  std::string signature = signature_of(signed_response());
  expect_only_alice(evil_response(original + signature), 0);
  expect_only_alice(evil_response(signature + original), 0);
}

// The evil Assertion before the signed one.
TEST(Wrapping, Xsw3) {
  expect_only_alice(response("_r", assertion("_b", "mallory") + signed_assertion()), 1);
  expect_only_alice(response("_r", signed_assertion() + assertion("_b", "mallory")), 1);
}

// The signed Assertion inside the evil one.
TEST(Wrapping, Xsw4) {
  std::string evil = replaced(assertion("_b", "mallory"), "</saml:Assertion>",
                              signed_assertion() + "</saml:Assertion>");
  expect_only_alice(response("_r", evil), 1);
}

// The evil Assertion carries the Signature, the original without it stands at the end.
TEST(Wrapping, Xsw5) {
  std::string evil = replaced(assertion("_b", "mallory"), "</saml:Issuer>",
                              "</saml:Issuer>" + signature_of(signed_assertion()));
  expect_only_alice(response("_r", evil + without_signature(signed_assertion())), 0);
}

// The evil Assertion carries the Signature, and the Signature the original.
TEST(Wrapping, Xsw6) {
  std::string signature =
      with_in_signature(signature_of(signed_assertion()), without_signature(signed_assertion()));
  std::string evil =
      replaced(assertion("_b", "mallory"), "</saml:Issuer>", "</saml:Issuer>" + signature);
  expect_only_alice(response("_r", evil), 0);
}

// The evil Assertion, with the same ID or another, in an extension point before the original.
TEST(Wrapping, Xsw7) {
  for (int accepted : {0, 1}) {
    std::string evil = assertion(accepted == 0 ? "_a" : "_b", "mallory");
    std::string extensions = "<samlp:Extensions>" + evil + "</samlp:Extensions>";
    expect_only_alice(response("_r", extensions + signed_assertion()), accepted);
  }
}

// The evil Assertion carries the Signature, whose Object holds the original.
TEST(Wrapping, Xsw8) {
  std::string signature = with_in_signature(signature_of(signed_assertion()),
                                            object(without_signature(signed_assertion())));
  for (std::string_view id : {"_a", "_b"}) {
    std::string evil =
        replaced(assertion(id, "mallory"), "</saml:Issuer>", "</saml:Issuer>" + signature);
    expect_only_alice(response("_r", evil), 0);
  }
}

// A signed error Response as the donor: a second Signature hides an Assertion in its Object.
TEST(Wrapping, SecondSignature) {
  std::string second =
      with_in_signature(signature_of(signed_assertion()), object(assertion("_b", "mallory")));
  expect_only_alice(replaced(signed_response(), "</saml:Issuer>", "</saml:Issuer>" + second), 0);
}

// Signed metadata as the donor of the Signature.
TEST(Wrapping, ForeignDocumentInside) {
  std::string metadata = sign(
      "<md:EntityDescriptor xmlns:md='urn:oasis:names:tc:SAML:2.0:metadata' ID='_m'>alice"
      "</md:EntityDescriptor>",
      "_m");
  std::string evil = replaced(assertion("_b", "mallory"), "</saml:Issuer>",
                              "</saml:Issuer>" + signature_of(metadata));
  expect_only_alice(response("_r", evil + metadata), 1);
  expect_only_alice(response("_r", evil + without_signature(metadata)), 0);
}

// The original's ID in another spelling or namespace, which some verifiers look up as well.
TEST(Wrapping, SameIdInOtherSpellings) {
  for (std::string_view attribute :
       {"Id=\"_a\"", "id=\"_a\"", "iD=\"_a\"", "xmlns:w=\"urn:w\" w:Id=\"_a\"",
        "xmlns:w=\"urn:w\" w:ID=\"_a\"", "I&#68;=\"_a\""}) {
    std::string evil = "<x " + std::string(attribute) + ">mallory</x>";
    std::string xml = response("_r", evil + signed_assertion());
    if (!Document::parse(xml)) continue;
    expect_only_alice(xml, 0);
    EXPECT_EQ(verdict(xml, "_a"), "ID_NOT_UNIQUE") << attribute;
  }
}

}  // namespace
}  // namespace doorward::xml
