#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/algorithms.h"
#include "certs/certificate.h"
#include "certs/private_key.h"
#include "xml/error.h"

namespace doorward::xml {

enum class DigestAlgorithm { sha1, sha256, sha384, sha512 };
enum class C14nMethod { exclusive, exclusive_with_comments, inclusive, inclusive_with_comments };

struct SignOptions {
  // Unset: the key's default_algorithm().
  std::optional<certs::SignatureAlgorithm> signature;
  DigestAlgorithm digest = DigestAlgorithm::sha256;
  C14nMethod c14n = C14nMethod::exclusive;
  // PrefixList of ec:InclusiveNamespaces in the Reference's C14N ("xs xsi"); none if empty.
  // With exclusive C14N only: else signing_failed.
  std::string inclusive_prefixes;
};

// `xml` with an enveloped signature [DSig 6.6.4] in the one element whose ID is `id`, right after
// its saml:Issuer if that comes first, else as the first child [Core 5.4.2]; `certificates` go
// into KeyInfo (none: no KeyInfo). Without XML declaration. The digests of enclosing signatures
// are not renewed: sign from the inside out.
// Errors: those of Document::parse; id_missing, id_not_unique, id_not_ncname; signature_algorithm
// if the key cannot make it; signing_failed. Thread-safe.
[[nodiscard]] std::expected<std::string, XmlError> sign_enveloped(
    std::string_view xml, std::string_view id, const certs::PrivateKey& key,
    const std::vector<certs::Certificate>& certificates, const SignOptions& options = {});

}  // namespace doorward::xml
