#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "base/text.h"
#include "sp/verify.h"
#include "tests/sp/fixture.h"

// Messages as real IdPs issued them, kept outside of the project: DOORWARD_TEST_SAMPLES names the
// folder.
namespace doorward::sp {
namespace {

using tests::at;
using Row = std::map<std::string, std::string>;

std::string samples_folder() {
  const char* folder = std::getenv("DOORWARD_TEST_SAMPLES");
  return folder ? folder : "";
}

std::vector<Row> read_responses(const std::string& folder) {
  const auto lines = base::split(tests::read_file(folder + "/samples.tsv"), '\n');
  const auto names = base::split(lines.front(), '\t');
  std::vector<Row> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto values = base::split(lines[i], '\t');
    Row row;
    for (std::size_t k = 0; k < values.size() && k < names.size(); ++k) row[names[k]] = values[k];
    if (row["kind"] == "response") rows.push_back(row);
  }
  return rows;
}

ConnectionSettings settings_for(const std::string& folder, Row row) {
  ConnectionSettings settings;
  settings.id = base::ConnectionId("sample");
  settings.idp_entity_id = row["issuer"];
  settings.sp_entity_id = row["audience"];
  // The table lost the quotation marks that the message has.
  if (row["name"] == "okta_gosaml2_2016_both") settings.sp_entity_id = "\"123\"";
  settings.acs_url = row["recipient"];
  const auto pem = tests::read_file(folder + "/responses/" + row["name"] + ".pem");
  auto certificate = certs::Certificate::parse_any(pem);
  EXPECT_TRUE(certificate) << row["name"];
  if (certificate) settings.idp_certificates = {*certificate};
  return settings;
}

// "accept", or the name of the Reject.
std::string judge(const std::string& folder, Row row, const ConnectionSettings& settings) {
  const auto connection = tests::make_connection(settings);
  auto now = at(row["eval_time"]);
  const auto xml = tests::read_file(folder + "/responses/" + row["name"] + ".xml");
  auto response = parse_response_xml(base::trim(xml));
  if (!response) return std::string(reject_info(response.error()).name);
  const auto request = tests::pending_request(row["in_response_to"], connection, now);
  const bool asked = !row["in_response_to"].empty();
  const auto result = verify(std::move(*response), connection, asked ? &request : nullptr, now);
  if (!result) return std::string(reject_info(result.error()).name);
  EXPECT_EQ(result->name_id().value, row["nameid"]) << row["name"];
  EXPECT_EQ(result->attributes().size(), std::stoul(row["attributes"])) << row["name"];
  return "accept";
}

// What `expected` of the table means for us, when every exception is granted that it names.
const std::map<std::string, std::string> kRefused = {
    {"okta_ssoready_2024", "DIGEST_MISMATCH"},
    {"okta_dex_two_assertions", "SEVERAL_ASSERTIONS"},
    {"onelogin_nodesaml_2014_response", "AUDIENCE_MISSING"},
    {"keycloak_ssoready_2024_assertion", "NO_AUTHN_STATEMENT"},
    {"ssp_omniauth_digest_mismatch", "DIGEST_MISMATCH"},
    {"secureworks_crewjam_2017_assertion", "CONFIRMATION_NOT_BEFORE"},
    {"boxyhq_digestvalue_comment", "SIGNATURE_COMMENT"},
};

class Samples : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = samples_folder();
    if (folder_.empty()) GTEST_SKIP() << "DOORWARD_TEST_SAMPLES is not set";
    rows_ = read_responses(folder_);
    ASSERT_EQ(rows_.size(), 27U);
  }
  std::string folder_;
  std::vector<Row> rows_;
};

TEST_F(Samples, GetTheVerdictOfTheProfileWithEveryExceptionGranted) {
  std::map<std::string, int> seen;
  for (auto& row : rows_) {
    auto settings = settings_for(folder_, row);
    settings.unsolicited = Unsolicited::allow;
    settings.sha1_until = at("2100-01-01T00:00:00Z");
    const auto verdict = judge(folder_, row, settings);
    ++seen[verdict];
    if (const auto refused = kRefused.find(row["name"]); refused != kRefused.end()) {
      EXPECT_TRUE(row["expected"].starts_with("reject")) << row["name"];
      EXPECT_EQ(verdict, refused->second) << row["name"];
    } else if (row["encrypted"] != "no") {
      EXPECT_EQ(verdict, "ENCRYPTED_NOT_SUPPORTED") << row["name"];
    } else {
      EXPECT_TRUE(row["expected"].starts_with("accept")) << row["name"];
      EXPECT_EQ(verdict, "accept") << row["name"];
    }
  }
  EXPECT_EQ(seen["accept"], 15);
}

TEST_F(Samples, NeedTheExceptionForSha1) {
  int refused = 0;
  for (auto& row : rows_) {
    if (!row["expected"].contains("RSA/SHA-1")) continue;
    auto settings = settings_for(folder_, row);
    settings.unsolicited = Unsolicited::allow;
    EXPECT_EQ(judge(folder_, row, settings), "SHA1") << row["name"];
    ++refused;
  }
  EXPECT_EQ(refused, 6);
}

TEST_F(Samples, NeedTheConnectionsConsentWhenUnsolicited) {
  int refused = 0;
  for (auto& row : rows_) {
    if (!row["in_response_to"].empty() || row["expected"].starts_with("reject")) continue;
    auto settings = settings_for(folder_, row);
    settings.sha1_until = at("2100-01-01T00:00:00Z");
    EXPECT_EQ(judge(folder_, row, settings), "UNSOLICITED") << row["name"];
    ++refused;
  }
  EXPECT_EQ(refused, 6);
}

TEST_F(Samples, AreForOneServiceProviderOnly) {
  for (auto& row : rows_) {
    auto settings = settings_for(folder_, row);
    settings.unsolicited = Unsolicited::allow;
    settings.sha1_until = at("2100-01-01T00:00:00Z");
    auto audience = settings;
    audience.sp_entity_id += "/";
    EXPECT_NE(judge(folder_, row, audience), "accept") << row["name"];
    auto acs = settings;
    acs.acs_url += "/";
    EXPECT_NE(judge(folder_, row, acs), "accept") << row["name"];
    auto issuer = settings;
    issuer.idp_entity_id += "/";
    EXPECT_NE(judge(folder_, row, issuer), "accept") << row["name"];
    auto key = settings;
    key.idp_certificates = {tests::signing_key("evil").certificate};
    EXPECT_NE(judge(folder_, row, key), "accept") << row["name"];
  }
}

}  // namespace
}  // namespace doorward::sp
