#include "sp/authn_request.h"

#include <cstdlib>
#include <vector>

#include "base/deflate.h"
#include "base/encoding.h"
#include "xml/names.h"
#include "xml/sign.h"
#include "xml/writer.h"

namespace doorward::sp {
namespace {

constexpr std::string_view kPostBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

std::string_view signature_uri(certs::SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case certs::SignatureAlgorithm::rsa_sha1:
      return "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    case certs::SignatureAlgorithm::rsa_sha256:
      return "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    case certs::SignatureAlgorithm::rsa_sha384:
      return "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384";
    case certs::SignatureAlgorithm::rsa_sha512:
      return "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";
    case certs::SignatureAlgorithm::ecdsa_sha256:
      return "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    case certs::SignatureAlgorithm::ecdsa_sha384:
      return "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
    case certs::SignatureAlgorithm::ecdsa_sha512:
      return "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512";
  }
  std::abort();
}

bool fits_relay_state(std::string_view relay_state) {
  return !relay_state.empty() && relay_state.size() <= kMaxRelayState;
}

}  // namespace

std::string make_request_id(base::Rng& rng) {
  return "_" + base::hex_encode(rng.bytes(20));
}

std::string write_authn_request(const ConnectionSettings& connection, const Preset& preset,
                                std::string_view id, base::Instant now,
                                const RequestOptions& options) {
  std::string issue_instant = base::format_instant(now);
  xml::Writer writer;
  writer.start("samlp:AuthnRequest", {{"xmlns:samlp", xml::names::kSamlp},
                                      {"xmlns:saml", xml::names::kSaml},
                                      {"ID", id},
                                      {"Version", "2.0"},
                                      {"IssueInstant", issue_instant},
                                      {"Destination", connection.idp_sso_url}});
  if (options.force_authn) writer.attribute("ForceAuthn", "true");
  if (options.is_passive) writer.attribute("IsPassive", "true");
  writer.attribute("ProtocolBinding", kPostBinding);
  writer.attribute("AssertionConsumerServiceURL", connection.acs_url);
  writer.leaf("saml:Issuer", connection.sp_entity_id);
  if (!preset.request_name_id_format.empty()) {
    writer.start("samlp:NameIDPolicy",
                 {{"Format", preset.request_name_id_format}, {"AllowCreate", "true"}});
    writer.end();
  }
  return writer.str();
}

std::string redirect_url(const ConnectionSettings& connection, std::string_view request_xml,
                         std::string_view relay_state, const certs::PrivateKey* key) {
  std::string query =
      "SAMLRequest=" + base::percent_encode(base::base64_encode(base::deflate_raw(request_xml)));
  if (fits_relay_state(relay_state)) query += "&RelayState=" + base::percent_encode(relay_state);
  if (key != nullptr) {
    auto algorithm = key->default_algorithm();
    query += "&SigAlg=" + base::percent_encode(signature_uri(algorithm));
    auto signature = key->sign(algorithm, query);
    // A key can always make its own default signature.
    if (!signature) std::abort();
    query += "&Signature=" + base::percent_encode(base::base64_encode(*signature));
  }
  const std::string& url = connection.idp_sso_url;
  std::string_view separator = "?";
  if (url.find('?') != std::string::npos) {
    separator = url.ends_with('?') || url.ends_with('&') ? "" : "&";
  }
  return url + std::string(separator) + query;
}

std::expected<PostForm, xml::XmlError> post_form(const ConnectionSettings& connection,
                                                 std::string_view request_xml, std::string_view id,
                                                 std::string_view relay_state,
                                                 const certs::PrivateKey* key,
                                                 const certs::Certificate* certificate) {
  std::string message(request_xml);
  if (key != nullptr) {
    std::vector<certs::Certificate> certificates;
    if (certificate != nullptr) certificates.push_back(*certificate);
    auto signed_message = xml::sign_enveloped(request_xml, id, *key, certificates);
    if (!signed_message) return std::unexpected(signed_message.error());
    message = std::move(*signed_message);
  }
  PostForm form{connection.idp_sso_url, base::base64_encode(message), ""};
  if (fits_relay_state(relay_state)) form.relay_state = std::string(relay_state);
  return form;
}

}  // namespace doorward::sp
