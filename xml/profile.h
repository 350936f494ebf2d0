#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "certs/algorithms.h"
#include "xml/document.h"
#include "xml/error.h"
#include "xml/sign.h"

// The closed signature profile of SAML, checked on the tree before any cryptography. For this
// room's sources only.
namespace doorward::xml {

// URIs of the algorithms, the same for signing and verifying.
[[nodiscard]] std::string_view uri_of(certs::SignatureAlgorithm algorithm);
[[nodiscard]] std::string_view uri_of(DigestAlgorithm algorithm);
[[nodiscard]] std::string_view uri_of(C14nMethod method);
inline constexpr std::string_view kEnvelopedUri =
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

// A signature that fits the profile; nothing about it is verified yet.
struct SignatureProfile {
  Element signature;
  std::string id;  // of the element that contains it
  C14nMethod signed_info_c14n;
  C14nMethod content_c14n;
  certs::SignatureAlgorithm algorithm;
  DigestAlgorithm digest;
  std::size_t signature_size;  // of the decoded SignatureValue
  bool uses_sha1;
};

// Errors: XmlError's second group up to bad_base64, the first failing clause.
[[nodiscard]] std::expected<SignatureProfile, XmlError> read_profile(const Document& document,
                                                                     Element element,
                                                                     bool allow_sha1);

// How many attributes of the document, in any namespace and any spelling of "ID", have the value
// `id`.
[[nodiscard]] int count_ids(const Document& document, std::string_view id);

[[nodiscard]] bool is_ncname(const std::string& text);

}  // namespace doorward::xml
