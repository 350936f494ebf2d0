#pragma once

#include <string_view>

// The closed lists that keys, certificates and signatures come from.
namespace doorward::certs {

enum class CertError {
  syntax,              // not PEM, base64 or DER of exactly one certificate or key
  unsupported_key,     // neither RSA nor EC on P-256 or P-384
  weak_key,            // RSA below 1024 bits, or with a public exponent that protects nothing
  algorithm_mismatch,  // a key of this type cannot make this signature
};

enum class KeyType { rsa, ec_p256, ec_p384 };

// RSA is PKCS #1 v1.5 [RFC 8017 8.2]. ECDSA values are r and s, each as long as the curve's
// order, one after the other [DSig 6.4.3].
enum class SignatureAlgorithm {
  rsa_sha1,
  rsa_sha256,
  rsa_sha384,
  rsa_sha512,
  ecdsa_sha256,
  ecdsa_sha384,
  ecdsa_sha512,
};

// "rsa", "ec_p256", "ec_p384"; "rsa-sha256" and so on.
[[nodiscard]] std::string_view to_string(KeyType type);
[[nodiscard]] std::string_view to_string(SignatureAlgorithm algorithm);
// One sentence for an operator.
[[nodiscard]] std::string_view describe(CertError error);

// True if a key of `type` can make or check a signature by `algorithm`.
[[nodiscard]] bool fits(KeyType type, SignatureAlgorithm algorithm);

}  // namespace doorward::certs
