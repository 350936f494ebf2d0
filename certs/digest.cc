#include "certs/digest.h"

#include <openssl/hmac.h>

#include <array>

#include "base/encoding.h"
#include "certs/openssl.h"

namespace doorward::certs {
namespace {

std::string digest(Sha sha, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  ensure(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size,
                    message_digest(sha), nullptr) == 1,
         "EVP_Digest");
  out.resize(size);
  return out;
}

}  // namespace

const EVP_MD* message_digest(Sha sha) {
  // A fetch walks the providers' tables; these live as long as the process.
  static const std::array<const EVP_MD*, 4> digests = {
      EVP_MD_fetch(nullptr, "SHA1", nullptr), EVP_MD_fetch(nullptr, "SHA2-256", nullptr),
      EVP_MD_fetch(nullptr, "SHA2-384", nullptr), EVP_MD_fetch(nullptr, "SHA2-512", nullptr)};
  const EVP_MD* md = digests.at(static_cast<std::size_t>(sha));
  ensure(md != nullptr, "EVP_MD_fetch");
  return md;
}

std::string sha1(std::string_view bytes) {
  return digest(Sha::sha1, bytes);
}
std::string sha256(std::string_view bytes) {
  return digest(Sha::sha256, bytes);
}
std::string sha384(std::string_view bytes) {
  return digest(Sha::sha384, bytes);
}
std::string sha512(std::string_view bytes) {
  return digest(Sha::sha512, bytes);
}

std::string sha256_hex(std::string_view bytes) {
  return base::hex_encode(sha256(bytes));
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(32, '\0');
  unsigned size = 0;
  ensure(
      HMAC(message_digest(Sha::sha256), key.data(), static_cast<int>(key.size()), as_bytes(bytes),
           bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size) != nullptr &&
          size == out.size(),
      "HMAC");
  return out;
}

}  // namespace doorward::certs
