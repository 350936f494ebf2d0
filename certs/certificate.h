#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "certs/algorithms.h"
#include "certs/public_key.h"

namespace doorward::certs {

// An X.509 certificate, read as the carrier of a key: no chain is built and no name is checked,
// because SAML trusts the key that an administrator accepted [MetaIOP 2.5].
// Copies share one parsed certificate. Thread-safe.
class Certificate {
 public:
  // Exactly one CERTIFICATE block; text around it is ignored.
  // Errors of all four: syntax, unsupported_key, weak_key.
  [[nodiscard]] static std::expected<Certificate, CertError> parse_pem(std::string_view text);
  // Exactly one certificate and nothing after it.
  [[nodiscard]] static std::expected<Certificate, CertError> parse_der(std::string_view bytes);
  // The content of ds:X509Certificate: DER in base64, blanks allowed [DSig 4.5.4].
  [[nodiscard]] static std::expected<Certificate, CertError> parse_base64(std::string_view text);
  // parse_pem if there is a PEM marker, else parse_base64.
  [[nodiscard]] static std::expected<Certificate, CertError> parse_any(std::string_view text);

  // SHA-256 over the DER as 64 lower-case hex characters.
  [[nodiscard]] const std::string& sha256() const { return data_->sha256; }
  // The certificate's validity, both ends included, UTC.
  [[nodiscard]] base::Instant not_before() const { return data_->not_before; }
  [[nodiscard]] base::Instant not_after() const { return data_->not_after; }
  // The subject's name by RFC 2253, UTF-8; empty if it has none.
  [[nodiscard]] const std::string& subject() const { return data_->subject; }
  [[nodiscard]] const PublicKey& key() const { return data_->key; }

  [[nodiscard]] const std::string& der() const { return data_->der; }
  // The DER in base64, on one line.
  [[nodiscard]] std::string base64() const;
  // One CERTIFICATE block, lines of 64 characters, with a last line break.
  [[nodiscard]] std::string pem() const;

  // Equal if the DER is.
  friend bool operator==(const Certificate& a, const Certificate& b) {
    return a.data_->der == b.data_->der;
  }

 private:
  struct Data {
    std::string der;
    std::string sha256;
    base::Instant not_before;
    base::Instant not_after;
    std::string subject;
    PublicKey key;
  };
  explicit Certificate(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

  std::shared_ptr<const Data> data_;
};

}  // namespace doorward::certs
