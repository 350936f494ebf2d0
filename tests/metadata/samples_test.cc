#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "metadata/idp_metadata.h"
#include "tests/support/world.h"
#include "xml/document.h"
#include "xml/names.h"

// Metadata documents as real IdPs published them, from the folder DOORWARD_TEST_SAMPLES.
namespace doorward::metadata {
namespace {

using xml::names::kMd;

struct Sample {
  std::string name;
  std::string expected;  // "parse: n IDPSSODescriptor, n distinct signing certs, SSO …"
  std::string issuer;
  std::string signed_element;
  std::string signature_algorithm;
  std::string signature_verdict;
};

std::vector<Sample> samples(const std::string& folder) {
  std::vector<Sample> out;
  for (const auto& line : base::split(tests::read_file(folder + "/samples.tsv"), '\n')) {
    auto cells = base::split(line, '\t');
    if (cells.size() < 24 || cells[1] != "metadata") continue;
    out.push_back({cells[0], cells[3], cells[5], cells[6], cells[7], cells[21]});
  }
  return out;
}

// When the documents were current: one expired in 2016.
base::Instant current(const Sample& sample) {
  return tests::at(sample.name == "md_surfconext_signed" ? "2016-01-01T00:00:00Z"
                                                         : "2024-01-01T00:00:00Z");
}

void collect_idps(xml::Element element, std::vector<std::string>& ids) {
  if (element.child(kMd, "IDPSSODescriptor")) {
    ids.push_back(element.attribute("entityID").value_or(""));
  }
  for (auto child : element.children(kMd, "EntitiesDescriptor")) collect_idps(child, ids);
  for (auto child : element.children(kMd, "EntityDescriptor")) collect_idps(child, ids);
}

std::vector<std::string> idps_of(const std::string& bytes) {
  auto document = xml::Document::parse(bytes, xml::Limits::metadata());
  std::vector<std::string> ids;
  if (document) collect_idps(document->root(), ids);
  return ids;
}

// "SSO HTTP-POST,HTTP-POST,SOAP" of the table: duplicates are dropped, and so they are here.
std::set<std::string> expected_bindings(const std::string& expected) {
  auto start = expected.find("SSO ") + 4;
  auto parts = base::split(expected.substr(start, expected.find(';') - start), ',');
  return {parts.begin(), parts.end()};
}

std::string last_word(const std::string& binding) {
  return binding.substr(binding.find_last_of(":/") + 1);
}

class MetadataSamples : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("DOORWARD_TEST_SAMPLES");
    if (folder == nullptr) GTEST_SKIP() << "DOORWARD_TEST_SAMPLES is unset";
    folder_ = folder;
    samples_ = samples(folder_);
    ASSERT_GE(samples_.size(), 11U);
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    return tests::read_file(folder_ + "/metadata/" + name);
  }
  std::string folder_;
  std::vector<Sample> samples_;
};

TEST_F(MetadataSamples, AreReadAsTheTableSays) {
  for (const auto& sample : samples_) {
    SCOPED_TRACE(sample.name);
    std::string bytes = file(sample.name + ".xml");
    auto ids = idps_of(bytes);
    std::string idps = "parse: " + std::to_string(ids.size()) + " IDPSSODescriptor, ";
    EXPECT_TRUE(sample.expected.starts_with(idps)) << idps << "but " << sample.expected;
    // Of an aggregate the table counts the certificates of service providers too.
    if (sample.issuer == "EntitiesDescriptor") continue;
    ASSERT_EQ(ids, std::vector{sample.issuer});
    auto parsed = parse_idp_metadata(bytes, {"", current(sample), nullptr});
    ASSERT_TRUE(parsed) << metadata_error_info(parsed.error()).name;
    std::string counts =
        idps + std::to_string(parsed->signing_certificates.size()) + " distinct signing certs, ";
    EXPECT_TRUE(sample.expected.starts_with(counts)) << counts << "but " << sample.expected;
    std::set<std::string> bindings;
    for (const auto& one : parsed->sso) bindings.insert(last_word(one.binding));
    EXPECT_EQ(bindings, expected_bindings(sample.expected));
  }
}

TEST_F(MetadataSamples, HaveEveryIdpOfTheAggregatesReadOrRefusedWithItsReason) {
  std::map<std::string, int> verdicts;
  std::set<std::string> bindings;
  for (const char* name : {"md_aaitest_signed_aggregate", "md_testshib_providers_entities"}) {
    std::string bytes = file(std::string(name) + ".xml");
    for (const auto& id : idps_of(bytes)) {
      auto parsed = parse_idp_metadata(bytes, {id, tests::at("2024-01-01T00:00:00Z"), nullptr});
      ++verdicts[parsed ? "accepted" : std::string(metadata_error_info(parsed.error()).name)];
      if (!parsed) continue;
      EXPECT_EQ(parsed->entity_id, id);
      for (const auto& one : parsed->sso) bindings.insert(last_word(one.binding));
    }
  }
  // Counted in the documents with another parser: four name their keys instead of carrying a
  // certificate, three speak SAML 1.1 only, one has http:// endpoints.
  EXPECT_EQ(verdicts, (std::map<std::string, int>{{"accepted", 28},
                                                  {"ENDPOINT_NOT_HTTPS", 1},
                                                  {"NO_IDP_ROLE", 3},
                                                  {"NO_SIGNING_CERTIFICATE", 4}}));
  EXPECT_TRUE(bindings.contains("AuthnRequest"));
}

TEST_F(MetadataSamples, HaveSignaturesThatVerifyAsTheTableSays) {
  std::map<std::string, int> verdicts;
  for (const auto& sample : samples_) {
    SCOPED_TRACE(sample.name);
    auto certificate = certs::Certificate::parse_any(file(sample.name + ".pem"));
    ASSERT_TRUE(certificate);
    certs::TrustedKeys keys({*certificate});
    std::string bytes = file(sample.name + ".xml");
    auto ids = idps_of(bytes);
    ASSERT_FALSE(ids.empty());
    auto parsed = parse_idp_metadata(bytes, {ids[0], current(sample), &keys});
    std::string verdict =
        parsed ? "accepted" : std::string(metadata_error_info(parsed.error()).name);
    ++verdicts[verdict];
    if (sample.signed_element == "none") {
      EXPECT_EQ(verdict, "NOT_SIGNED");
    } else if (sample.signature_verdict.ends_with(":OK") &&
               sample.signature_algorithm != "rsa-sha1") {
      EXPECT_EQ(verdict, "accepted");
      EXPECT_TRUE(parsed && parsed->signed_and_verified);
    } else {
      EXPECT_EQ(verdict, "SIGNATURE_INVALID");
    }
  }
  EXPECT_EQ(verdicts["accepted"], 2);
  EXPECT_EQ(verdicts["SIGNATURE_INVALID"], 3);
}

TEST_F(MetadataSamples, AreRefusedAfterTheirValidUntil) {
  for (const char* name : {"md_surfconext_signed", "md_google_ssoready"}) {
    auto parsed = parse_idp_metadata(file(std::string(name) + ".xml"),
                                     {"", tests::at("2029-01-01T00:00:00Z"), nullptr});
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error(), MetadataError::expired);
  }
}

}  // namespace
}  // namespace doorward::metadata
