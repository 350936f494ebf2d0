#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string_view>

#include "certs/algorithms.h"

struct evp_pkey_st;

namespace doorward::certs {

// A public key that is strong enough to be trusted: RSA from 1024 to 8192 bits, EC on P-256 or
// P-384. Copies share one parsed key. Thread-safe.
class PublicKey {
 public:
  // Takes `key` over, whatever the result. Errors: unsupported_key, weak_key.
  [[nodiscard]] static std::expected<PublicKey, CertError> adopt(evp_pkey_st* key);

  [[nodiscard]] KeyType type() const { return type_; }
  // The modulus' length for RSA, the order's for EC.
  [[nodiscard]] int bits() const { return bits_; }
  // The length in bytes of every signature by this key.
  [[nodiscard]] std::size_t signature_size() const;
  // OpenSSL's handle, which stays this object's.
  [[nodiscard]] evp_pkey_st* native() const { return key_.get(); }

  // True if `signature` over `bytes` was made by this key with `algorithm`. A signature of
  // another length than signature_size, or an algorithm that does not fit, is false.
  [[nodiscard]] bool verify(SignatureAlgorithm algorithm, std::string_view bytes,
                            std::string_view signature) const;

 private:
  PublicKey(std::shared_ptr<evp_pkey_st> key, KeyType type, int bits)
      : key_(std::move(key)), type_(type), bits_(bits) {}

  std::shared_ptr<evp_pkey_st> key_;
  KeyType type_;
  int bits_;
};

// One more reference to a key's native handle, and its end: for a library that owns what it is
// given.
[[nodiscard]] evp_pkey_st* retain(evp_pkey_st* key);
void release(evp_pkey_st* key);

}  // namespace doorward::certs
