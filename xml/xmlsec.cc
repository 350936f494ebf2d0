#include "xml/xmlsec.h"

#include <libxml/tree.h>
#include <libxml/valid.h>
#include <xmlsec/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>

#include <cstdlib>

#include "certs/public_key.h"

namespace doorward::xml {
namespace {

// xmlsec's key around OpenSSL's, which both then share.
xmlSecKeyPtr make_key(evp_pkey_st* native) {
  xmlSecKeyDataPtr data = xmlSecOpenSSLEvpKeyAdopt(certs::retain(native));
  if (data == nullptr) {
    certs::release(native);
    return nullptr;
  }
  xmlSecKeyPtr key = xmlSecKeyCreate();
  if (key == nullptr || xmlSecKeySetValue(key, data) != 0) {
    xmlSecKeyDataDestroy(data);
    if (key != nullptr) xmlSecKeyDestroy(key);
    return nullptr;
  }
  return key;
}

const xmlChar* chars(const std::string& text) {
  return reinterpret_cast<const xmlChar*>(text.c_str());
}

}  // namespace

DsigContext::~DsigContext() {
  if (initialised_) xmlSecDSigCtxFinalize(&ctx_);
}

bool DsigContext::prepare(evp_pkey_st* key, const Allowed& allowed) {
  if (xmlSecDSigCtxInitialize(&ctx_, nullptr) != 0) return false;
  initialised_ = true;
  // References are looked up by registered ID, without an XPath expression made of the message.
  ctx_.flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES | XMLSEC_DSIG_FLAGS_USE_VISA3D_HACK;
  ctx_.enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
  // To xmlsec an empty list means that every kind is enabled: this harmless one keeps it from
  // being empty.
  auto* harmless = const_cast<void*>(static_cast<const void*>(xmlSecKeyDataNameId));
  if (xmlSecPtrListAdd(&ctx_.keyInfoReadCtx.enabledKeyData, harmless) != 0) return false;
  ctx_.signKey = make_key(key);
  return ctx_.signKey != nullptr &&
         xmlSecDSigCtxEnableSignatureTransform(&ctx_, transform_of(allowed.signature)) == 0 &&
         xmlSecDSigCtxEnableSignatureTransform(&ctx_, transform_of(allowed.signed_info_c14n)) ==
             0 &&
         xmlSecDSigCtxEnableReferenceTransform(&ctx_, xmlSecTransformEnvelopedId) == 0 &&
         xmlSecDSigCtxEnableReferenceTransform(&ctx_, transform_of(allowed.content_c14n)) == 0 &&
         xmlSecDSigCtxEnableReferenceTransform(&ctx_, transform_of(allowed.digest)) == 0;
}

xmlSecTransformId transform_of(certs::SignatureAlgorithm algorithm) {
  using enum certs::SignatureAlgorithm;
  switch (algorithm) {
    case rsa_sha1:
      return xmlSecOpenSSLTransformRsaSha1Id;
    case rsa_sha256:
      return xmlSecOpenSSLTransformRsaSha256Id;
    case rsa_sha384:
      return xmlSecOpenSSLTransformRsaSha384Id;
    case rsa_sha512:
      return xmlSecOpenSSLTransformRsaSha512Id;
    case ecdsa_sha256:
      return xmlSecOpenSSLTransformEcdsaSha256Id;
    case ecdsa_sha384:
      return xmlSecOpenSSLTransformEcdsaSha384Id;
    case ecdsa_sha512:
      return xmlSecOpenSSLTransformEcdsaSha512Id;
  }
  std::abort();
}

xmlSecTransformId transform_of(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::sha1:
      return xmlSecOpenSSLTransformSha1Id;
    case DigestAlgorithm::sha256:
      return xmlSecOpenSSLTransformSha256Id;
    case DigestAlgorithm::sha384:
      return xmlSecOpenSSLTransformSha384Id;
    case DigestAlgorithm::sha512:
      return xmlSecOpenSSLTransformSha512Id;
  }
  std::abort();
}

xmlSecTransformId transform_of(C14nMethod method) {
  switch (method) {
    case C14nMethod::exclusive:
      return xmlSecTransformExclC14NId;
    case C14nMethod::exclusive_with_comments:
      return xmlSecTransformExclC14NWithCommentsId;
    case C14nMethod::inclusive:
      return xmlSecTransformInclC14NId;
    case C14nMethod::inclusive_with_comments:
      return xmlSecTransformInclC14NWithCommentsId;
  }
  std::abort();
}

RegisteredId::RegisteredId(_xmlDoc* doc, _xmlNode* element, const std::string& id) : doc_(doc) {
  if (xmlGetID(doc, chars(id)) != nullptr) return;
  for (xmlAttr* at = element->properties; at != nullptr; at = at->next) {
    if (at->ns != nullptr || xmlStrEqual(at->name, BAD_CAST "ID") == 0) continue;
    if (xmlAddID(nullptr, doc, chars(id), at) != nullptr) attribute_ = at;
    return;
  }
}

RegisteredId::~RegisteredId() {
  if (attribute_ != nullptr) xmlRemoveID(doc_, attribute_);
}

}  // namespace doorward::xml
