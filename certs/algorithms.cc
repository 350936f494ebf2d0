#include "certs/algorithms.h"

namespace doorward::certs {

std::string_view to_string(KeyType type) {
  switch (type) {
    case KeyType::rsa:
      return "rsa";
    case KeyType::ec_p256:
      return "ec_p256";
    case KeyType::ec_p384:
      return "ec_p384";
  }
  return {};
}

std::string_view to_string(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::rsa_sha1:
      return "rsa-sha1";
    case SignatureAlgorithm::rsa_sha256:
      return "rsa-sha256";
    case SignatureAlgorithm::rsa_sha384:
      return "rsa-sha384";
    case SignatureAlgorithm::rsa_sha512:
      return "rsa-sha512";
    case SignatureAlgorithm::ecdsa_sha256:
      return "ecdsa-sha256";
    case SignatureAlgorithm::ecdsa_sha384:
      return "ecdsa-sha384";
    case SignatureAlgorithm::ecdsa_sha512:
      return "ecdsa-sha512";
  }
  return {};
}

std::string_view describe(CertError error) {
  switch (error) {
    case CertError::syntax:
      return "This is not exactly one certificate or key in PEM, base64 or DER.";
    case CertError::unsupported_key:
      return "The key is neither RSA (at most 8192 bits) nor EC on P-256 or P-384.";
    case CertError::weak_key:
      return "The RSA key is shorter than 1024 bits or has an exponent that protects nothing.";
    case CertError::algorithm_mismatch:
      return "A key of this type cannot make this signature.";
  }
  return {};
}

bool fits(KeyType type, SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::rsa_sha1:
    case SignatureAlgorithm::rsa_sha256:
    case SignatureAlgorithm::rsa_sha384:
    case SignatureAlgorithm::rsa_sha512:
      return type == KeyType::rsa;
    case SignatureAlgorithm::ecdsa_sha256:
    case SignatureAlgorithm::ecdsa_sha384:
    case SignatureAlgorithm::ecdsa_sha512:
      return type == KeyType::ec_p256 || type == KeyType::ec_p384;
  }
  return false;
}

}  // namespace doorward::certs
