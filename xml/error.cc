#include "xml/error.h"

#include <array>
#include <cstdlib>

namespace doorward::xml {
namespace {

constexpr std::array kErrors = {
    XmlErrorInfo{XmlError::too_large, "TOO_LARGE", "XML limits",
                 "The document is larger than the gateway reads."},
    XmlErrorInfo{XmlError::encoding, "ENCODING", "XML 1.0 4.3.3",
                 "The document is not UTF-8, or declares another encoding."},
    XmlErrorInfo{XmlError::xml_version, "XML_VERSION", "XML 1.0 2.8",
                 "The XML declaration names another version than 1.0."},
    XmlErrorInfo{XmlError::doctype, "DOCTYPE", "SAML Core 1.3, CVE-2024-52596",
                 "The document has a document type declaration, which SAML never needs."},
    XmlErrorInfo{XmlError::entity, "ENTITY", "CVE-2025-23369",
                 "The document uses an entity other than the five of XML."},
    XmlErrorInfo{XmlError::processing_instruction, "PROCESSING_INSTRUCTION", "XML 1.0 2.6",
                 "The message has a processing instruction, which SAML never needs."},
    XmlErrorInfo{XmlError::xml_attribute, "XML_ATTRIBUTE", "C14N 1.0 2.4",
                 "The document has an attribute of the xml: namespace other than xml:lang and "
                 "xml:space."},
    XmlErrorInfo{XmlError::namespaces, "NAMESPACES", "XML Names 1.0",
                 "A namespace prefix is undeclared, declared against the rules, or an attribute "
                 "stands twice."},
    XmlErrorInfo{XmlError::too_deep, "TOO_DEEP", "XML limits",
                 "Elements are nested more deeply than the gateway reads."},
    XmlErrorInfo{XmlError::too_many_elements, "TOO_MANY_ELEMENTS", "XML limits",
                 "The document has more elements than the gateway reads."},
    XmlErrorInfo{XmlError::too_many_attributes, "TOO_MANY_ATTRIBUTES", "XML limits",
                 "An element has more attributes, or more namespaces in scope, than the gateway "
                 "reads."},
    XmlErrorInfo{XmlError::trailing_content, "TRAILING_CONTENT", "XML 1.0 2.1, CVE-2022-39299",
                 "Something follows the root element."},
    XmlErrorInfo{XmlError::malformed, "MALFORMED", "XML 1.0 2.1",
                 "The document is not well-formed XML."},

    XmlErrorInfo{XmlError::signature_missing, "SIGNATURE_MISSING", "SAML Core 5.4.1",
                 "The element has no signature of its own."},
    XmlErrorInfo{XmlError::several_signatures, "SEVERAL_SIGNATURES", "SAML Core 5.4.1",
                 "The element has more than one signature."},
    XmlErrorInfo{
        XmlError::signature_misplaced, "SIGNATURE_MISPLACED", "SAML Core 3.2.1",
        "A signature stands where none belongs: its place is right after the Issuer, at the "
        "start or at the end."},
    XmlErrorInfo{XmlError::comment_in_signature, "COMMENT_IN_SIGNATURE", "CVE-2025-29775",
                 "There is a comment inside a signature."},
    XmlErrorInfo{XmlError::object_in_signature, "OBJECT_IN_SIGNATURE", "SAML Core 5.4.1",
                 "The signature carries a ds:Object, which could hide another message."},
    XmlErrorInfo{XmlError::signature_structure, "SIGNATURE_STRUCTURE",
                 "XML Signature 4.1, CVE-2025-29774",
                 "The signature's parts are not exactly those of the SAML profile."},
    XmlErrorInfo{XmlError::c14n_method, "C14N_METHOD", "SAML Core 5.4.3",
                 "SignedInfo is to be canonicalised by an unknown method."},
    XmlErrorInfo{XmlError::hmac, "HMAC", "GHSA-ww7x-3gxh-qm6r",
                 "The signature is an HMAC, which everybody who knows the certificate could make."},
    XmlErrorInfo{XmlError::signature_algorithm, "SIGNATURE_ALGORITHM", "XML Signature 6.4",
                 "The signature algorithm is none of RSA and ECDSA with SHA-256, SHA-384 and "
                 "SHA-512."},
    XmlErrorInfo{XmlError::sha1_not_allowed, "SHA1_NOT_ALLOWED", "NIST SP 800-131A",
                 "The signature uses SHA-1, for which this connection has no exception."},
    XmlErrorInfo{XmlError::reference_count, "REFERENCE_COUNT", "SAML Core 5.4.2, CVE-2026-33487",
                 "The signature must have exactly one reference."},
    XmlErrorInfo{XmlError::id_missing, "ID_MISSING", "SAML Core 5.4.2",
                 "The signed element has no ID."},
    XmlErrorInfo{XmlError::id_not_ncname, "ID_NOT_NCNAME", "SAML Core 1.3.4, CVE-2015-20108",
                 "The signed element's ID is no XML name."},
    XmlErrorInfo{XmlError::id_not_unique, "ID_NOT_UNIQUE", "SAML Core 1.3.4",
                 "Another attribute of the document carries the signed element's ID."},
    XmlErrorInfo{XmlError::reference_uri, "REFERENCE_URI", "SAML Core 5.4.2",
                 "The signature's reference is not to the element that contains it."},
    XmlErrorInfo{XmlError::transform_unknown, "TRANSFORM_UNKNOWN",
                 "SAML Core 5.4.4, CVE-2026-49289",
                 "The signature asks for a transform other than enveloped-signature and C14N."},
    XmlErrorInfo{XmlError::transforms_wrong, "TRANSFORMS_WRONG", "SAML Core 5.4.4",
                 "The transforms are not exactly enveloped-signature and then C14N."},
    XmlErrorInfo{XmlError::digest_algorithm, "DIGEST_ALGORITHM", "XML Signature 6.2",
                 "The digest algorithm is none of SHA-256, SHA-384 and SHA-512."},
    XmlErrorInfo{XmlError::bad_base64, "BAD_BASE64", "XML Signature 4.2",
                 "A digest or signature value is not base64 of the right length."},
    XmlErrorInfo{XmlError::no_trusted_key, "NO_TRUSTED_KEY", "SAML MetaIOP 2.5",
                 "No certificate is trusted for this connection."},
    XmlErrorInfo{XmlError::key_mismatch, "KEY_MISMATCH", "XML Signature 6.4",
                 "No trusted certificate has a key of the type that the signature needs."},
    XmlErrorInfo{XmlError::digest_mismatch, "DIGEST_MISMATCH", "XML Signature 3.2.1",
                 "The signed content was changed after it was signed."},
    XmlErrorInfo{XmlError::signature_mismatch, "SIGNATURE_MISMATCH", "XML Signature 3.2.2",
                 "No trusted certificate made this signature."},
    XmlErrorInfo{XmlError::signed_bytes_malformed, "SIGNED_BYTES_MALFORMED", "SAML Core 5.4.2",
                 "The bytes that were signed are no document with the element's name and ID."},
    XmlErrorInfo{XmlError::signing_failed, "SIGNING_FAILED", "XML Signature 3.1",
                 "The document could not be signed."},
};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < kErrors.size(); ++i) {
    if (static_cast<std::size_t>(kErrors[i].error) != i) return false;
  }
  return static_cast<std::size_t>(XmlError::signing_failed) + 1 == kErrors.size();
}
static_assert(in_enum_order(), "xml_error_info finds an error by its number");

}  // namespace

const XmlErrorInfo& xml_error_info(XmlError error) {
  return kErrors.at(static_cast<std::size_t>(error));
}

std::span<const XmlErrorInfo> all_xml_errors() {
  return kErrors;
}

}  // namespace doorward::xml
