#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "certs/certificate.h"
#include "certs/private_key.h"
#include "xml/sign.h"

// SAML Responses as an IdP issues them, and every way in which they can be wrong: for the demo IdP
// and for tests.
namespace doorward::demo {

struct SigningKey {
  certs::PrivateKey key;
  certs::Certificate certificate;
};

enum class Signing { none, response, assertion, both };

struct AttributeSpec {
  std::string name;
  std::vector<std::string> values;
  std::string name_format;    // empty: no NameFormat
  std::string friendly_name;  // empty: none
};

// One Response with one Assertion. Empty strings and nullopt leave the attribute or element out.
struct ResponseSpec {
  std::string response_id = "_response";
  std::string assertion_id = "_assertion";
  std::string version = "2.0";
  std::string assertion_version = "2.0";

  std::string issuer;           // of the Assertion
  std::string response_issuer;  // of the Response
  std::string issuer_format;    // of both
  std::string destination;
  std::string in_response_to;  // of the Response

  std::string status = "Success";  // the last part of the urn
  std::string status_second;
  std::string status_message;

  bool has_assertion = true;
  bool has_subject = true;
  std::optional<std::string> name_id;
  std::string name_id_format;
  std::string name_qualifier;
  std::string sp_name_qualifier;

  std::string confirmation_method = "bearer";  // the last part of the urn
  std::string recipient;
  std::string confirmation_in_response_to;
  std::optional<base::Instant> confirmation_not_before;
  std::optional<base::Instant> confirmation_not_on_or_after;

  base::Instant issue_instant;
  std::optional<base::Instant> not_before;
  std::optional<base::Instant> not_on_or_after;
  std::vector<std::string> audiences;  // one AudienceRestriction; empty: none
  std::string extra_conditions;        // XML inside Conditions

  bool has_authn_statement = true;
  base::Instant authn_instant;
  std::string session_index;
  std::optional<base::Instant> session_not_on_or_after;
  std::string authn_context = "PasswordProtectedTransport";  // the last part of the urn
  std::vector<AttributeSpec> attributes;
  bool typed_values = false;      // xsi:type="xs:string" at each AttributeValue
  bool attributes_first = false;  // AttributeStatement before AuthnStatement

  std::string protocol_prefix = "samlp";
  std::string assertion_prefix = "saml";  // empty: the default namespace

  Signing signing = Signing::assertion;
  xml::SignOptions options;
  std::optional<SigningKey> key;
  bool key_info = true;

  // Changes the XML before it is signed: for what no field says.
  std::function<void(std::string& xml)> edit;

  // InResponseTo of Response and confirmation at once; empty: unsolicited.
  void answer(const std::string& request_id) {
    in_response_to = request_id;
    confirmation_in_response_to = request_id;
  }
};

// The Response as XML, signed as `spec` says, the Assertion first. Ends the process if it cannot
// be signed: a spec that asks for a signature without a key, or edits the signed element away.
[[nodiscard]] std::string build_response(const ResponseSpec& spec);

}  // namespace doorward::demo
