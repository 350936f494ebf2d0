#include "certs/certificate.h"

#include <openssl/err.h>

#include <ctime>
#include <optional>

#include "base/encoding.h"
#include "certs/digest.h"
#include "certs/openssl.h"

namespace doorward::certs {
namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

std::optional<base::Instant> instant_of(const ASN1_TIME* time) {
  std::tm tm{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &tm) != 1) return std::nullopt;
  return base::Instant(std::chrono::seconds(timegm(&tm)));
}

std::string name_of(const X509_NAME* name) {
  BioPtr bio(BIO_new(BIO_s_mem()));
  ensure(bio != nullptr, "BIO_new");
  constexpr unsigned long kFlags =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  if (X509_NAME_print_ex(bio.get(), name, 0, kFlags) < 0) return {};
  char* data = nullptr;
  long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

std::expected<Certificate, CertError> Certificate::parse_der(std::string_view bytes) {
  const unsigned char* at = as_bytes(bytes);
  X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(bytes.size())));
  if (!x509 || at != as_bytes(bytes) + bytes.size()) {
    ERR_clear_error();
    return std::unexpected(CertError::syntax);
  }
  auto not_before = instant_of(X509_get0_notBefore(x509.get()));
  auto not_after = instant_of(X509_get0_notAfter(x509.get()));
  if (!not_before || !not_after) return std::unexpected(CertError::syntax);
  auto key = PublicKey::adopt(X509_get_pubkey(x509.get()));
  ERR_clear_error();
  if (!key) return std::unexpected(key.error());
  return Certificate(std::make_shared<const Data>(
      Data{std::string(bytes), sha256_hex(bytes), *not_before, *not_after,
           name_of(X509_get_subject_name(x509.get())), std::move(*key)}));
}

std::expected<Certificate, CertError> Certificate::parse_base64(std::string_view text) {
  auto der = base::base64_decode_spaced(text);
  if (!der || der->empty()) return std::unexpected(CertError::syntax);
  return parse_der(*der);
}

std::expected<Certificate, CertError> Certificate::parse_pem(std::string_view text) {
  auto begin = text.find(kBegin);
  if (begin == std::string_view::npos) return std::unexpected(CertError::syntax);
  std::string_view body = text.substr(begin + kBegin.size());
  auto end = body.find(kEnd);
  if (end == std::string_view::npos || body.substr(end).find(kBegin) != std::string_view::npos) {
    return std::unexpected(CertError::syntax);
  }
  return parse_base64(body.substr(0, end));
}

std::expected<Certificate, CertError> Certificate::parse_any(std::string_view text) {
  return text.find(kBegin) == std::string_view::npos ? parse_base64(text) : parse_pem(text);
}

std::string Certificate::base64() const {
  return base::base64_encode(data_->der);
}

std::string Certificate::pem() const {
  std::string body = base64();
  std::string out = std::string(kBegin) + "\n";
  for (std::size_t i = 0; i < body.size(); i += 64) out += body.substr(i, 64) + "\n";
  return out + std::string(kEnd) + "\n";
}

}  // namespace doorward::certs
