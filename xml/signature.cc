#include "xml/signature.h"

#include <libxml/tree.h>

#include "xml/names.h"
#include "xml/profile.h"
#include "xml/xmlsec.h"

namespace doorward::xml {

// The one place that makes a SignedElement.
class Verifier {
 public:
  Verifier(const Document& document, Element element, const SignatureProfile& profile,
           const Limits& limits)
      : document_(document), element_(element), profile_(profile), limits_(limits) {}

  [[nodiscard]] std::expected<SignedElement, XmlError> with(const certs::TrustedKeys& keys) const {
    RegisteredId registered(document_.native(), element_.native(), profile_.id);
    if (!registered.good()) return std::unexpected(XmlError::id_not_unique);
    XmlError error = XmlError::key_mismatch;
    for (const auto& trusted : keys.keys()) {
      if (!certs::fits(trusted.key.type(), profile_.algorithm)) continue;
      auto bytes = digested_bytes(trusted.key);
      if (bytes) return reread(std::move(*bytes), trusted.fingerprint);
      error = bytes.error();
      // The content's digest is the same for every key.
      if (error == XmlError::digest_mismatch) break;
    }
    return std::unexpected(error);
  }

 private:
  // The bytes that xmlsec digested, if `key` signed them.
  [[nodiscard]] std::expected<std::string, XmlError> digested_bytes(
      const certs::PublicKey& key) const {
    // xmlsec splits an ECDSA value in the middle, whatever its length.
    if (profile_.signature_size != key.signature_size()) {
      return std::unexpected(XmlError::signature_mismatch);
    }
    DsigContext context;
    if (!context.prepare(key.native(), {.signature = profile_.algorithm,
                                        .digest = profile_.digest,
                                        .signed_info_c14n = profile_.signed_info_c14n,
                                        .content_c14n = profile_.content_c14n})) {
      return std::unexpected(XmlError::signature_mismatch);
    }
    xmlSecDSigCtxPtr ctx = context.get();
    int result = xmlSecDSigCtxVerify(ctx, profile_.signature.native());
    if (xmlSecPtrListGetSize(&ctx->signedInfoReferences) != 1) {
      return std::unexpected(XmlError::signature_mismatch);
    }
    auto* reference =
        static_cast<xmlSecDSigReferenceCtxPtr>(xmlSecPtrListGetItem(&ctx->signedInfoReferences, 0));
    if (reference == nullptr || reference->status != xmlSecDSigStatusSucceeded) {
      return std::unexpected(XmlError::digest_mismatch);
    }
    // The result is 0 for a wrong signature too.
    if (result != 0 || ctx->status != xmlSecDSigStatusSucceeded) {
      return std::unexpected(XmlError::signature_mismatch);
    }
    xmlSecBufferPtr buffer = xmlSecDSigReferenceCtxGetPreDigestBuffer(reference);
    if (buffer == nullptr || xmlSecBufferGetSize(buffer) == 0) {
      return std::unexpected(XmlError::signed_bytes_malformed);
    }
    return std::string(reinterpret_cast<const char*>(xmlSecBufferGetData(buffer)),
                       xmlSecBufferGetSize(buffer));
  }

  [[nodiscard]] std::expected<SignedElement, XmlError> reread(
      std::string bytes, const std::string& fingerprint) const {
    auto tree = CanonicalTree::read(bytes, limits_);
    bool same = tree && tree->root().is(element_.ns(), element_.name()) &&
                tree->root().attribute("ID") == profile_.id && !has_signature(tree->root());
    if (!same) return std::unexpected(XmlError::signed_bytes_malformed);
    return SignedElement(std::move(bytes), std::move(*tree), fingerprint, profile_.algorithm,
                         profile_.uses_sha1);
  }

  const Document& document_;
  Element element_;
  const SignatureProfile& profile_;
  const Limits& limits_;
};

bool has_signature(Element element) {
  return element.child(names::kDs, "Signature").has_value();
}

std::expected<SignedElement, XmlError> verify_enveloped(const Document& document, Element element,
                                                        const certs::TrustedKeys& keys,
                                                        const SignaturePolicy& policy,
                                                        const Limits& limits) {
  init();
  auto profile = read_profile(document, element, policy.allow_sha1);
  if (!profile) return std::unexpected(profile.error());
  if (keys.empty()) return std::unexpected(XmlError::no_trusted_key);
  return Verifier(document, element, *profile, limits).with(keys);
}

}  // namespace doorward::xml
