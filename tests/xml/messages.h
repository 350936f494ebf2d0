#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "certs/private_key.h"
#include "certs/trusted_keys.h"
#include "tests/support/world.h"
#include "xml/document.h"
#include "xml/error.h"
#include "xml/sign.h"
#include "xml/signature.h"

// Messages with real signatures for the tests of this room.
namespace doorward::xml::testing {

struct Signer {
  certs::PrivateKey key;
  certs::Certificate certificate;

  explicit Signer(certs::PrivateKey made)
      : key(std::move(made)), certificate(self_signed(key)), trusted({certificate}) {}

  certs::TrustedKeys trusted;

 private:
  static certs::Certificate self_signed(const certs::PrivateKey& key) {
    tests::SeededRng rng(4);
    return certs::make_self_signed(key, "idp", tests::at("2024-01-01T00:00:00Z"),
                                   tests::at("2034-01-01T00:00:00Z"), rng);
  }
};

inline const Signer& rsa() {
  static const Signer signer(certs::PrivateKey::generate_rsa());
  return signer;
}
inline const Signer& other_rsa() {
  static const Signer signer(certs::PrivateKey::generate_rsa());
  return signer;
}
inline const Signer& p256() {
  static const Signer signer(certs::PrivateKey::generate_ec(certs::KeyType::ec_p256));
  return signer;
}
inline const Signer& p384() {
  static const Signer signer(certs::PrivateKey::generate_ec(certs::KeyType::ec_p384));
  return signer;
}

inline std::string assertion(std::string_view id, std::string_view name_id) {
  return "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"" +
         std::string(id) + "\" Version=\"2.0\"><saml:Issuer>idp</saml:Issuer><saml:Subject>" +
         "<saml:NameID>" + std::string(name_id) + "</saml:NameID></saml:Subject></saml:Assertion>";
}

inline std::string response(std::string_view id, std::string_view content) {
  return "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"" +
         std::string(id) +
         "\" Version=\"2.0\"><saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">" +
         "idp</saml:Issuer>" + std::string(content) + "</samlp:Response>";
}

inline std::string must(std::expected<std::string, XmlError> text) {
  if (text) return *text;
  ADD_FAILURE() << xml_error_info(text.error()).name;
  return {};
}

inline std::string sign(std::string_view xml, std::string_view id, const Signer& signer = rsa(),
                        const SignOptions& options = {}) {
  return must(sign_enveloped(xml, id, signer.key, {signer.certificate}, options));
}

// `text` with its first `from` as `to`; a failure if there is none.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  auto at = text.find(from);
  if (at == std::string::npos) {
    ADD_FAILURE() << "no " << from << " in " << text;
    return text;
  }
  return text.replace(at, from.size(), to);
}

// The part from `open` to the end of the next `close`.
inline std::string part(const std::string& text, std::string_view open, std::string_view close) {
  auto at = text.find(open);
  auto end = text.find(close, at);
  if (at == std::string::npos || end == std::string::npos) {
    ADD_FAILURE() << "no " << open << " … " << close;
    return {};
  }
  return text.substr(at, end + close.size() - at);
}

inline std::optional<Element> find_id(Element at, std::string_view id) {
  if (at.attribute("ID") == id) return at;
  for (Element child : at.children()) {
    if (auto found = find_id(child, id)) return found;
  }
  return std::nullopt;
}

// The name of the error, or "OK", of verifying the element with that ID; of Document::parse if
// there is no document.
inline std::string verdict(const std::string& xml, std::string_view id,
                           const certs::TrustedKeys& keys = rsa().trusted,
                           const SignaturePolicy& policy = {}) {
  auto document = Document::parse(xml);
  if (!document) return std::string(xml_error_info(document.error()).name);
  auto element = find_id(document->root(), id);
  if (!element) return "NO SUCH ELEMENT";
  auto verified = verify_enveloped(*document, *element, keys, policy);
  return verified ? "OK" : std::string(xml_error_info(verified.error()).name);
}

}  // namespace doorward::xml::testing
