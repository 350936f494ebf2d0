#include "certs/seal.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "certs/digest.h"
#include "certs/openssl.h"

namespace doorward::certs {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kIdSize = 4;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kHeadSize = 1 + kIdSize;

std::string raw_id(std::string_view key) {
  return sha256("doorward data key id\n" + std::string(key)).substr(0, kIdSize);
}

unsigned char* writable(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

// Version and key id are authenticated with the caller's aad: both are part of what was sealed.
std::string full_aad(std::string_view head, std::string_view aad) {
  return std::string(head) + std::string(aad);
}

}  // namespace

DataKey::~DataKey() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

std::optional<DataKey> DataKey::parse(std::string_view base64_text) {
  auto bytes = base::base64_decode(base::trim(base64_text));
  DataKey key;
  if (!bytes || bytes->size() != key.bytes_.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), key.bytes_.begin());
  OPENSSL_cleanse(bytes->data(), bytes->size());
  return key;
}

std::string DataKey::generate(base::Rng& rng) {
  return base::base64_encode(rng.bytes(32));
}

std::string DataKey::id() const {
  return base::hex_encode(raw_id({reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}));
}

std::string seal(const DataKey& key, std::string_view aad, std::string_view plaintext,
                 base::Rng& rng) {
  std::string head =
      kVersion + raw_id({reinterpret_cast<const char*>(key.bytes_.data()), key.bytes_.size()});
  std::string nonce = rng.bytes(kNonceSize);
  std::string bound = full_aad(head, aad);
  std::string cipher(plaintext.size(), '\0');
  std::string tag(kTagSize, '\0');
  CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  int n = 0;
  ensure(ctx != nullptr &&
             EVP_EncryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, key.bytes_.data(),
                                as_bytes(nonce)) == 1 &&
             EVP_EncryptUpdate(ctx.get(), nullptr, &n, as_bytes(bound),
                               static_cast<int>(bound.size())) == 1 &&
             EVP_EncryptUpdate(ctx.get(), writable(cipher), &n, as_bytes(plaintext),
                               static_cast<int>(plaintext.size())) == 1 &&
             EVP_EncryptFinal_ex(ctx.get(), writable(cipher) + n, &n) == 1 &&
             EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, tag.data()) == 1,
         "AES-256-GCM");
  return head + nonce + cipher + tag;
}

std::optional<std::string> open(const DataKey& key, std::string_view aad, std::string_view sealed) {
  if (claimed_key_id(sealed) != key.id()) return std::nullopt;
  std::string bound = full_aad(sealed.substr(0, kHeadSize), aad);
  std::string_view nonce = sealed.substr(kHeadSize, kNonceSize);
  std::string_view cipher = sealed.substr(kHeadSize + kNonceSize);
  std::string tag(cipher.substr(cipher.size() - kTagSize));
  cipher.remove_suffix(kTagSize);
  std::string plain(cipher.size(), '\0');
  CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  ensure(ctx != nullptr, "EVP_CIPHER_CTX_new");
  int n = 0;
  bool good = EVP_DecryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, key.bytes_.data(),
                                 as_bytes(nonce)) == 1 &&
              EVP_DecryptUpdate(ctx.get(), nullptr, &n, as_bytes(bound),
                                static_cast<int>(bound.size())) == 1 &&
              EVP_DecryptUpdate(ctx.get(), writable(plain), &n, as_bytes(cipher),
                                static_cast<int>(cipher.size())) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()) == 1 &&
              EVP_DecryptFinal_ex(ctx.get(), writable(plain) + n, &n) == 1;
  ERR_clear_error();
  if (!good) {
    OPENSSL_cleanse(plain.data(), plain.size());
    return std::nullopt;
  }
  return plain;
}

std::optional<std::string> claimed_key_id(std::string_view sealed) {
  if (sealed.size() < kHeadSize + kNonceSize + kTagSize || sealed[0] != kVersion) {
    return std::nullopt;
  }
  return base::hex_encode(sealed.substr(1, kIdSize));
}

}  // namespace doorward::certs
