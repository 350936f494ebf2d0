#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "certs/algorithms.h"
#include "certs/trusted_keys.h"
#include "xml/canonical.h"
#include "xml/document.h"
#include "xml/error.h"

namespace doorward::xml {

struct SignaturePolicy {
  // Signatures by RSA with SHA-1 and SHA-1 digests: only under a connection's time-boxed exception.
  bool allow_sha1 = false;
};

// The content of a verified signature, read from the very bytes that were digested: what the
// signature does not cover is not in it, and neither is the Signature. Made by verify_enveloped
// only. Move-only, one thread at a time; its elements are valid while it lives unmoved-from.
class SignedElement {
 public:
  [[nodiscard]] Element root() const { return tree_.root(); }
  // SHA-256 of the trusted certificate whose key verified, lower-case hex.
  [[nodiscard]] const std::string& key_fingerprint() const { return key_fingerprint_; }
  [[nodiscard]] certs::SignatureAlgorithm signature_algorithm() const { return algorithm_; }
  // True if the signature or the digest is by SHA-1.
  [[nodiscard]] bool uses_sha1() const { return uses_sha1_; }
  // The canonical bytes that were digested.
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  friend class Verifier;
  SignedElement(std::string bytes, CanonicalTree tree, std::string key_fingerprint,
                certs::SignatureAlgorithm algorithm, bool uses_sha1)
      : bytes_(std::move(bytes)),
        tree_(std::move(tree)),
        key_fingerprint_(std::move(key_fingerprint)),
        algorithm_(algorithm),
        uses_sha1_(uses_sha1) {}

  std::string bytes_;
  CanonicalTree tree_;
  std::string key_fingerprint_;
  certs::SignatureAlgorithm algorithm_;
  bool uses_sha1_;
};

// True if `element` has a ds:Signature as a child.
[[nodiscard]] bool has_signature(Element element);

// Verifies the enveloped signature of `element`, which belongs to `document`, with one of `keys`,
// and reads the signed bytes again within `limits`. A closed profile [Core 5.4] is checked before
// any cryptography: one Signature, after the Issuer, first or last; one Reference, to the element's
// own unique ID; enveloped-signature, then C14N (1.0 or exclusive); RSA with SHA-256/384/512, ECDSA
// on P-256 and P-384; KeyInfo is never read. Errors: XmlError's second group, the first failing
// clause. Documents are independent between threads; one document is one thread's.
[[nodiscard]] std::expected<SignedElement, XmlError> verify_enveloped(
    const Document& document, Element element, const certs::TrustedKeys& keys,
    const SignaturePolicy& policy = {}, const Limits& limits = {});

}  // namespace doorward::xml
