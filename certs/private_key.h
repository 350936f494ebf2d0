#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/doors.h"
#include "certs/algorithms.h"
#include "certs/certificate.h"
#include "certs/public_key.h"

namespace doorward::certs {

// A key pair of ours. Copies share one parsed key. Thread-safe.
class PrivateKey {
 public:
  // `bits` from 1024 to 8192 (product keys take the default). Ends the process if OpenSSL fails.
  [[nodiscard]] static PrivateKey generate_rsa(int bits = 2048);
  // `type` is ec_p256 or ec_p384; rsa is generate_rsa().
  [[nodiscard]] static PrivateKey generate_ec(KeyType type = KeyType::ec_p256);
  // One unencrypted private key in PEM. Errors: syntax, unsupported_key, weak_key.
  [[nodiscard]] static std::expected<PrivateKey, CertError> parse_pem(std::string_view text);

  // PKCS #8, unencrypted: to be sealed before it is stored.
  [[nodiscard]] std::string pem() const;
  [[nodiscard]] KeyType type() const { return public_.type(); }
  [[nodiscard]] const PublicKey& public_key() const { return public_; }
  // OpenSSL's handle, which stays this object's.
  [[nodiscard]] evp_pkey_st* native() const { return public_.native(); }

  // What the product signs with: rsa_sha256, ecdsa_sha256 or ecdsa_sha384, by the key's type.
  [[nodiscard]] SignatureAlgorithm default_algorithm() const;
  // The signature over `bytes`, of public_key().signature_size() bytes.
  // rsa_sha1 exists for the demo IdP and tests. Errors: algorithm_mismatch.
  [[nodiscard]] std::expected<std::string, CertError> sign(SignatureAlgorithm algorithm,
                                                           std::string_view bytes) const;

 private:
  explicit PrivateKey(PublicKey key) : public_(std::move(key)) {}

  PublicKey public_;  // the handle holds both halves
};

// A self-signed X.509 v3 certificate for `key`: CN=`common_name` (1 to 64 bytes of UTF-8, cut),
// a random serial of 128 bits, seconds only in both instants. SHA-256, or SHA-384 with P-384.
[[nodiscard]] Certificate make_self_signed(const PrivateKey& key, std::string_view common_name,
                                           base::Instant not_before, base::Instant not_after,
                                           base::Rng& rng);

}  // namespace doorward::certs
