#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "certs/certificate.h"
#include "certs/trusted_keys.h"

namespace doorward::metadata {

inline constexpr std::string_view kRedirectBinding =
    "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
inline constexpr std::string_view kPostBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

struct IdpEndpoint {
  std::string binding;   // a URI
  std::string location;  // an https URL, or http on loopback
  friend bool operator==(const IdpEndpoint&, const IdpEndpoint&) = default;
};

// What a connection needs to know of an IdP.
struct IdpMetadata {
  std::string entity_id;         // opaque
  std::vector<IdpEndpoint> sso;  // distinct, in order; HTTP-Redirect or HTTP-POST among them
  // Distinct, in order, at least one; an expired one among them has a warning.
  std::vector<certs::Certificate> signing_certificates;
  std::vector<std::string> name_id_formats;
  bool want_authn_requests_signed = false;
  // The earliest validUntil of the document, the enclosing groups and the role.
  std::optional<base::Instant> valid_until;
  // Everything above was read from bytes that a key of `signed_by` signed.
  bool signed_and_verified = false;
  std::vector<std::string> warnings;  // sentences for an administrator

  // The first location with that binding.
  [[nodiscard]] std::optional<std::string> sso_location(std::string_view binding) const;
};

enum class MetadataError {
  too_large,
  malformed,
  not_metadata,
  several_entities,
  entity_not_found,
  duplicate_entity,
  not_signed,
  signature_invalid,
  bad_valid_until,
  expired,
  no_idp_role,
  tenant_independent,
  no_sso_endpoint,
  endpoint_not_https,
  bad_certificate,
  no_signing_certificate,
};

struct MetadataErrorInfo {
  MetadataError error;
  std::string_view name;     // stable, UPPER_SNAKE
  std::string_view meaning;  // one sentence for an administrator
  std::string_view fix;      // what to do about it
};

[[nodiscard]] const MetadataErrorInfo& metadata_error_info(MetadataError error);

// Every MetadataError once, in the order of the enum.
[[nodiscard]] std::span<const MetadataErrorInfo> all_metadata_errors();

struct ReadOptions {
  std::string entity_id;  // which entity of an aggregate; empty: the only IdP there is
  base::Instant now;      // validUntil is judged at this instant
  // Set: the signature of the document, of a group or of the entity must verify with one of these
  // keys, never with SHA-1, and only what it covers is read. Keys inside metadata prove nothing.
  const certs::TrustedKeys* signed_by = nullptr;
};

// Reads one IdP out of a metadata document or an aggregate [Meta 2.3]. A byte order mark, roles of
// other protocols and extensions are passed over; a signature is ignored, with a warning, while
// no key is given. Errors: the first that applies, in the order of MetadataError. Thread-safe.
[[nodiscard]] std::expected<IdpMetadata, MetadataError> parse_idp_metadata(
    std::string_view bytes, const ReadOptions& options);

}  // namespace doorward::metadata
