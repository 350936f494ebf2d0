#include "demo/idp_request.h"

#include "base/deflate.h"
#include "base/encoding.h"
#include "base/text.h"
#include "base/url.h"
#include "xml/document.h"

namespace doorward::demo {

namespace {

constexpr std::string_view kProtocol = "urn:oasis:names:tc:SAML:2.0:protocol";
constexpr std::string_view kAssertion = "urn:oasis:names:tc:SAML:2.0:assertion";
constexpr std::size_t kMaxRequest = 64UL * 1024;

}  // namespace

std::expected<std::string, std::string> decode_redirect(std::string_view value) {
  const auto deflated = base::base64_decode(value);
  if (!deflated) return std::unexpected("The SAMLRequest is not base64.");
  auto xml = base::inflate_raw(*deflated, kMaxRequest);
  if (!xml)
    return std::unexpected("The SAMLRequest is not one DEFLATE stream, or it is too large.");
  return *std::move(xml);
}

std::expected<std::string, std::string> decode_post(std::string_view value) {
  auto xml = base::base64_decode_spaced(value);
  if (!xml) return std::unexpected("The SAMLRequest is not base64.");
  return *std::move(xml);
}

std::expected<AuthnRequest, std::string> read_authn_request(std::string xml,
                                                            std::string_view sso_url,
                                                            std::string_view gateway_url) {
  const auto document = xml::Document::parse(xml, {.bytes = kMaxRequest});
  if (!document) return std::unexpected("The SAMLRequest is not XML that can be read.");
  const auto root = document->root();
  if (!root.is(kProtocol, "AuthnRequest")) return std::unexpected("This is no AuthnRequest.");
  if (root.attribute("Version") != "2.0") return std::unexpected("This is not SAML 2.0.");
  const auto destination = root.attribute("Destination");
  if (destination && *destination != sso_url) {
    return std::unexpected("The request is meant for " + *destination + ", and this is " +
                           std::string(sso_url) + ".");
  }

  AuthnRequest request;
  request.id = root.attribute("ID").value_or("");
  if (request.id.empty()) return std::unexpected("The request has no ID.");
  if (const auto issuer = root.child(kAssertion, "Issuer")) {
    request.issuer = base::trim(issuer->text());
  }
  // A registered service provider is one of the gateway's connections: …/saml/ID/metadata.
  const std::string prefix = std::string(gateway_url) + "/saml/";
  constexpr std::string_view kSuffix = "/metadata";
  if (!request.issuer.starts_with(prefix) || !request.issuer.ends_with(kSuffix)) {
    return std::unexpected("No service provider \"" + request.issuer + "\" is registered here.");
  }
  const std::string registered =
      request.issuer.substr(0, request.issuer.size() - kSuffix.size()) + "/acs";
  request.acs_url = root.attribute("AssertionConsumerServiceURL").value_or(registered);
  if (request.acs_url != registered || !base::parse_url(request.acs_url)) {
    return std::unexpected("The service provider did not register " + request.acs_url + ".");
  }
  request.xml = std::move(xml);
  return request;
}

}  // namespace doorward::demo
