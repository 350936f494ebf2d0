#pragma once

#include <xmlsec/keys.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>

#include "certs/algorithms.h"
#include "xml/sign.h"

struct evp_pkey_st;

// xmlsec's handles as values. For this room's sources only.
namespace doorward::xml {

// One operation with one key. It enables one signature algorithm, the given transforms and
// references into the same document, and nothing else; KeyInfo is never read.
class DsigContext {
 public:
  struct Allowed {
    certs::SignatureAlgorithm signature;
    DigestAlgorithm digest;
    C14nMethod signed_info_c14n;
    C14nMethod content_c14n;
  };

  DsigContext() = default;
  DsigContext(const DsigContext&) = delete;
  DsigContext& operator=(const DsigContext&) = delete;
  ~DsigContext();

  // False if xmlsec has no memory or does not take the key. `key` stays the caller's.
  [[nodiscard]] bool prepare(evp_pkey_st* key, const Allowed& allowed);
  [[nodiscard]] xmlSecDSigCtxPtr get() { return &ctx_; }

 private:
  bool initialised_ = false;
  xmlSecDSigCtx ctx_{};
};

[[nodiscard]] xmlSecTransformId transform_of(certs::SignatureAlgorithm algorithm);
[[nodiscard]] xmlSecTransformId transform_of(DigestAlgorithm algorithm);
[[nodiscard]] xmlSecTransformId transform_of(C14nMethod method);

// Makes the ID attribute of one element the target of "#id", for as long as this lives. No other
// attribute of a document is ever registered, so an ID has one meaning.
class RegisteredId {
 public:
  RegisteredId(_xmlDoc* doc, _xmlNode* element, const std::string& id);
  RegisteredId(const RegisteredId&) = delete;
  RegisteredId& operator=(const RegisteredId&) = delete;
  ~RegisteredId();
  // False if the ID was taken or could not be registered.
  [[nodiscard]] bool good() const { return attribute_ != nullptr; }

 private:
  _xmlDoc* doc_;
  struct _xmlAttr* attribute_ = nullptr;
};

}  // namespace doorward::xml
