#include <gtest/gtest.h>

#include <filesystem>

#include "base/deflate.h"
#include "base/encoding.h"
#include "base/json.h"
#include "certs/trusted_keys.h"
#include "demo/app.h"
#include "demo/idp.h"
#include "metadata/idp_metadata.h"
#include "sp/authn_request.h"
#include "sp/response.h"
#include "sp/verify.h"
#include "tests/support/world.h"

namespace doorward {
namespace {

using demo::companies;
using demo::Company;

const base::Instant kNow = tests::at("2026-05-01T12:00:00Z");

// The value of the first hidden field `name` of a page, as the browser would send it.
std::string field_of(const std::string& html, const std::string& name) {
  const std::string start = "name=\"" + name + "\" value=\"";
  const auto from = html.find(start);
  if (from == std::string::npos) return {};
  const auto begin = from + start.size();
  return html.substr(begin, html.find('"', begin) - begin);
}

class DemoIdp : public testing::Test {
 protected:
  // The keys are made once for all tests: that is the slow part.
  static std::filesystem::path folder() {
    return std::filesystem::temp_directory_path() / ("doorward-demo-" + std::to_string(getpid()));
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder()); }
  void SetUp() override {
    idp_ = make();
    ASSERT_TRUE(idp_);
  }

  std::unique_ptr<demo::Idp> make() {
    auto idp = demo::Idp::make({.public_url = "http://idp.localhost:8000",
                                .gateway_url = "http://sso.localhost:8000",
                                .app_url = "http://app.localhost:8000",
                                .state = folder().string()},
                               clock_, rng_);
    return idp ? *std::move(idp) : nullptr;
  }

  http::Response get(std::string_view path, std::string query = "") {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.query = std::move(query);
    return idp_->answer(request);
  }
  http::Response post(const std::string& path, std::string body) {
    http::Request request;
    request.method = "POST";
    request.path = path;
    request.body = std::move(body);
    return idp_->answer(request);
  }

  // A connection of the gateway, as an administrator makes it from the metadata.
  sp::Connection connect(const Company& company) {
    const auto metadata = metadata::parse_idp_metadata(get(company.metadata_path).body,
                                                       {.entity_id = "", .now = kNow});
    EXPECT_TRUE(metadata);
    sp::ConnectionSettings settings;
    settings.id = base::ConnectionId(std::string(company.org));
    settings.idp_entity_id = metadata->entity_id;
    settings.idp_sso_url = metadata->sso.front().location;
    settings.idp_certificates = metadata->signing_certificates;
    settings.acs_url = "http://sso.localhost:8000/saml/" + settings.id.str() + "/acs";
    settings.sp_entity_id = "http://sso.localhost:8000/saml/" + settings.id.str() + "/metadata";
    auto keys = certs::TrustedKeys(settings.idp_certificates);
    return {std::move(settings), std::move(keys)};
  }

  // The login page that an AuthnRequest of `connection` leads to.
  http::Response ask(const Company& company, const sp::ConnectionSettings& settings) {
    const auto xml = sp::write_authn_request(settings, {}, "_request", kNow);
    const std::string body =
        "SAMLRequest=" + base::percent_encode(base::base64_encode(xml)) + "&RelayState=handle";
    const auto target = company.sso_target;
    return post(std::string(target.substr(0, target.find('?'))), body);
  }

