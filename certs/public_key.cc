#include "certs/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>

#include <optional>
#include <string>

#include "certs/openssl.h"
#include "certs/signature_digest.h"

namespace doorward::certs {
namespace {

constexpr int kLeastRsaBits = 1024;
constexpr int kMostRsaBits = 8192;  // a longer one costs every check more than it protects

// An even exponent is no RSA, and with 1 anybody signs.
bool sound_exponent(EVP_PKEY* key) {
  BIGNUM* e = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1) return false;
  bool sound = BN_is_odd(e) == 1 && BN_is_one(e) == 0;
  BN_free(e);
  return sound;
}

std::optional<KeyType> curve_of(EVP_PKEY* key) {
  char name[64] = {};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name, sizeof name, &size) != 1) return std::nullopt;
  std::string_view curve(name, size);
  if (curve == "prime256v1" || curve == "P-256") return KeyType::ec_p256;
  if (curve == "secp384r1" || curve == "P-384") return KeyType::ec_p384;
  return std::nullopt;
}

// r and s side by side as the DER that OpenSSL takes; empty if that fails.
std::string ecdsa_der(std::string_view raw) {
  std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>> sig(ECDSA_SIG_new());
  auto half = static_cast<int>(raw.size() / 2);
  BIGNUM* r = BN_bin2bn(as_bytes(raw), half, nullptr);
  BIGNUM* s = BN_bin2bn(as_bytes(raw) + half, half, nullptr);
  ensure(sig != nullptr && ECDSA_SIG_set0(sig.get(), r, s) == 1, "ECDSA_SIG_set0");
  unsigned char* der = nullptr;
  int size = i2d_ECDSA_SIG(sig.get(), &der);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

}  // namespace

Sha digest_of(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::rsa_sha1:
      return Sha::sha1;
    case SignatureAlgorithm::rsa_sha256:
    case SignatureAlgorithm::ecdsa_sha256:
      return Sha::sha256;
    case SignatureAlgorithm::rsa_sha384:
    case SignatureAlgorithm::ecdsa_sha384:
      return Sha::sha384;
    case SignatureAlgorithm::rsa_sha512:
    case SignatureAlgorithm::ecdsa_sha512:
      return Sha::sha512;
  }
  std::abort();
}

std::expected<PublicKey, CertError> PublicKey::adopt(evp_pkey_st* key) {
  std::shared_ptr<evp_pkey_st> owned(key, EVP_PKEY_free);
  if (key == nullptr) return std::unexpected(CertError::unsupported_key);
  int bits = EVP_PKEY_get_bits(key);
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      if (bits > kMostRsaBits) return std::unexpected(CertError::unsupported_key);
      if (bits < kLeastRsaBits || !sound_exponent(key)) return std::unexpected(CertError::weak_key);
      return PublicKey(std::move(owned), KeyType::rsa, bits);
    case EVP_PKEY_EC:
      if (auto curve = curve_of(key)) return PublicKey(std::move(owned), *curve, bits);
      return std::unexpected(CertError::unsupported_key);
    default:
      return std::unexpected(CertError::unsupported_key);
  }
}

std::size_t PublicKey::signature_size() const {
  auto bytes = static_cast<std::size_t>(bits_ + 7) / 8;
  return type_ == KeyType::rsa ? bytes : 2 * bytes;
}

bool PublicKey::verify(SignatureAlgorithm algorithm, std::string_view bytes,
                       std::string_view signature) const {
  if (!fits(type_, algorithm) || signature.size() != signature_size()) return false;
  std::string der;
  if (type_ != KeyType::rsa) {
    der = ecdsa_der(signature);
    signature = der;
  }
  MdCtxPtr ctx(EVP_MD_CTX_new());
  ensure(ctx != nullptr, "EVP_MD_CTX_new");
  bool good = EVP_DigestVerifyInit(ctx.get(), nullptr, message_digest(digest_of(algorithm)),
                                   nullptr, key_.get()) == 1 &&
              EVP_DigestVerify(ctx.get(), as_bytes(signature), signature.size(), as_bytes(bytes),
                               bytes.size()) == 1;
  ERR_clear_error();
  return good;
}

evp_pkey_st* retain(evp_pkey_st* key) {
  ensure(EVP_PKEY_up_ref(key) == 1, "EVP_PKEY_up_ref");
  return key;
}

void release(evp_pkey_st* key) {
  EVP_PKEY_free(key);
}

}  // namespace doorward::certs
