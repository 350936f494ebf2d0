#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "demo/idp_vendors.h"
#include "sp/verify.h"
#include "tests/sp/fixture.h"
#include "xml/signature.h"

namespace doorward::sp {
namespace {

using tests::at;

const demo::Person kPerson = {.email = "ada@acme.test",
                              .first_name = "Ada",
                              .last_name = "Lövelace & Söhne",
                              .id = "00u1",
                              .groups = {"staff", "engineering"}};

struct Made {
  Connection connection;
  std::string xml;
};

Made make(const demo::Vendor& vendor, const std::string& request_id) {
  tests::SeededRng rng;
  auto settings = tests::plain_settings();
  settings.idp_entity_id = vendor.issuer;
  const demo::Exchange exchange{
      .sp_entity_id = settings.sp_entity_id, .acs_url = settings.acs_url, .request_id = request_id};
  auto spec = vendor.spec(exchange, kPerson, at(tests::kNow), rng);
  spec.key = tests::signing_key("idp");
  return {tests::make_connection(settings), demo::build_response(spec)};
}

std::expected<VerifiedAssertion, Reject> judge(const Made& made, base::Instant now) {
  const auto request = tests::pending_request(tests::kRequest, made.connection, now);
  return verify(*parse_response_xml(made.xml), made.connection, &request, now);
}

TEST(Vendors, AreAcceptedWithAllThatTheySay) {
  for (const auto& vendor : demo::vendors()) {
    const auto result = judge(make(vendor, std::string(tests::kRequest)), at(tests::kNow));
    ASSERT_TRUE(result) << vendor.name << reject_info(result.error()).name;
    EXPECT_EQ(result->name_id().value, kPerson.email);
    const auto has = [&](const std::vector<std::string>& values) {
      return std::ranges::any_of(result->attributes(),
                                 [&](const Attribute& a) { return a.values == values; });
    };
    EXPECT_TRUE(has({kPerson.first_name})) << vendor.name;
    EXPECT_TRUE(has({kPerson.last_name})) << vendor.name;
    EXPECT_TRUE(has(kPerson.groups)) << vendor.name;
    EXPECT_FALSE(result->session_index().empty()) << vendor.name;
    EXPECT_EQ(result->session_not_on_or_after().has_value(), vendor.name == "onelogin");
  }
}

TEST(Vendors, HaveWindowsOfTheirOwn) {
  const std::map<std::string_view, std::string> last = {{"okta", "2026-03-01T12:05:59Z"},
                                                        {"entra", "2026-03-01T13:00:59Z"},
                                                        {"google", "2026-03-01T12:05:59Z"},
                                                        {"onelogin", "2026-03-01T12:03:59Z"}};
  for (const auto& vendor : demo::vendors()) {
    const auto made = make(vendor, std::string(tests::kRequest));
    const auto end = at(last.at(vendor.name));
    EXPECT_TRUE(judge(made, end)) << vendor.name;
    EXPECT_EQ(judge(made, end + std::chrono::seconds(1)).error(), Reject::confirmation_expired);
  }
}

TEST(Vendors, SignWhatTheySignByDefault) {
  const std::map<std::string_view, std::pair<bool, bool>> choice = {{"okta", {true, true}},
                                                                    {"entra", {false, true}},
                                                                    {"google", {false, true}},
                                                                    {"onelogin", {true, false}}};
  for (const auto& vendor : demo::vendors()) {
    const auto made = make(vendor, std::string(tests::kRequest));
    const auto root = *xml::Document::parse(made.xml);
    const auto assertion = root.root().child("urn:oasis:names:tc:SAML:2.0:assertion", "Assertion");
    ASSERT_TRUE(assertion);
    EXPECT_EQ(std::pair(xml::has_signature(root.root()), xml::has_signature(*assertion)),
              choice.at(vendor.name))
        << vendor.name;
  }
}

TEST(Vendors, AreUnsolicitedWithoutARequest) {
  for (const auto& vendor : demo::vendors()) {
    const auto made = make(vendor, "");
    EXPECT_EQ(made.xml.find("InResponseTo"), std::string::npos);
    EXPECT_EQ(
        verify(*parse_response_xml(made.xml), made.connection, nullptr, at(tests::kNow)).error(),
        Reject::unsolicited);
  }
}

}  // namespace
}  // namespace doorward::sp
