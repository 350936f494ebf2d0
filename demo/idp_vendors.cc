#include "demo/idp_vendors.h"

#include <array>
#include <chrono>

#include "base/encoding.h"

namespace doorward::demo {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::string_view kOktaIssuer = "http://www.okta.com/exkdoorwarddemo0001697";
constexpr std::string_view kEntraTenant = "5d1e4f6a-3b8c-4c0e-9a57-2f60d7c1b8e3";
constexpr std::string_view kEntraIssuer =
    "https://sts.windows.net/5d1e4f6a-3b8c-4c0e-9a57-2f60d7c1b8e3/";
constexpr std::string_view kGoogleIssuer = "https://accounts.google.com/o/saml2?idpid=C0doorward";
constexpr std::string_view kOneLoginIssuer = "https://app.onelogin.com/saml/metadata/5000001";

constexpr auto kEmailFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
constexpr auto kEntityFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
constexpr auto kBasic = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";
constexpr auto kUnspecifiedName = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified";

std::string random_id(std::string_view prefix, base::Rng& rng) {
  std::array<std::uint8_t, 16> bytes{};
  rng.fill(bytes);
  return std::string(prefix) +
         base::hex_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// What all four have in common.
ResponseSpec common(std::string_view issuer, const Exchange& exchange, const Person& person,
                    base::Instant now) {
  ResponseSpec spec;
  spec.issuer = std::string(issuer);
  spec.response_issuer = spec.issuer;
  spec.destination = exchange.acs_url;
  spec.recipient = exchange.acs_url;
  spec.audiences = {exchange.sp_entity_id};
  spec.answer(exchange.request_id);
  spec.name_id = person.email;
  spec.name_id_format = kEmailFormat;
  spec.issue_instant = now;
  spec.authn_instant = now;
  return spec;
}

void set_window(ResponseSpec& spec, base::Duration before, base::Duration after) {
  spec.not_before = spec.issue_instant - before;
  spec.not_on_or_after = spec.issue_instant + after;
  spec.confirmation_not_on_or_after = spec.issue_instant + after;
}

void add(ResponseSpec& spec, std::string name, std::vector<std::string> values,
         const char* name_format) {
  if (!values.empty()) {
    spec.attributes.push_back({std::move(name), std::move(values), name_format, ""});
  }
}

}  // namespace

ResponseSpec okta_spec(const Exchange& exchange, const Person& person, base::Instant now,
                       base::Rng& rng) {
  auto spec = common(kOktaIssuer, exchange, person, now);
  spec.response_id = random_id("id", rng);
  spec.assertion_id = random_id("id", rng);
  spec.issuer_format = kEntityFormat;
  spec.session_index = exchange.request_id.empty() ? random_id("id", rng) : exchange.request_id;
  spec.signing = Signing::both;
  spec.protocol_prefix = "saml2p";
  spec.assertion_prefix = "saml2";
  spec.typed_values = true;
  spec.options.inclusive_prefixes = "xs";
  set_window(spec, minutes(5), minutes(5));
  add(spec, "email", {person.email}, kUnspecifiedName);
  add(spec, "firstName", {person.first_name}, kUnspecifiedName);
  add(spec, "lastName", {person.last_name}, kUnspecifiedName);
  add(spec, "id", {person.id}, kUnspecifiedName);
  add(spec, "groups", person.groups, kUnspecifiedName);
  return spec;
}

ResponseSpec entra_spec(const Exchange& exchange, const Person& person, base::Instant now,
                        base::Rng& rng) {
  constexpr auto kMicrosoft = "http://schemas.microsoft.com/identity/claims/";
  constexpr auto kXmlsoap = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";
  auto spec = common(kEntraIssuer, exchange, person, now);
  spec.response_id = random_id("_", rng);
  spec.assertion_id = random_id("_", rng);
  spec.session_index = spec.assertion_id;
  spec.authn_context = "Password";
  spec.authn_instant = now - hours(1);
  spec.signing = Signing::assertion;
  spec.assertion_prefix = "";
  spec.attributes_first = true;
  set_window(spec, minutes(5), minutes(60));
  const std::string microsoft = kMicrosoft;
  const std::string xmlsoap = kXmlsoap;
  add(spec, microsoft + "tenantid", {std::string(kEntraTenant)}, "");
  add(spec, microsoft + "objectidentifier", {person.id}, "");
  add(spec, microsoft + "displayname", {person.first_name + " " + person.last_name}, "");
  add(spec, "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", person.groups, "");
  add(spec, microsoft + "identityprovider", {std::string(kEntraIssuer)}, "");
  add(spec, "http://schemas.microsoft.com/claims/authnmethodsreferences",
      {"http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password"}, "");
  add(spec, xmlsoap + "givenname", {person.first_name}, "");
  add(spec, xmlsoap + "surname", {person.last_name}, "");
  add(spec, xmlsoap + "emailaddress", {person.email}, "");
  add(spec, xmlsoap + "name", {person.email}, "");
  return spec;
}

ResponseSpec google_spec(const Exchange& exchange, const Person& person, base::Instant now,
                         base::Rng& rng) {
  auto spec = common(kGoogleIssuer, exchange, person, now);
  spec.response_id = random_id("_", rng);
  spec.assertion_id = random_id("_", rng);
  spec.session_index = spec.assertion_id;
  spec.authn_context = "unspecified";
  spec.authn_instant = now - minutes(30);
  spec.signing = Signing::assertion;
  spec.protocol_prefix = "saml2p";
  spec.assertion_prefix = "saml2";
  spec.name_id_format = kEmailFormat;
  spec.attributes_first = true;
  set_window(spec, minutes(5), minutes(5));
  add(spec, "email", {person.email}, "");
  add(spec, "firstName", {person.first_name}, "");
  add(spec, "lastName", {person.last_name}, "");
  add(spec, "groups", person.groups, "");
  return spec;
}

ResponseSpec onelogin_spec(const Exchange& exchange, const Person& person, base::Instant now,
                           base::Rng& rng) {
  auto spec = common(kOneLoginIssuer, exchange, person, now);
  spec.response_id = random_id("R", rng);
  spec.assertion_id = random_id("A", rng);
  spec.session_index = random_id("_", rng);
  spec.session_not_on_or_after = now + hours(24);
  spec.signing = Signing::response;
  spec.typed_values = true;
  set_window(spec, minutes(3), minutes(3));
  add(spec, "User.email", {person.email}, kBasic);
  add(spec, "User.FirstName", {person.first_name}, kBasic);
  add(spec, "User.LastName", {person.last_name}, kBasic);
  add(spec, "PersonImmutableID", {person.id}, kBasic);
  add(spec, "memberOf", person.groups, kBasic);
  return spec;
}

std::span<const Vendor> vendors() {
  static constexpr std::array<Vendor, 4> kVendors = {{
      {"okta", kOktaIssuer, okta_spec},
      {"entra", kEntraIssuer, entra_spec},
      {"google", kGoogleIssuer, google_spec},
      {"onelogin", kOneLoginIssuer, onelogin_spec},
  }};
  return kVendors;
}

}  // namespace doorward::demo
