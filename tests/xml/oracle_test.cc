#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "tests/support/paths.h"
#include "tests/support/world.h"
#include "tests/xml/same_tree.h"
#include "xml/names.h"
#include "xml/signature.h"

// Two ways to read the bytes that were signed, over every vector: the product's reader of canonical
// XML, and the parser that reads what is posted.
namespace doorward::xml {
namespace {

certs::TrustedKeys all_keys() {
  std::vector<certs::Certificate> certificates;
  for (const char* name : {"idp", "next", "ec"}) {
    const auto pem =
        tests::read_file(tests::source_path("tests/vectors/keys/" + std::string(name) + ".pem"));
    certificates.push_back(*certs::Certificate::parse_pem(pem));
  }
  return certs::TrustedKeys(certificates);
}

void collect(Element at, std::vector<Element>& out) {
  if (has_signature(at)) out.push_back(at);
  for (auto child = at.first(); child; child = child->next()) collect(*child, out);
}

// How many elements of the message verify; each is then read both ways.
int compare(const std::string& message, const certs::TrustedKeys& keys) {
  auto document = Document::parse(message);
  if (!document) return 0;
  std::vector<Element> elements;
  collect(document->root(), elements);
  int verified = 0;
  for (Element element : elements) {
    auto got = verify_enveloped(*document, element, keys, {.allow_sha1 = true});
    if (!got) {
      // No message of a vector is canonical for one reader and malformed for the other.
      EXPECT_NE(got.error(), XmlError::signed_bytes_malformed);
      continue;
    }
    ++verified;
    auto parsed = Document::parse(got->bytes());
    EXPECT_TRUE(parsed && tests::written(got->root()) == tests::written(parsed->root()));
  }
  return verified;
}

TEST(SignedBytes, AreReadAlikeByBothReadersInEveryVector) {
  const auto keys = all_keys();
  int verified = 0;
  for (const char* kind : {"accept", "reject"}) {
    const auto folder = tests::source_path("tests/vectors/saml/" + std::string(kind));
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      SCOPED_TRACE(entry.path().string());
      const auto text = tests::read_file(entry.path().string());
      std::string message = text.substr(text.find("\n\n") + 2);
      if (!message.starts_with('<')) {
        message = base::base64_decode_spaced(message).value_or("");
      }
      verified += compare(message, keys);
    }
  }
  EXPECT_GT(verified, 60);
}

}  // namespace
}  // namespace doorward::xml
