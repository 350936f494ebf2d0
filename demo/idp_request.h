#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace doorward::demo {

// What an IdP needs of an AuthnRequest.
struct AuthnRequest {
  std::string xml;  // as it was sent
  std::string id;
  std::string issuer;   // the service provider's entity id
  std::string acs_url;  // where the Response goes: always one of the gateway
};

// The XML of a SAMLRequest in the HTTP-Redirect binding (base64 of DEFLATE, at most 64 KiB
// inflated) or the HTTP-POST binding (base64). Error: a sentence.
[[nodiscard]] std::expected<std::string, std::string> decode_redirect(std::string_view value);
[[nodiscard]] std::expected<std::string, std::string> decode_post(std::string_view value);

// Reads an AuthnRequest that is meant for `sso_url` and comes from the gateway at `gateway_url`,
// the only service provider that is registered here. Signatures are not checked: most IdPs ignore
// them. Error: a sentence.
[[nodiscard]] std::expected<AuthnRequest, std::string> read_authn_request(
    std::string xml, std::string_view sso_url, std::string_view gateway_url);

}  // namespace doorward::demo
