#include "metadata/idp_metadata.h"

namespace doorward::metadata {
namespace {

using enum MetadataError;

constexpr MetadataErrorInfo kInfos[] = {
    {too_large, "TOO_LARGE", "The document is larger than any metadata that is accepted.",
     "Ask the IdP or federation for the metadata of the one IdP instead of the whole aggregate."},
    {malformed, "MALFORMED",
     "The document is not the well-formed XML that is accepted: no DTD, "
     "no entities, UTF-8.",
     "Save the metadata as the IdP serves it, not a page that shows it or a sign-in page."},
    {not_metadata, "NOT_METADATA",
     "The document is XML, but no SAML 2.0 EntityDescriptor or EntitiesDescriptor with an "
     "entityID.",
     "Look for the IdP's SAML 2.0 metadata (federation metadata, not the WS-Federation or OpenID "
     "document)."},
    {several_entities, "SEVERAL_ENTITIES", "The document describes several IdPs.",
     "Name the one to take with --entity-id."},
    {entity_not_found, "ENTITY_NOT_FOUND", "The document has no entity of that entity id.",
     "Compare --entity-id letter by letter: http or https, and the slash at the end."},
    {duplicate_entity, "DUPLICATE_ENTITY",
     "The document describes that entity more than once, so that nobody can say which is meant.",
     "Ask the IdP or federation for the metadata of the one IdP."},
    {not_signed, "NOT_SIGNED",
     "A key to check the metadata with was given, but the metadata of this IdP is not signed.",
     "Take the signed document, or leave the key away."},
    {signature_invalid, "SIGNATURE_INVALID",
     "The signature of the metadata does not verify with the given key, or it uses SHA-1.",
     "Check the certificate of the metadata's signer, and that nothing re-formatted the file."},
    {bad_valid_until, "BAD_VALID_UNTIL", "A validUntil of the metadata is no xs:dateTime in UTC.",
     "Ask the IdP for corrected metadata."},
    {expired, "EXPIRED", "The metadata's validUntil is in the past.",
     "Download the metadata again from the IdP; validUntil says how long a copy may be used."},
    {no_idp_role, "NO_IDP_ROLE",
     "The entity has no IDPSSODescriptor for SAML 2.0: it is no identity provider.",
     "Import the IdP's metadata, not a service provider's."},
    {tenant_independent, "TENANT_INDEPENDENT",
     "This is Entra's metadata for every tenant (/common/, {tenantid}): anyone's tenant could "
     "sign in.",
     "Take the App Federation Metadata URL of the application, which has the tenant's id."},
    {no_sso_endpoint, "NO_SSO_ENDPOINT",
     "The IdP has no SingleSignOnService with HTTP-Redirect or HTTP-POST.",
     "Turn on one of these bindings at the IdP."},
    {endpoint_not_https, "ENDPOINT_NOT_HTTPS",
     "A SingleSignOnService location is not an https URL (http only on loopback).",
     "Let the IdP publish its https address."},
    {bad_certificate, "BAD_CERTIFICATE",
     "A signing certificate cannot be read, or none has a key that is supported (RSA, or EC on "
     "P-256 or P-384).",
     "Ask the IdP for corrected metadata or another signing certificate."},
    {no_signing_certificate, "NO_SIGNING_CERTIFICATE",
     "The IdP's metadata holds no signing certificate: nothing it says could be verified.",
     "Create a signing certificate at the IdP and download the metadata again."},
};

}  // namespace

std::span<const MetadataErrorInfo> all_metadata_errors() {
  return kInfos;
}

const MetadataErrorInfo& metadata_error_info(MetadataError error) {
  return kInfos[static_cast<std::size_t>(error)];
}

}  // namespace doorward::metadata
