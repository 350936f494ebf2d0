#include "sp/reject.h"

namespace doorward::sp {

namespace {

constexpr std::string_view kReportIt =
    "No IdP sends this on its own: treat the message as forged or damaged on its way, keep it, and "
    "ask the IdP's operator if it comes again.";
constexpr std::string_view kSigningOptions =
    "In the IdP's signing options choose RSA with SHA-256 and exclusive canonicalisation; a plain "
    "SAML 2.0 application template does this by itself.";

}  // namespace

RejectInfo reject_info(Reject reject) {
  switch (reject) {
    case Reject::malformed_base64:
      return {"MALFORMED_BASE64", "Bind 3.5.4", "The form field SAMLResponse is not base64.",
              "Post the message unchanged: a proxy or a copy between IdP and gateway has cut or "
              "re-encoded it."};
    case Reject::malformed_xml:
      return {"MALFORMED_XML", "Core 1.2", "The message is not well-formed XML 1.0 in UTF-8.",
              "Look for a proxy that cuts long form posts; otherwise report it to the IdP."};
    case Reject::dtd:
      return {"DTD", "CVE-2024-52596", "The message has a document type declaration.", kReportIt};
    case Reject::entity:
      return {"ENTITY", "CVE-2025-23369", "The message uses an XML entity.", kReportIt};
    case Reject::processing_instruction:
      return {"PROCESSING_INSTRUCTION", "DSig 8.1",
              "The message has an XML processing instruction.", kReportIt};
    case Reject::xml_attribute:
      return {"XML_ATTRIBUTE", "C14N 2.4",
              "The message has an xml: attribute other than xml:lang and xml:space.", kReportIt};
    case Reject::too_large:
      return {"TOO_LARGE", "Core 1.2", "The message is larger than this gateway reads.",
              "Send fewer attributes and only the groups that are assigned to the application."};
    case Reject::too_complex:
      return {"TOO_COMPLEX", "Core 1.2",
              "The message is nested too deep, or has too many elements or attributes.",
              "Send fewer attributes and only the groups that are assigned to the application."};
    case Reject::not_a_response:
      return {"NOT_A_RESPONSE", "Core 3.2.2", "The message is not a SAML 2.0 Response.",
              "Set the IdP to SAML 2.0 and the HTTP-POST binding; WS-Federation and SAML 1.1 end "
              "here."};
    case Reject::version:
      return {"VERSION", "Core 3.2.2", "The Version is not 2.0.",
              "Set the IdP's application to SAML 2.0."};

    case Reject::status_missing:
      return {"STATUS_MISSING", "Core 3.2.2.1", "The Response has no Status.", kReportIt};
    case Reject::status_requester:
      return {"STATUS_REQUESTER", "Core 3.2.2.2",
              "The IdP says that our request was wrong (Requester).",
              "Compare Entity ID and ACS URL in the IdP's application with those of this "
              "connection, and the NameID format that is asked for; the IdP's log has the reason."};
    case Reject::status_responder:
      return {"STATUS_RESPONDER", "Core 3.2.2.2", "The IdP could not answer (Responder).",
              "Read the IdP's own sign-in log: an error there, an unassigned person or a policy of "
              "the IdP stopped the sign-in."};
    case Reject::status_no_passive:
      return {"STATUS_NO_PASSIVE", "Core 3.2.2.2",
              "The IdP could not sign the person in without showing a page (NoPassive).",
              "Start the sign-in again without asking for a passive one."};
    case Reject::status_authn_failed:
      return {"STATUS_AUTHN_FAILED", "Core 3.2.2.2",
              "The person did not authenticate at the IdP (AuthnFailed).",
              "Let the person sign in again; the IdP's log tells why it failed."};
    case Reject::status_request_denied:
      return {"STATUS_REQUEST_DENIED", "Core 3.2.2.2",
              "The IdP refused the request (RequestDenied).",
              "Assign the person, or one of their groups, to the application in the IdP."};
    case Reject::status_other:
      return {"STATUS_OTHER", "Core 3.2.2.2", "The IdP answered with another status than Success.",
              "Look up the status code in the IdP's documentation and its sign-in log."};

    case Reject::no_assertion:
      return {"NO_ASSERTION", "Prof 4.1.4.2", "The Response holds no Assertion.",
              "Check in the IdP that the application issues assertions, with HTTP-POST."};
    case Reject::several_assertions:
      return {"SEVERAL_ASSERTIONS", "Prof 4.1.4.2",
              "The message holds more than one Assertion, or one in the wrong place.", kReportIt};
    case Reject::encrypted_not_supported:
      return {
          "ENCRYPTED_NOT_SUPPORTED", "Core 2.3.4",
          "The Assertion, its NameID or an attribute is encrypted; this version cannot read it.",
          "Turn assertion encryption off in the IdP's application: the message travels over "
          "TLS."};

    case Reject::not_signed:
      return {"NOT_SIGNED", "Prof 4.1.3.5", "Neither the Response nor the Assertion is signed.",
              "Turn on signing of the assertion, of the response, or of both, in the IdP."};
    case Reject::several_signatures:
      return {"SEVERAL_SIGNATURES", "Core 5.4.1", "One element carries more than one Signature.",
              kReportIt};
    case Reject::signature_misplaced:
      return {"SIGNATURE_MISPLACED", "Core 2.3.3",
              "A Signature does not stand right after the Issuer, or stands where none belongs.",
              kReportIt};
    case Reject::signature_comment:
      return {"SIGNATURE_COMMENT", "CVE-2025-29775", "A comment stands inside the Signature.",
              kReportIt};
    case Reject::signature_object:
      return {"SIGNATURE_OBJECT", "Core 5.4.6", "The Signature holds a ds:Object.", kReportIt};
    case Reject::signature_structure:
      return {"SIGNATURE_STRUCTURE", "DSig 4.1",
              "The Signature's parts are not those of the schema.", kReportIt};
    case Reject::c14n_method:
      return {"C14N_METHOD", "Core 5.4.3",
              "SignedInfo is canonicalised by a method other than C14N 1.0 or exclusive C14N.",
              kSigningOptions};
    case Reject::hmac:
      return {"HMAC", "GHSA-ww7x-3gxh-qm6r",
              "The Signature is an HMAC, which anyone who knows the public key can make.",
              kReportIt};
    case Reject::signature_algorithm:
      return {"SIGNATURE_ALGORITHM", "DSig 6.4", "The signature algorithm is not accepted.",
              kSigningOptions};
    case Reject::sha1:
      return {"SHA1", "DSig 6.4.2", "The signature or its digest uses SHA-1.",
              "Choose RSA-SHA256 as the signature algorithm in the IdP. Until that is done an "
              "operator can allow SHA-1 for this connection up to a date "
              "(connection set ID --allow-sha1-until DATE)."};
    case Reject::reference_count:
      return {"REFERENCE_COUNT", "Core 5.4.2", "The Signature has not exactly one Reference.",
              kReportIt};
    case Reject::id_invalid:
      return {"ID_INVALID", "Core 1.3.4",
              "The signed element has no ID, or one that is no XML name.", kReportIt};
    case Reject::id_not_unique:
      return {"ID_NOT_UNIQUE", "Core 1.3.4", "Two elements of the message carry the same ID.",
              kReportIt};
    case Reject::reference_uri:
      return {"REFERENCE_URI", "Core 5.4.2",
              "The Reference does not point to the element that carries the Signature.", kReportIt};
    case Reject::transform:
      return {"TRANSFORM", "Core 5.4.4",
              "The Reference's transforms are not enveloped-signature and then a canonicalisation.",
              kSigningOptions};
    case Reject::digest_algorithm:
      return {"DIGEST_ALGORITHM", "DSig 6.2", "The digest algorithm is not accepted.",
              kSigningOptions};
    case Reject::signature_base64:
      return {"SIGNATURE_BASE64", "DSig 4.2", "DigestValue or SignatureValue is not base64.",
              kReportIt};
    case Reject::no_trusted_key:
      return {"NO_TRUSTED_KEY", "Core 5.4.5",
              "The connection has no IdP certificate to verify with.",
              "Import the IdP's metadata or its signing certificate into the connection."};
    case Reject::unknown_key:
      return {
          "UNKNOWN_KEY", "Core 5.4.5",
          "The message names a certificate that this connection does not trust.",
          "If the IdP has renewed its signing certificate, refresh the connection's metadata or "
          "add the new certificate; compare both fingerprints with the IdP's page first."};
    case Reject::key_type_mismatch:
      return {"KEY_TYPE_MISMATCH", "DSig 6.4",
              "No trusted key is of the type that the signature algorithm needs.",
              "Import the certificate that the IdP signs with now: RSA and EC keys do not replace "
              "each other."};
    case Reject::digest_mismatch:
      return {"DIGEST_MISMATCH", "DSig 3.2.1", "The content was changed after it was signed.",
              "Look for a proxy that rewrites form posts, or for a copy of the message that was "
              "re-formatted; otherwise treat it as forged."};
    case Reject::signature_mismatch:
      return {
          "SIGNATURE_MISMATCH", "DSig 3.2.2", "No trusted key made this signature.",
          "If the IdP has renewed its signing certificate, refresh the connection's metadata or "
          "add the new certificate; otherwise treat the message as forged."};
    case Reject::signed_content:
      return {"SIGNED_CONTENT", "CVE-2024-45409",
              "The bytes that were signed are not the Assertion that was posted.", kReportIt};

    case Reject::issuer_missing:
      return {"ISSUER_MISSING", "Prof 4.1.4.2",
              "The Assertion or the signed Response has no Issuer.",
              "Set the issuer (entity ID) in the IdP's application."};
    case Reject::issuer_format:
      return {"ISSUER_FORMAT", "Prof 4.1.4.2",
              "The Issuer's Format is not that of an entity identifier.",
              "Let the IdP send its issuer as an entity identifier or without Format."};
    case Reject::issuer_mismatch:
      return {"ISSUER_MISMATCH", "Prof 4.1.4.2",
              "The Issuer is not the IdP entity ID of this connection, byte for byte.",
              "Copy the IdP's entity ID (issuer) into the connection exactly, with http or https "
              "and the last slash as the IdP shows it."};
    case Reject::destination_missing:
      return {"DESTINATION_MISSING", "Bind 3.5.5.2",
              "The Response is signed and has no Destination.",
              "Set the ACS URL as destination in the IdP's application."};
    case Reject::destination:
      return {"DESTINATION", "Core 3.2.2", "The Destination is not this connection's ACS URL.",
              "Set the ACS URL (Reply URL, Single sign-on URL, Destination) in the IdP to exactly "
              "the ACS URL of this connection; host, scheme and port count."};

    case Reject::subject_missing:
      return {"SUBJECT_MISSING", "Prof 4.1.4.2", "The Assertion has not exactly one Subject.",
              "Map a NameID for the application in the IdP."};
    case Reject::name_id_several:
      return {"NAME_ID_SEVERAL", "Core 2.4.1", "The Subject has more than one identifier.",
              kReportIt};
    case Reject::name_id_not_leaf:
      return {"NAME_ID_NOT_LEAF", "CVE-2017-11427", "The NameID has elements inside.", kReportIt};
    case Reject::name_id_empty:
      return {"NAME_ID_EMPTY", "Core 2.2.3", "The NameID is empty.",
              "The attribute that the IdP maps to the NameID is empty for this person: fill it, or "
              "map another one."};
    case Reject::no_bearer:
      return {"NO_BEARER", "Prof 4.1.4.2", "The Subject has no bearer SubjectConfirmation.",
              "Use the IdP's web browser SSO profile; holder-of-key is not supported."};
    case Reject::no_recipient:
      return {"NO_RECIPIENT", "Prof 4.1.4.2",
              "The bearer SubjectConfirmationData has no Recipient.",
              "Set the ACS URL as recipient in the IdP's application."};
    case Reject::recipient:
      return {
          "RECIPIENT", "Prof 4.1.4.3", "The Recipient is not this connection's ACS URL.",
          "Set the ACS URL (and Recipient, where the IdP has a field for it) to exactly the ACS "
          "URL of this connection; host, scheme and port count."};
    case Reject::confirmation_not_before:
      return {"CONFIRMATION_NOT_BEFORE", "Prof 4.1.4.2",
              "The bearer SubjectConfirmationData has a NotBefore, which the profile forbids.",
              "Turn NotBefore of the subject confirmation off in the IdP; Conditions carry it."};
    case Reject::confirmation_no_expiry:
      return {"CONFIRMATION_NO_EXPIRY", "Prof 4.1.4.2",
              "The bearer SubjectConfirmationData has no NotOnOrAfter.",
              "Let the IdP set an expiry for the subject confirmation."};
    case Reject::confirmation_expired:
      return {
          "CONFIRMATION_EXPIRED", "Prof 4.1.4.3", "The subject confirmation has expired.",
          "Check the clocks of IdP and gateway (NTP); otherwise the message came too late: sign "
          "in again."};

    case Reject::request_cookie_missing:
      return {"REQUEST_COOKIE_MISSING", "Prof 4.1.4.3",
              "The message answers a request that this browser does not remember.",
              "Start the sign-in again in the same browser. If it always happens, the request's "
              "cookie is lost: the gateway must be reached by https, under the host of the ACS "
              "URL."};
    case Reject::in_response_to_mismatch:
      return {"IN_RESPONSE_TO_MISMATCH", "Prof 4.1.4.3",
              "InResponseTo is not the id of the request that this browser was sent away with.",
              "Start the sign-in again; do not use an old tab of the IdP."};
    case Reject::request_expired:
      return {"REQUEST_EXPIRED", "Prof 4.1.4.3",
              "The answer came more than 15 minutes after the "
              "request.",
              "Start the sign-in again."};

    case Reject::instant_malformed:
      return {"INSTANT_MALFORMED", "Core 1.3.3", "A time in the message is not one in UTC.",
              "Report it to the IdP: times are written as 2024-05-01T12:00:00Z."};
    case Reject::conditions_unknown:
      return {"CONDITIONS_UNKNOWN", "Core 2.5.1",
              "The Assertion has a condition that this gateway does not understand.",
              "Turn the additional condition off in the IdP."};
    case Reject::not_yet_valid:
      return {
          "NOT_YET_VALID", "Core 2.5.1.2", "The Assertion is not valid yet.",
          "Check the clocks of IdP and gateway (NTP); a small difference can be allowed for the "
          "connection, 180 s at most."};
    case Reject::expired:
      return {
          "EXPIRED", "Core 2.5.1.2", "The Assertion has expired.",
          "Check the clocks of IdP and gateway (NTP); otherwise the message came too late: sign "
          "in again."};
    case Reject::audience_missing:
      return {"AUDIENCE_MISSING", "Prof 4.1.4.2", "The Assertion names no audience.",
              "Set the audience (SP entity ID) in the IdP's application."};
    case Reject::audience:
      return {"AUDIENCE", "Core 2.5.1.4", "The Assertion is meant for another audience.",
              "Set the audience (SP entity ID, Identifier) in the IdP to exactly the entity ID of "
              "this connection, or add the IdP's value as an extra audience."};
    case Reject::no_authn_statement:
      return {"NO_AUTHN_STATEMENT", "Prof 4.1.4.2",
              "The Assertion does not say that anyone authenticated.",
              "Let the IdP include the AuthnStatement: some hide it behind an option."};
    case Reject::session_expired:
      return {"SESSION_EXPIRED", "Prof 4.1.4.3", "The IdP's own session has already ended.",
              "Sign in again at the IdP; check its session length if it always happens."};
    case Reject::life_too_long:
      return {"LIFE_TOO_LONG", "Core 2.5.1.2",
              "The Assertion was issued more than 24 hours ago, though it says that it is valid.",
              "Sign in again. Shorten the assertion's lifetime in the IdP: minutes are enough for "
              "a sign-in."};

    case Reject::unsolicited:
      return {"UNSOLICITED", "Prof 4.1.5",
              "The IdP sent a sign-in that nobody asked for (IdP-initiated).",
              "Start from the application, give the IdP's tile the gateway's login URL, or let the "
              "connection convert or allow such messages (connection set ID --unsolicited)."};
    case Reject::unsolicited_too_old:
      return {
          "UNSOLICITED_TOO_OLD", "Prof 4.1.5",
          "The sign-in that nobody asked for is older than two minutes.",
          "Open the application's tile in the IdP again; check the clocks if it always happens."};

    case Reject::replayed_request:
      return {"REPLAYED_REQUEST", "Prof 4.1.4.5", "The request has already been answered once.",
              "Start the sign-in again; a reload of the page posts the same message twice."};
    case Reject::replayed_assertion:
      return {"REPLAYED_ASSERTION", "Prof 4.1.4.5", "The Assertion has already been used once.",
              "Start the sign-in again; a reload of the page posts the same message twice."};
  }
  return {};
}

std::vector<Reject> all_rejects() {
  std::vector<Reject> all;
  for (int i = 0; i <= static_cast<int>(kLastReject); ++i) all.push_back(static_cast<Reject>(i));
  return all;
}

Reject reject_of(xml::XmlError error) {
  using xml::XmlError;
  switch (error) {
    case XmlError::too_large:
      return Reject::too_large;
    case XmlError::doctype:
      return Reject::dtd;
    case XmlError::entity:
      return Reject::entity;
    case XmlError::processing_instruction:
      return Reject::processing_instruction;
    case XmlError::xml_attribute:
      return Reject::xml_attribute;
    case XmlError::too_deep:
    case XmlError::too_many_elements:
    case XmlError::too_many_attributes:
      return Reject::too_complex;
    case XmlError::encoding:
    case XmlError::xml_version:
    case XmlError::namespaces:
    case XmlError::trailing_content:
    case XmlError::malformed:
      return Reject::malformed_xml;
    case XmlError::signature_missing:
      return Reject::not_signed;
    case XmlError::several_signatures:
      return Reject::several_signatures;
    case XmlError::signature_misplaced:
      return Reject::signature_misplaced;
    case XmlError::comment_in_signature:
      return Reject::signature_comment;
    case XmlError::object_in_signature:
      return Reject::signature_object;
    case XmlError::signature_structure:
      return Reject::signature_structure;
    case XmlError::c14n_method:
      return Reject::c14n_method;
    case XmlError::hmac:
      return Reject::hmac;
    case XmlError::signature_algorithm:
      return Reject::signature_algorithm;
    case XmlError::sha1_not_allowed:
      return Reject::sha1;
    case XmlError::reference_count:
      return Reject::reference_count;
    case XmlError::id_missing:
    case XmlError::id_not_ncname:
      return Reject::id_invalid;
    case XmlError::id_not_unique:
      return Reject::id_not_unique;
    case XmlError::reference_uri:
      return Reject::reference_uri;
    case XmlError::transform_unknown:
    case XmlError::transforms_wrong:
      return Reject::transform;
    case XmlError::digest_algorithm:
      return Reject::digest_algorithm;
    case XmlError::bad_base64:
      return Reject::signature_base64;
    case XmlError::no_trusted_key:
      return Reject::no_trusted_key;
    case XmlError::key_mismatch:
      return Reject::key_type_mismatch;
    case XmlError::digest_mismatch:
      return Reject::digest_mismatch;
    case XmlError::signature_mismatch:
    case XmlError::signing_failed:
      return Reject::signature_mismatch;
    case XmlError::signed_bytes_malformed:
      return Reject::signed_content;
  }
  return Reject::malformed_xml;
}

}  // namespace doorward::sp