  tests::HandClock clock_{kNow};
  tests::SeededRng rng_;
  std::unique_ptr<demo::Idp> idp_;
};

TEST_F(DemoIdp, WritesMetadataThatTheGatewayReads) {
  for (const auto& company : companies()) {
    SCOPED_TRACE(company.vendor);
    const auto connection = connect(company);
    EXPECT_EQ(connection.settings.idp_certificates.size(), 1U);
    EXPECT_TRUE(connection.settings.idp_sso_url.starts_with("http://idp.localhost:8000/"));
  }
}

TEST_F(DemoIdp, AnswersEachVendorsRequestSoThatTheGatewayVerifiesIt) {
  for (const auto& company : companies()) {
    SCOPED_TRACE(company.vendor);
    const auto connection = connect(company);
    const auto login = ask(company, connection.settings);
    ASSERT_EQ(login.status, 200);
    const auto signed_in = post("/" + std::string(company.vendor) + "/sign-in",
                                "person=0&RelayState=handle&SAMLRequest=" +
                                    base::percent_encode(field_of(login.body, "SAMLRequest")));
    ASSERT_EQ(signed_in.status, 200);
    EXPECT_EQ(field_of(signed_in.body, "RelayState"), "handle");
    auto response = sp::parse_response(field_of(signed_in.body, "SAMLResponse"));
    ASSERT_TRUE(response);
    sp::PendingRequest pending;
    pending.id = "_request";
    pending.connection = connection.settings.id;
    pending.issued_at = kNow;
    const auto assertion = sp::verify(*std::move(response), connection, &pending, kNow);
    ASSERT_TRUE(assertion) << sp::reject_info(assertion.error()).name;
    EXPECT_EQ(assertion->name_id().value, "ada@" + std::string(company.domain));
  }
}

TEST_F(DemoIdp, ReadsARedirectedRequest) {
  const auto& company = companies().front();
  const auto connection = connect(company);
  const auto xml = sp::write_authn_request(connection.settings, {}, "_request", kNow);
  const auto url = sp::redirect_url(connection.settings, xml, "handle");
  const auto login = get(company.sso_target, url.substr(url.find('?') + 1));
  EXPECT_EQ(login.status, 200);
  EXPECT_NE(login.body.find("Ada Lovelace"), std::string::npos);
}

TEST_F(DemoIdp, AnswersNoServiceProviderThatIsNotRegistered) {
  const auto& company = companies().front();
  auto settings = connect(company).settings;
  settings.sp_entity_id = "http://evil.example/metadata";
  EXPECT_EQ(ask(company, settings).status, 400);
}

TEST_F(DemoIdp, SendsNoAnswerToAnAddressThatIsNotRegistered) {
  const auto& company = companies().front();
  for (const auto* acs :
       {"http://evil.example/saml/acme/acs", "http://sso.localhost:8000/saml/globex/acs",
        "http://sso.localhost:8000.evil.example/saml/acme/acs"}) {
    auto settings = connect(company).settings;
    settings.acs_url = acs;
    EXPECT_EQ(ask(company, settings).status, 400) << acs;
  }
}

TEST_F(DemoIdp, RefusesARequestThatInflatesWithoutEnd) {
  const auto bomb = base::base64_encode(base::deflate_raw(std::string(10'000'000, 'a')));
  EXPECT_EQ(get(companies().front().sso_target, "SAMLRequest=" + base::percent_encode(bomb)).status,
            400);
}

TEST_F(DemoIdp, KeepsItsKeys) {
  const auto before = get(companies().front().metadata_path).body;
  idp_ = make();
  ASSERT_TRUE(idp_);
  EXPECT_EQ(get(companies().front().metadata_path).body, before);
}

TEST_F(DemoIdp, EscapesWhatItShows) {
  const auto& company = companies().front();
  const auto login = post(std::string(company.sso_target),
                          "RelayState=%22%3E%3Cscript%3E&SAMLRequest=" +
                              base::percent_encode(base::base64_encode(sp::write_authn_request(
                                  connect(company).settings, {}, "_request", kNow))));
  ASSERT_EQ(login.status, 200);
  EXPECT_EQ(login.body.find("\"><script>"), std::string::npos);
}

TEST(DemoApp, EchoesEveryHeaderInOrder) {
  demo::App app("demo");
  http::Request request;
  request.method = "GET";
  request.path = "/echo";
  request.headers = {{"remote-user", "ada@acme.example"}, {"remote-user", "twice"}};
  const auto json = base::parse_json(app.answer(request).body);
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["headers"].size(), 2U);
  EXPECT_EQ((*json)["headers"][1][1], "twice");
}

TEST(DemoApp, EscapesWhoItGreets) {
  demo::App app("demo");
  http::Request request;
  request.method = "GET";
  request.path = "/";
  request.headers = {{"remote-user", "x"}, {"remote-name", "%3Cscript%3E"}};
  const auto body = app.answer(request).body;
  EXPECT_EQ(body.find("<script>"), std::string::npos);
  EXPECT_NE(body.find("&lt;script&gt;"), std::string::npos);
}

}  // namespace
}  // namespace doorward
