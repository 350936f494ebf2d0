#include "certs/private_key.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

#include "certs/openssl.h"
#include "certs/signature_digest.h"

namespace doorward::certs {
namespace {

// An encrypted key is refused; without this OpenSSL would ask the terminal.
int no_password(char*, int, int, void*) {
  return -1;
}

// DER of r and s as the two numbers side by side, each `half` bytes.
std::string ecdsa_raw(std::string_view der, std::size_t half) {
  const unsigned char* at = as_bytes(der);
  std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>> sig(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  ensure(sig != nullptr, "d2i_ECDSA_SIG");
  std::string out(2 * half, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  auto size = static_cast<int>(half);
  ensure(BN_bn2binpad(ECDSA_SIG_get0_r(sig.get()), bytes, size) == size &&
             BN_bn2binpad(ECDSA_SIG_get0_s(sig.get()), bytes + half, size) == size,
         "BN_bn2binpad");
  return out;
}

PublicKey checked(EVP_PKEY* key) {
  auto adopted = PublicKey::adopt(key);
  ensure(adopted.has_value(), "key generation");
  return std::move(*adopted);
}

void add_common_name(X509* x509, std::string_view common_name) {
  auto size = std::min<std::size_t>(common_name.size(), 64);
  // A cut must not leave half a UTF-8 character.
  while (size > 0 && size < common_name.size() &&
         (static_cast<unsigned char>(common_name[size]) & 0xC0U) == 0x80U) {
    --size;
  }
  X509_NAME* name = X509_get_subject_name(x509);
  if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, as_bytes(common_name),
                                 static_cast<int>(size), -1, 0) != 1) {
    constexpr std::string_view kFallback = "doorward";
    ERR_clear_error();
    ensure(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, as_bytes(kFallback),
                                      static_cast<int>(kFallback.size()), -1, 0) == 1,
           "X509_NAME");
  }
  ensure(X509_set_issuer_name(x509, name) == 1, "X509_set_issuer_name");
}

void set_serial(X509* x509, base::Rng& rng) {
  std::array<std::uint8_t, 16> serial{};
  rng.fill(serial);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7FU) | 0x40U);  // positive, full length
  std::unique_ptr<BIGNUM, FreeWith<BN_free>> number(
      BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  ensure(
      number != nullptr && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x509)) != nullptr,
      "BN_to_ASN1_INTEGER");
}

bool set_time(ASN1_TIME* field, base::Instant instant) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
  return ASN1_TIME_adj(field, static_cast<std::time_t>(seconds.time_since_epoch().count()), 0, 0) !=
         nullptr;
}

}  // namespace

PrivateKey PrivateKey::generate_rsa(int bits) {
  return PrivateKey(checked(EVP_RSA_gen(static_cast<unsigned>(bits))));
}

PrivateKey PrivateKey::generate_ec(KeyType type) {
  if (type == KeyType::rsa) return generate_rsa();
  return PrivateKey(checked(EVP_EC_gen(type == KeyType::ec_p384 ? "P-384" : "P-256")));
}

std::expected<PrivateKey, CertError> PrivateKey::parse_pem(std::string_view text) {
  BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  ensure(bio != nullptr, "BIO_new_mem_buf");
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr);
  ERR_clear_error();
  if (key == nullptr) return std::unexpected(CertError::syntax);
  auto adopted = PublicKey::adopt(key);
  ERR_clear_error();
  if (!adopted) return std::unexpected(adopted.error());
  return PrivateKey(std::move(*adopted));
}

std::string PrivateKey::pem() const {
  BioPtr bio(BIO_new(BIO_s_secmem()));
  ensure(bio != nullptr && PEM_write_bio_PKCS8PrivateKey(bio.get(), native(), nullptr, nullptr, 0,
                                                         nullptr, nullptr) == 1,
         "PEM_write_bio_PKCS8PrivateKey");
  char* data = nullptr;
  long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

SignatureAlgorithm PrivateKey::default_algorithm() const {
  switch (type()) {
    case KeyType::rsa:
      return SignatureAlgorithm::rsa_sha256;
    case KeyType::ec_p256:
      return SignatureAlgorithm::ecdsa_sha256;
    case KeyType::ec_p384:
      return SignatureAlgorithm::ecdsa_sha384;
  }
  return SignatureAlgorithm::rsa_sha256;
}

std::expected<std::string, CertError> PrivateKey::sign(SignatureAlgorithm algorithm,
                                                       std::string_view bytes) const {
  if (!fits(type(), algorithm)) return std::unexpected(CertError::algorithm_mismatch);
  MdCtxPtr ctx(EVP_MD_CTX_new());
  ensure(ctx != nullptr, "EVP_MD_CTX_new");
  ensure(EVP_DigestSignInit(ctx.get(), nullptr, message_digest(digest_of(algorithm)), nullptr,
                            native()) == 1,
         "EVP_DigestSignInit");
  std::size_t size = 0;
  ensure(EVP_DigestSign(ctx.get(), nullptr, &size, as_bytes(bytes), bytes.size()) == 1,
         "EVP_DigestSign");
  std::string out(size, '\0');
  ensure(EVP_DigestSign(ctx.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                        as_bytes(bytes), bytes.size()) == 1,
         "EVP_DigestSign");
  out.resize(size);
  if (type() == KeyType::rsa) return out;
  return ecdsa_raw(out, public_.signature_size() / 2);
}

Certificate make_self_signed(const PrivateKey& key, std::string_view common_name,
                             base::Instant not_before, base::Instant not_after, base::Rng& rng) {
  X509Ptr x509(X509_new());
  ensure(x509 != nullptr && X509_set_version(x509.get(), X509_VERSION_3) == 1, "X509_new");
  set_serial(x509.get(), rng);
  add_common_name(x509.get(), common_name);
  ensure(set_time(X509_getm_notBefore(x509.get()), not_before) &&
             set_time(X509_getm_notAfter(x509.get()), not_after),
         "ASN1_TIME_adj");
  ensure(X509_set_pubkey(x509.get(), key.native()) == 1, "X509_set_pubkey");
  const EVP_MD* md = message_digest(digest_of(key.default_algorithm()));
  ensure(X509_sign(x509.get(), key.native(), md) > 0, "X509_sign");
  unsigned char* der = nullptr;
  int size = i2d_X509(x509.get(), &der);
  ensure(size > 0, "i2d_X509");
  auto certificate =
      Certificate::parse_der({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  ensure(certificate.has_value(), "make_self_signed");
  return std::move(*certificate);
}

}  // namespace doorward::certs
