#include "sp/response.h"

#include "base/encoding.h"
#include "xml/names.h"

namespace doorward::sp {

std::string UntrustedResponse::claimed_issuer() const {
  namespace names = xml::names;
  const auto root = document_.root();
  if (auto issuer = root.child(names::kSaml, "Issuer")) return issuer->text();
  if (auto assertion = root.child(names::kSaml, "Assertion")) {
    if (auto issuer = assertion->child(names::kSaml, "Issuer")) return issuer->text();
  }
  return {};
}

std::string UntrustedResponse::claimed_in_response_to() const {
  return document_.root().attribute("InResponseTo").value_or("");
}

std::expected<UntrustedResponse, Reject> parse_response(std::string_view form_value,
                                                        const xml::Limits& limits) {
  // Half as much again as base64 needs, for line breaks: the cap holds before the decoding.
  if (form_value.size() > 2 * limits.bytes) return std::unexpected(Reject::too_large);
  const auto xml = base::base64_decode_spaced(form_value);
  if (!xml || xml->empty()) return std::unexpected(Reject::malformed_base64);
  return parse_response_xml(*xml, limits);
}

std::expected<UntrustedResponse, Reject> parse_response_xml(std::string_view xml,
                                                            const xml::Limits& limits) {
  auto document = xml::Document::parse(xml, limits);
  if (!document) return std::unexpected(reject_of(document.error()));
  if (!document->root().is(xml::names::kSamlp, "Response")) {
    return std::unexpected(Reject::not_a_response);
  }
  return UntrustedResponse(std::move(*document), limits);
}

}  // namespace doorward::sp
