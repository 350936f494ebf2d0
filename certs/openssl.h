#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

// OpenSSL's handles as values. For this room's sources only.
namespace doorward::certs {

template <auto Function>
struct FreeWith {
  template <typename T>
  void operator()(T* handle) const {
    Function(handle);
  }
};

using PkeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, FreeWith<EVP_CIPHER_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, FreeWith<X509_free>>;
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

// For calls that fail only without memory or with a broken OpenSSL.
inline void ensure(bool ok, std::string_view what) {
  if (ok) return;
  std::fprintf(stderr, "OpenSSL failed: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

// Never null: to a cipher a null input means "finish".
inline const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data() == nullptr ? "" : text.data());
}

// The digest of a signature algorithm, looked up once for the process.
enum class Sha { sha1, sha256, sha384, sha512 };
const EVP_MD* message_digest(Sha sha);

}  // namespace doorward::certs
