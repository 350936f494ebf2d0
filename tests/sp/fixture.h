#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "demo/idp_message.h"
#include "sp/connection.h"
#include "sp/pending_request.h"
#include "tests/support/paths.h"
#include "tests/support/world.h"

// The IdP and the connections of the test vectors: names in a .vec file mean these.
namespace doorward::tests {

inline constexpr std::string_view kIdp = "https://idp.example.com/saml";
inline constexpr std::string_view kSp = "https://gate.example.com/saml/plain/metadata";
inline constexpr std::string_view kAcs = "https://gate.example.com/saml/plain/acs";
inline constexpr std::string_view kRequest = "_request";
inline constexpr std::string_view kNow = "2026-03-01T12:00:00Z";
inline constexpr std::string_view kAda = "ada@example.com";
inline constexpr std::string_view kMallory = "mallory@evil.example";

inline demo::SigningKey signing_key(std::string_view name) {
  const auto path = tests::source_path("tests/vectors/keys/" + std::string(name));
  auto key = certs::PrivateKey::parse_pem(read_file(path + ".key"));
  auto certificate = certs::Certificate::parse_pem(read_file(path + ".pem"));
  if (!key || !certificate) {
    std::fprintf(stderr, "no test key %s\n", path.c_str());
    std::abort();
  }
  return {std::move(*key), std::move(*certificate)};
}

inline sp::Connection make_connection(const sp::ConnectionSettings& settings) {
  return {settings, certs::TrustedKeys(settings.idp_certificates)};
}

inline sp::ConnectionSettings plain_settings() {
  sp::ConnectionSettings settings;
  settings.id = base::ConnectionId("plain");
  settings.idp_entity_id = kIdp;
  settings.sp_entity_id = kSp;
  settings.acs_url = kAcs;
  settings.idp_certificates = {signing_key("idp").certificate};
  return settings;
}

// plain; rotating (two certificates); ec; keyless; sha1 and sha1_over (an exception, and one that
// has ended at kNow); unsolicited; extra_audience. Another name: nullopt.
inline std::optional<sp::Connection> named_connection(std::string_view name) {
  auto settings = plain_settings();
  if (name == "rotating") {
    settings.idp_certificates.insert(settings.idp_certificates.begin(),
                                     signing_key("next").certificate);
  } else if (name == "ec") {
    settings.idp_certificates = {signing_key("ec").certificate};
  } else if (name == "keyless") {
    settings.idp_certificates.clear();
  } else if (name == "sha1") {
    settings.sha1_until = at("2026-03-02T00:00:00Z");
  } else if (name == "sha1_over") {
    settings.sha1_until = at(kNow);
  } else if (name == "unsolicited") {
    settings.unsolicited = sp::Unsolicited::allow;
  } else if (name == "extra_audience") {
    settings.extra_audiences = {"spn:gate"};
  } else if (name != "plain") {
    return std::nullopt;
  }
  return make_connection(settings);
}

// Made for `connection`, one minute before `now`.
inline sp::PendingRequest pending_request(std::string_view id, const sp::Connection& connection,
                                          base::Instant now) {
  sp::PendingRequest request;
  request.id = std::string(id);
  request.connection = connection.settings.id;
  request.issued_at = now - std::chrono::minutes(1);
  return request;
}

// What the IdP answers to kRequest at kNow, for Ada: acceptable as it stands.
inline demo::ResponseSpec good_spec() {
  const auto now = at(kNow);
  demo::ResponseSpec spec;
  spec.issuer = kIdp;
  spec.response_issuer = kIdp;
  spec.destination = kAcs;
  spec.recipient = kAcs;
  spec.audiences = {std::string(kSp)};
  spec.answer(std::string(kRequest));
  spec.name_id = std::string(kAda);
  spec.name_id_format = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
  spec.issue_instant = now;
  spec.authn_instant = now - std::chrono::minutes(10);
  spec.not_before = now - std::chrono::minutes(5);
  spec.not_on_or_after = now + std::chrono::minutes(5);
  spec.confirmation_not_on_or_after = now + std::chrono::minutes(5);
  spec.session_index = "_session";
  spec.attributes = {{"email", {std::string(kAda)}, "", ""},
                     {"groups", {"staff", "engineering"}, "", ""}};
  spec.key = signing_key("idp");
  return spec;
}

}  // namespace doorward::tests
