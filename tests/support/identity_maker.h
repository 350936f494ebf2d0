#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sp/identity.h"
#include "sp/verified_assertion.h"

namespace doorward::tests {

// What a test says of an identity; the rest is that of an ordinary sign-in.
struct IdentityFields {
  std::string connection = "acme-okta";
  std::string idp_entity_id = "https://idp.example/acme";
  std::string format = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
  std::string name_id = "00u1abc";
  std::string alt_subject;
  std::optional<sp::Email> email;
  std::string first_name;
  std::string last_name;
  std::string display_name;
  std::vector<std::string> groups;
};

struct AssertionFields {
  std::string name_id = "00u1abc";
  std::string session_index = "_s1";
  std::string key_fingerprint = "aa11";
  std::optional<base::Instant> session_not_on_or_after;
  std::string issuer = "https://idp.example/acme";
  std::string name_id_format;
  std::vector<sp::Attribute> attributes;
};

// The test's door to the two types that only a verified message makes otherwise: rules and
// sessions are tested with values that no message need carry.
struct IdentityMaker {
  [[nodiscard]] static sp::Identity identity(const IdentityFields& fields);
  [[nodiscard]] static sp::VerifiedAssertion assertion(const AssertionFields& fields);
};

}  // namespace doorward::tests
