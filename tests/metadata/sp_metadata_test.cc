#include "metadata/sp_metadata.h"

#include <gtest/gtest.h>

#include "certs/private_key.h"
#include "tests/support/world.h"
#include "xml/document.h"
#include "xml/names.h"

namespace doorward::metadata {
namespace {

using xml::names::kDs;
using xml::names::kMd;

SpDescription sample() {
  SpDescription out;
  out.entity_id = "https://sso.example.com/saml/acme/metadata?a=1&b=\"2\"";
  out.acs_url = "https://sso.example.com/saml/acme/acs";
  return out;
}

TEST(SpMetadata, NamesTheEntityAndTheAcs) {
  auto document = xml::Document::parse(write_sp_metadata(sample()));
  ASSERT_TRUE(document);
  auto root = document->root();
  EXPECT_TRUE(root.is(kMd, "EntityDescriptor"));
  EXPECT_EQ(root.attribute("entityID"), sample().entity_id);
  auto role = root.child(kMd, "SPSSODescriptor");
  ASSERT_TRUE(role);
  EXPECT_EQ(role->attribute("protocolSupportEnumeration"), "urn:oasis:names:tc:SAML:2.0:protocol");
  EXPECT_EQ(role->attribute("WantAssertionsSigned"), "true");
  EXPECT_EQ(role->attribute("AuthnRequestsSigned"), "false");
  ASSERT_EQ(role->children().size(), 1U);
  auto acs = role->children()[0];
  EXPECT_TRUE(acs.is(kMd, "AssertionConsumerService"));
  EXPECT_EQ(acs.attribute("Binding"), "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST");
  EXPECT_EQ(acs.attribute("Location"), sample().acs_url);
  EXPECT_EQ(acs.attribute("index"), "0");
  EXPECT_EQ(acs.attribute("isDefault"), "true");
}

TEST(SpMetadata, HoldsItsPartsInTheSchemasOrder) {
  tests::SeededRng rng;
  auto description = sample();
  description.authn_requests_signed = true;
  description.name_id_formats = {"urn:first", "urn:second"};
  for (int i = 0; i < 2; ++i) {
    description.signing_certificates.push_back(certs::make_self_signed(
        certs::PrivateKey::generate_ec(), "sp", tests::at("2024-01-01T00:00:00Z"),
        tests::at("2034-01-01T00:00:00Z"), rng));
  }
  auto document = xml::Document::parse(write_sp_metadata(description));
  ASSERT_TRUE(document);
  auto role = document->root().child(kMd, "SPSSODescriptor");
  ASSERT_TRUE(role);
  EXPECT_EQ(role->attribute("AuthnRequestsSigned"), "true");
  std::string order;
  for (auto child : role->children()) order += std::string(child.name()) + " ";
  EXPECT_EQ(order,
            "KeyDescriptor KeyDescriptor NameIDFormat NameIDFormat AssertionConsumerService ");
  auto keys = role->children(kMd, "KeyDescriptor");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(keys[i].attribute("use"), "signing");
    auto text = keys[i]
                    .child(kDs, "KeyInfo")
                    ->child(kDs, "X509Data")
                    ->child(kDs, "X509Certificate")
                    ->text();
    EXPECT_EQ(certs::Certificate::parse_base64(text), description.signing_certificates[i]);
  }
  EXPECT_EQ(role->children(kMd, "NameIDFormat")[0].text(), "urn:first");
}

}  // namespace
}  // namespace doorward::metadata
