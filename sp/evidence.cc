#include "sp/evidence.h"

#include <algorithm>

#include "certs/certificate.h"
#include "xml/names.h"

namespace doorward::sp {

namespace {

std::string without_scheme(std::string_view url) {
  const auto colon = url.find("://");
  return std::string(colon == std::string_view::npos ? url : url.substr(colon));
}

std::string where_they_part(std::string_view expected, std::string_view got) {
  if (std::string(expected) + "/" == got || std::string(got) + "/" == expected) {
    return "they differ in the last slash";
  }
  if (without_scheme(expected) == without_scheme(got)) return "they differ in http and https";
  const auto size = std::min(expected.size(), got.size());
  const auto parting =
      std::mismatch(expected.begin(), expected.begin() + std::ptrdiff_t(size), got.begin());
  return "they differ from character " + std::to_string(parting.first - expected.begin() + 1) +
         " on";
}

}  // namespace

std::string compare(std::string_view expected, std::string_view got) {
  if (expected == got) return "as expected: \"" + std::string(got) + '"';
  return "expected \"" + std::string(expected) + "\", got \"" + std::string(got) + "\"; " +
         where_they_part(expected, got);
}

std::optional<std::string> claimed_fingerprint(xml::Element signature) {
  namespace names = xml::names;
  const auto info = signature.child(names::kDs, "KeyInfo");
  if (!info) return std::nullopt;
  const auto data = info->child(names::kDs, "X509Data");
  if (!data) return std::nullopt;
  const auto text = data->child(names::kDs, "X509Certificate");
  if (!text) return std::nullopt;
  const auto certificate = certs::Certificate::parse_base64(text->text());
  if (!certificate) return std::nullopt;
  return certificate->sha256();
}

std::string list_keys(const certs::TrustedKeys& keys) {
  if (keys.empty()) return "no trusted key";
  std::string list = "trusted: ";
  for (const auto& key : keys.keys()) {
    if (&key != &keys.keys().front()) list += ", ";
    list += key.fingerprint;
  }
  return list;
}

bool trusts(const certs::TrustedKeys& keys, std::string_view fingerprint) {
  return std::ranges::any_of(keys.keys(),
                             [&](const auto& key) { return key.fingerprint == fingerprint; });
}

}  // namespace doorward::sp
