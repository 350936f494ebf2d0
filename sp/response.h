#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "sp/reject.h"
#include "xml/document.h"

namespace doorward::sp {

// A samlp:Response that nothing vouches for. What it claims serves to look up a connection and a
// pending request; everything else is read by verify only. Move-only, one thread at a time.
class UntrustedResponse {
 public:
  // The Issuer of the Response, else of its first Assertion, as it stands there; else empty.
  [[nodiscard]] std::string claimed_issuer() const;
  // InResponseTo of the Response; empty if absent.
  [[nodiscard]] std::string claimed_in_response_to() const;

 private:
  UntrustedResponse(xml::Document document, const xml::Limits& limits)
      : document_(std::move(document)), limits_(limits) {}
  friend std::expected<UntrustedResponse, Reject> parse_response_xml(std::string_view,
                                                                     const xml::Limits&);
  friend class Verification;

  xml::Document document_;
  xml::Limits limits_;
};

// Reads the value of the form field SAMLResponse: base64, in which blanks may stand
// [Bind 3.5.4]. Errors: malformed_base64, and those of parse_response_xml. Thread-safe.
[[nodiscard]] std::expected<UntrustedResponse, Reject> parse_response(
    std::string_view form_value, const xml::Limits& limits = {});

// Reads the XML itself. Errors: malformed_xml, dtd, entity, processing_instruction, xml_attribute,
// too_large, too_complex, not_a_response. Thread-safe.
[[nodiscard]] std::expected<UntrustedResponse, Reject> parse_response_xml(
    std::string_view xml, const xml::Limits& limits = {});

}  // namespace doorward::sp
