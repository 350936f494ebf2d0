#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "base/encoding.h"
#include "sp/verify.h"
#include "tests/sp/forgery.h"

// What the vectors were made with. The files are committed: a vector is a message of its day, not
// of today's builder. DOORWARD_MAKE_VECTORS=tests/vectors/saml writes them anew.
namespace doorward::tests {
namespace {

using demo::build_response;
using demo::ResponseSpec;
using demo::Signing;

struct Vector {
  std::string name;
  std::string expect;  // "accept" or the Reject
  std::string comment;
  std::string message;
  std::string connection = "plain";
  std::string in_response_to = std::string(kRequest);
  std::string name_id = std::string(kAda);  // of those that are accepted
};

void write(const std::string& folder, const Vector& vector) {
  const bool accept = vector.expect == "accept";
  std::ofstream out(folder + (accept ? "/accept/" : "/reject/") + vector.name + ".vec",
                    std::ios::binary);
  out << "expect: " << vector.expect << "\nconnection: " << vector.connection << "\nnow: " << kNow;
  if (!vector.in_response_to.empty()) out << "\nin_response_to: " << vector.in_response_to;
  if (accept) out << "\nname_id: " << vector.name_id;
  out << "\ncomment: " << vector.comment << "\n\n" << vector.message;
}

std::string built(void (*change)(ResponseSpec&)) {
  auto spec = good_spec();
  change(spec);
  return build_response(spec);
}

// A good one whose XML is changed before it is signed.
std::string edited(std::string_view from, std::string_view to, Signing signing) {
  auto spec = good_spec();
  spec.signing = signing;
  spec.edit = [&](std::string& xml) { xml = replaced(xml, from, to); };
  return build_response(spec);
}

std::string signed_by(Signing signing) {
  auto spec = good_spec();
  spec.signing = signing;
  return build_response(spec);
}

std::string sha1(bool digest_only) {
  auto spec = good_spec();
  if (!digest_only) spec.options.signature = certs::SignatureAlgorithm::rsa_sha1;
  spec.options.digest = xml::DigestAlgorithm::sha1;
  return build_response(spec);
}

std::vector<Vector> accepted() {
  const auto good = signed_by(Signing::assertion);
  auto suffixed = good_spec();
  suffixed.name_id = std::string(kAda) + ".evil.example";
  std::vector<Vector> all = {
      {"assertion_signed", "accept", "the Assertion is signed", good},
      {"response_signed", "accept", "the Response is signed", signed_by(Signing::response)},
      {"both_signed", "accept", "Response and Assertion are signed", signed_by(Signing::both)},
      {"base64", "accept", "the form value itself", base::base64_encode(good)},
      {"comment_in_name_id", "accept",
       "CVE-2017-11427: a comment never cuts a text, so the name is the IdP's whole one",
       replaced(build_response(suffixed), std::string(kAda) + ".evil",
                std::string(kAda) + "<!-- -->.evil")},
      {"cdata_in_name_id", "accept", "CDATA is text, and canonical bytes do not have it",
       replaced(good, ">" + std::string(kAda) + "</saml:NameID>",
                "><![CDATA[" + std::string(kAda) + "]]></saml:NameID>")},
      {"xsi_type_lies", "accept", "xsi:type is never read, wherever its prefix is bound",
       edited("<saml:NameID ",
              "<saml:NameID xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
              "xsi:type=\"nothing:Known\" ",
              Signing::assertion)},
      {"one_time_use", "accept", "OneTimeUse and ProxyRestriction are known conditions",
       edited("</saml:Conditions>",
              "<saml:OneTimeUse/><saml:ProxyRestriction Count=\"0\"/></saml:Conditions>",
              Signing::assertion)},
      {"no_name_id", "accept", "whether a name is needed is for the membership rules to say",
       built([](ResponseSpec& s) { s.name_id.reset(); })},
      {"audience_among_others", "accept", "one audience of a restriction is enough",
       built([](ResponseSpec& s) { s.audiences.insert(s.audiences.begin(), "urn:other"); })},
      {"no_destination", "accept", "an unsigned Response may leave Destination out",
       built([](ResponseSpec& s) { s.destination = ""; })},
      {"no_response_issuer", "accept", "an unsigned Response may leave Issuer out",
       built([](ResponseSpec& s) { s.response_issuer = ""; })},
  };
  all[8].name_id = "";
  all[4].name_id = *suffixed.name_id;
  all.push_back({"inclusive_c14n", "accept", "C14N 1.0",
                 built([](ResponseSpec& s) { s.options.c14n = xml::C14nMethod::inclusive; })});
  all.push_back({"ecdsa", "accept", "ECDSA on P-256",
                 built([](ResponseSpec& s) { s.key = signing_key("ec"); }), "ec"});
  all.push_back({"rotation_old_key", "accept", "the second of two certificates", good, "rotating"});
  all.push_back({"extra_audience", "accept", "an audience that the administrator added",
                 built([](ResponseSpec& s) { s.audiences = {"spn:gate"}; }), "extra_audience"});
  all.push_back(
      {"sha1_exception", "accept", "SHA-1 under a time-boxed exception", sha1(false), "sha1"});
  all.push_back({"unsolicited_allowed", "accept", "IdP-initiated, where it is allowed",
                 built([](ResponseSpec& s) { s.answer(""); }), "unsolicited", ""});
  return all;
}

// Messages that are wrong as an IdP or its administrator may get them wrong.
std::vector<Vector> honest_mistakes() {
  using std::chrono::hours;
  using std::chrono::minutes;
  const auto bad_status = [](const char* top, const char* second) {
    auto spec = good_spec();
    spec.status = top;
    spec.status_second = second;
    spec.status_message = "as configured";
    spec.has_assertion = false;
    spec.signing = Signing::none;
    return build_response(spec);
  };
  std::vector<Vector> all = {
      {"status_requester", "STATUS_REQUESTER", "", bad_status("Requester", "")},
      {"status_responder", "STATUS_RESPONDER", "", bad_status("Responder", "")},
      {"status_no_passive", "STATUS_NO_PASSIVE", "", bad_status("Responder", "NoPassive")},
      {"status_authn_failed", "STATUS_AUTHN_FAILED", "", bad_status("Responder", "AuthnFailed")},
      {"status_request_denied", "STATUS_REQUEST_DENIED", "",
       bad_status("Requester", "RequestDenied")},
      {"status_other", "STATUS_OTHER", "", bad_status("VersionMismatch", "")},
      {"status_missing", "STATUS_MISSING", "", bad_status("", "")},
      {"error_with_assertion", "STATUS_RESPONDER", "an error is an error, whatever comes with it",
       built([](ResponseSpec& s) { s.status = "Responder"; })},
      {"no_assertion", "NO_ASSERTION", "", built([](ResponseSpec& s) {
         s.has_assertion = false;
         s.signing = Signing::response;
       })},
      {"version", "VERSION", "SAML 2.1 of the Response",
       built([](ResponseSpec& s) { s.version = "2.1"; })},
      {"assertion_version", "VERSION", "SAML 1.1 of the Assertion",
       built([](ResponseSpec& s) { s.assertion_version = "1.1"; })},
      {"not_signed", "NOT_SIGNED", "", signed_by(Signing::none)},
      {"sha1", "SHA1", "RSA with SHA-1", sha1(false)},
      {"sha1_digest", "SHA1", "RSA with SHA-256 over a SHA-1 digest", sha1(true)},
      {"sha1_exception_over", "SHA1", "at the very instant at which the exception ends",
       sha1(false), "sha1_over"},
      {"unknown_key", "UNKNOWN_KEY", "the IdP has rotated, the connection has not",
       built([](ResponseSpec& s) { s.key = signing_key("next"); })},
      {"no_trusted_key", "NO_TRUSTED_KEY", "", signed_by(Signing::assertion), "keyless"},
      {"key_type", "KEY_TYPE_MISMATCH", "RSA signature, EC certificate",
       signed_by(Signing::assertion), "ec"},
      {"issuer_missing", "ISSUER_MISSING", "no Issuer in the Assertion",
       built([](ResponseSpec& s) { s.issuer = ""; })},
      {"response_issuer_missing", "ISSUER_MISSING", "a signed Response without Issuer",
       built([](ResponseSpec& s) {
         s.response_issuer = "";
         s.signing = Signing::response;
       })},
      {"issuer_format", "ISSUER_FORMAT", "", built([](ResponseSpec& s) {
         s.issuer_format = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
       })},
      {"issuer_slash", "ISSUER_MISMATCH", "one slash more in the Assertion",
       built([](ResponseSpec& s) { s.issuer += "/"; })},
      {"response_issuer", "ISSUER_MISMATCH", "another IdP's Response around our Assertion",
       built([](ResponseSpec& s) { s.response_issuer = "https://evil.example/saml"; })},
      {"destination_missing", "DESTINATION_MISSING", "", built([](ResponseSpec& s) {
         s.destination = "";
         s.signing = Signing::response;
       })},
      {"destination", "DESTINATION", "http instead of https", built([](ResponseSpec& s) {
         s.destination = "http://gate.example.com/saml/plain/acs";
         s.signing = Signing::both;
       })},
      {"destination_unsigned", "DESTINATION", "refuses also where nobody signed it",
       built([](ResponseSpec& s) { s.destination = "https://evil.example/acs"; })},
      {"subject_missing", "SUBJECT_MISSING", "",
       built([](ResponseSpec& s) { s.has_subject = false; })},
      {"name_id_empty", "NAME_ID_EMPTY", "", built([](ResponseSpec& s) { s.name_id = ""; })},
      {"name_id_blank", "NAME_ID_EMPTY", "blanks are no name",
       built([](ResponseSpec& s) { s.name_id = " \t"; })},
      {"holder_of_key", "NO_BEARER", "",
       built([](ResponseSpec& s) { s.confirmation_method = "holder-of-key"; })},
      {"no_confirmation", "NO_BEARER", "",
       built([](ResponseSpec& s) { s.confirmation_method = ""; })},
      {"no_recipient", "NO_RECIPIENT", "", built([](ResponseSpec& s) { s.recipient = ""; })},
      {"recipient", "RECIPIENT", "the ACS of another connection",
       built([](ResponseSpec& s) { s.recipient = "https://gate.example.com/saml/other/acs"; })},
      {"confirmation_not_before", "CONFIRMATION_NOT_BEFORE", "",
       built([](ResponseSpec& s) { s.confirmation_not_before = s.issue_instant - minutes(5); })},
      {"confirmation_no_expiry", "CONFIRMATION_NO_EXPIRY", "",
       built([](ResponseSpec& s) { s.confirmation_not_on_or_after.reset(); })},
      {"confirmation_expired", "CONFIRMATION_EXPIRED", "",
       built([](ResponseSpec& s) { s.confirmation_not_on_or_after = at(kNow) - minutes(1); })},
      {"in_response_to", "IN_RESPONSE_TO_MISMATCH", "an answer to another request",
       built([](ResponseSpec& s) { s.answer("_other"); })},
      {"in_response_to_unsigned", "IN_RESPONSE_TO_MISMATCH",
       "the Response names our request, the signed Assertion another",
       built([](ResponseSpec& s) { s.confirmation_in_response_to = "_other"; })},
      {"in_response_to_of_response", "IN_RESPONSE_TO_MISMATCH",
       "the unsigned Response names another request than the signed Assertion",
       built([](ResponseSpec& s) { s.in_response_to = "_other"; })},
      {"in_response_to_missing", "IN_RESPONSE_TO_MISMATCH",
       "the signed Assertion names no request while one is pending",
       built([](ResponseSpec& s) { s.confirmation_in_response_to = ""; })},
      {"instant", "INSTANT_MALFORMED", "",
       edited("NotBefore=\"2026-03-01T11:55:00Z\"", "NotBefore=\"yesterday\"", Signing::assertion)},
      {"issue_instant", "INSTANT_MALFORMED", "no time zone", built([](ResponseSpec& s) {
         s.edit = [](std::string& xml) {
           while (xml.find("IssueInstant=\"2026-03-01T12:00:00Z\"") != std::string::npos) {
             xml = replaced(xml, "IssueInstant=\"2026-03-01T12:00:00Z\"",
                            "IssueInstant=\"2026-03-01T12:00:00\"");
           }
         };
       })},
      {"condition_unknown", "CONDITIONS_UNKNOWN", "", built([](ResponseSpec& s) {
         s.extra_conditions = "<x:Weather xmlns:x=\"urn:example\">fine</x:Weather>";
       })},
      {"condition_abstract", "CONDITIONS_UNKNOWN", "saml:Condition with an xsi:type",
       built([](ResponseSpec& s) {
         s.extra_conditions =
             "<saml:Condition xmlns:xsi=\"http://www.w3.org/2001/"
             "XMLSchema-instance\" xsi:type=\"saml:OneTimeUse\"/>";
       })},
      {"conditions_twice", "CONDITIONS_UNKNOWN", "",
       edited("</saml:Conditions>", "</saml:Conditions><saml:Conditions/>", Signing::assertion)},
      {"not_yet_valid", "NOT_YET_VALID", "",
       built([](ResponseSpec& s) { s.not_before = at(kNow) + minutes(2); })},
      {"issued_in_future", "NOT_YET_VALID", "",
       built([](ResponseSpec& s) { s.issue_instant = at(kNow) + minutes(2); })},
      {"expired", "EXPIRED", "the confirmation still holds, Conditions do not",
       built([](ResponseSpec& s) { s.not_on_or_after = at(kNow) - minutes(1); })},
      {"audience_missing", "AUDIENCE_MISSING", "",
       built([](ResponseSpec& s) { s.audiences.clear(); })},
      {"audience", "AUDIENCE", "another application of the same IdP",
       built([](ResponseSpec& s) { s.audiences = {"https://other.example.com/metadata"}; })},
      {"audience_prefix", "AUDIENCE", "ours with a slash more",
       built([](ResponseSpec& s) { s.audiences = {std::string(kSp) + "/"}; })},
      {"audience_second_restriction", "AUDIENCE", "every restriction must hold",
       built([](ResponseSpec& s) {
         s.extra_conditions =
             "<saml:AudienceRestriction><saml:Audience>urn:other</saml:Audience>"
             "</saml:AudienceRestriction>";
       })},
      {"no_authn_statement", "NO_AUTHN_STATEMENT", "",
       built([](ResponseSpec& s) { s.has_authn_statement = false; })},
      {"session_expired", "SESSION_EXPIRED", "",
       built([](ResponseSpec& s) { s.session_not_on_or_after = at(kNow) - minutes(1); })},
      {"life_too_long", "LIFE_TOO_LONG", "issued two days ago, valid for ten years",
       built([](ResponseSpec& s) {
         s.issue_instant = at(kNow) - hours(48);
         s.confirmation_not_on_or_after = at(kNow) + hours(87600);
         s.not_on_or_after = s.confirmation_not_on_or_after;
       })},
      {"encrypted_assertion", "ENCRYPTED_NOT_SUPPORTED", "", built([](ResponseSpec& s) {
         s.has_assertion = false;
         s.signing = Signing::response;
         s.edit = [](std::string& xml) {
           xml = inserted_before(xml, "</samlp:Response>",
                                 "<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:"
                                 "2.0:assertion\"/>");
         };
       })},
      {"encrypted_id", "ENCRYPTED_NOT_SUPPORTED", "",
       edited("<saml:SubjectConfirmation ", "<saml:EncryptedID/><saml:SubjectConfirmation ",
              Signing::assertion)},
      {"encrypted_attribute", "ENCRYPTED_NOT_SUPPORTED", "",
       edited("</saml:AttributeStatement>", "<saml:EncryptedAttribute/></saml:AttributeStatement>",
              Signing::assertion)},
  };
  all.push_back({"unsolicited", "UNSOLICITED", "IdP-initiated",
                 built([](ResponseSpec& s) { s.answer(""); }), "plain", ""});
  all.push_back({"unsolicited_too_old", "UNSOLICITED_TOO_OLD", "two minutes, and the skew",
                 built([](ResponseSpec& s) {
                   s.answer("");
                   s.issue_instant = at(kNow) - minutes(4);
                 }),
                 "unsolicited", ""});
  all.push_back({"request_cookie_missing", "REQUEST_COOKIE_MISSING",
                 "an answer in a browser that did not ask, also where unsolicited is allowed",
                 signed_by(Signing::assertion), "unsolicited", ""});
  all.push_back({"request_cookie_missing_stripped", "REQUEST_COOKIE_MISSING",
                 "InResponseTo taken off the unsigned Response: the signed Assertion still has it",
                 replaced(signed_by(Signing::assertion), " InResponseTo=\"_request\"", ""),
                 "unsolicited", ""});
  return all;
}

// Bytes that are no message at all, or one that no parser should be lent to.
std::vector<Vector> hostile_bytes() {
  const auto good = signed_by(Signing::assertion);
  const auto base64 = base::base64_encode(good);
  const std::string bomb =
      "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c "
      "\"&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<x>";
  for (int i = 0; i < 100; ++i) deep += "</x>";
  std::string many_elements;
  for (int i = 0; i < 2500; ++i) many_elements += "<x/>";
  std::string many_attributes;
  for (int i = 0; i < 100; ++i) many_attributes += " a" + std::to_string(i) + "=\"\"";
  return {
      {"base64_broken", "MALFORMED_BASE64", "an exclamation mark", "!" + base64.substr(1)},
      {"base64_cut", "MALFORMED_BASE64", "one character short",
       base64.substr(0, base64.size() - 1)},
      {"base64_url", "MALFORMED_BASE64", "the URL alphabet is another encoding", "PD94bWwg_--_"},
      {"xml_cut", "MALFORMED_XML", "the last element is not closed",
       good.substr(0, good.size() - 3)},
      {"two_roots", "MALFORMED_XML", "CVE-2022-39299", good + good},
      {"trailing_bytes", "MALFORMED_XML", "a letter after the root", good + "x"},
      {"trailing_nul", "MALFORMED_XML", "", good + std::string(1, '\0')},
      {"not_utf_8", "MALFORMED_XML", "a byte that is none of UTF-8, inside the name",
       replaced(good, "ada@example", "ada\xff@example")},
      {"latin_1", "MALFORMED_XML", "declares ISO-8859-1",
       "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + good},
      {"undeclared_prefix", "MALFORMED_XML", "",
       replaced(good, "<saml:Subject>", "<evil:Subject>")},
      {"xml_1_1", "MALFORMED_XML", "", "<?xml version=\"1.1\"?>" + good},
      {"utf_16", "MALFORMED_XML", "declares UTF-16",
       "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" + good},
      {"entity_bomb", "DTD", "a billion laughs, in small", bomb + good},
      {"external_dtd", "DTD", "", "<!DOCTYPE x SYSTEM \"https://evil.example/x.dtd\">" + good},
      {"entity", "ENTITY", "undeclared", replaced(good, ">" + std::string(kAda), ">&ada;")},
      {"processing_instruction", "PROCESSING_INSTRUCTION", "inside the name",
       replaced(good, "ada@example", "ada<?x?>@example")},
      {"xml_base", "XML_ATTRIBUTE", "",
       replaced(good, "<samlp:Response ", "<samlp:Response xml:base=\"https://evil.example/\" ")},
      {"xml_id", "XML_ATTRIBUTE", "the parser would register it by itself",
       replaced(good, "<saml:Subject>", "<saml:Subject xml:id=\"_assertion\">")},
      {"deep", "TOO_COMPLEX", "100 elements inside each other",
       inserted_before(good, "</samlp:Response>", deep)},
      {"element_flood", "TOO_COMPLEX", "2,500 elements",
       inserted_before(good, "</samlp:Response>", many_elements)},
      {"attribute_flood", "TOO_COMPLEX", "100 attributes at one element",
       replaced(good, "<samlp:Response ", "<samlp:Response" + many_attributes + " ")},
      {"logout_request", "NOT_A_RESPONSE", "",
       "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>"},
      {"saml_1", "NOT_A_RESPONSE", "the namespace is SAML 1.1's",
       "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:1.0:protocol\"/>"},
      {"bare_assertion", "NOT_A_RESPONSE", "signed, but not in a Response", assertion_of(good)},
  };
}

// Signatures that are not what they seem.
std::vector<Vector> hostile_signatures() {
  const auto good = signed_by(Signing::assertion);
  const auto signature = signature_of(good);
  const std::string method = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  const std::string reference = stretch(good, "<ds:Reference ", "</ds:Reference>");
  const std::string enveloped =
      "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
  const auto transform = [&](const std::string& other) { return replaced(good, enveloped, other); };
  auto evil_key = good_spec();
  evil_key.name_id = std::string(kMallory);
  evil_key.key = signing_key("evil");
  const auto evil = build_response(evil_key);
  auto disguised_key = evil_key;
  disguised_key.key->certificate = signing_key("idp").certificate;
  return {
      {"hmac", "HMAC", "GHSA-ww7x-3gxh-qm6r: the public key as a shared secret",
       replaced(good, method, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")},
      {"hmac_sha1", "HMAC", "",
       replaced(good, method, "http://www.w3.org/2000/09/xmldsig#hmac-sha1")},
      {"rsa_md5", "SIGNATURE_ALGORITHM", "",
       replaced(good, method, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5")},
      {"digest_md5", "DIGEST_ALGORITHM", "",
       replaced(good, "http://www.w3.org/2001/04/xmlenc#sha256",
                "http://www.w3.org/2001/04/xmldsig-more#md5")},
      {"c14n_method", "C14N_METHOD", "SignedInfo by XSLT",
       replaced(
           good, "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"",
           "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"")},
      {"two_references", "REFERENCE_COUNT", "CVE-2026-33487",
       inserted_after(good, reference, reference)},
      {"no_reference", "REFERENCE_COUNT", "", replaced(good, reference, "")},
      {"reference_empty", "REFERENCE_URI", "the whole document",
       replaced(good, "URI=\"#_assertion\"", "URI=\"\"")},
      {"reference_external", "REFERENCE_URI", "",
       replaced(good, "URI=\"#_assertion\"", "URI=\"https://evil.example/signed.xml\"")},
      {"reference_other", "REFERENCE_URI", "the Response instead of the Assertion",
       replaced(good, "URI=\"#_assertion\"", "URI=\"#_response\"")},
      {"reference_xpointer", "REFERENCE_URI", "",
       replaced(good, "URI=\"#_assertion\"", "URI=\"#xpointer(id('_assertion'))\"")},
      {"reference_none", "REFERENCE_URI", "no URI attribute",
       replaced(good, " URI=\"#_assertion\"", "")},
      {"xslt", "TRANSFORM", "",
       transform("<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>")},
      {"xpath", "TRANSFORM", "CVE-2026-49289",
       transform("<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">"
                 "<ds:XPath>count(//*)</ds:XPath></ds:Transform>")},
      {"xpath_filter", "TRANSFORM", "",
       transform(enveloped +
                 "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"/>")},
      {"no_enveloped", "TRANSFORM", "", transform("")},
      {"signature_base64", "SIGNATURE_BASE64", "",
       inserted_after(good, "<ds:SignatureValue>", "!")},
      {"digest_comment", "SIGNATURE_COMMENT", "CVE-2025-29775",
       inserted_after(good, "<ds:DigestValue>", "<!-- AAAA -->")},
      {"digest_cdata", "SIGNATURE_BASE64", "a value in CDATA before the signed one",
       inserted_after(good, "<ds:DigestValue>", "<![CDATA[AAAA]]>")},
      {"digest_processing_instruction", "PROCESSING_INSTRUCTION", "",
       inserted_after(good, "<ds:DigestValue>", "<?x AAAA?>")},
      {"prefix_rebound", "DIGEST_MISMATCH",
       "inside the signed Assertion the prefix means something else",
       replaced(good, "<saml:Subject>", "<saml:Subject xmlns:saml=\"urn:evil\">")},
      {"digest_smuggled", "SIGNATURE_STRUCTURE", "CVE-2024-45409: a second DigestValue",
       inserted_after(good, "</ds:DigestValue>", "<ds:DigestValue>AAAA</ds:DigestValue>")},
      {"two_signed_infos", "SIGNATURE_STRUCTURE", "CVE-2025-29774",
       inserted_before(good, "<ds:SignedInfo>",
                       stretch(good, "<ds:SignedInfo>", "</ds:SignedInfo>"))},
      {"two_signatures", "SEVERAL_SIGNATURES", "", inserted_after(good, signature, signature)},
      {"signature_object", "SIGNATURE_OBJECT", "",
       inserted_before(good, "</ds:Signature>", "<ds:Object>anything</ds:Object>")},
      {"signature_misplaced", "SIGNATURE_MISPLACED", "after the Subject",
       inserted_after(without_signature(good), "</saml:Subject>", signature)},
      {"id_no_ncname", "ID_INVALID", "",
       replaced(replaced(good, "ID=\"_assertion\"", "ID=\"1 a\""), "#_assertion", "#1 a")},
      {"id_missing", "ID_INVALID", "", replaced(good, " ID=\"_assertion\"", "")},
      {"id_twice", "ID_NOT_UNIQUE", "Response and Assertion",
       replaced(good, "ID=\"_response\"", "ID=\"_assertion\"")},
      {"id_twice_spelled", "ID_NOT_UNIQUE", "as an Id of another namespace",
       replaced(good, "<samlp:Status>", "<samlp:Status xmlns:w=\"urn:w\" w:Id=\"_assertion\">")},
      {"changed", "DIGEST_MISMATCH", "the name was changed afterwards",
       replaced(good, ">" + std::string(kAda) + "</saml:NameID>",
                ">" + std::string(kMallory) + "</saml:NameID>")},
      {"changed_response", "DIGEST_MISMATCH", "an attribute of a signed Response",
       replaced(signed_by(Signing::response), ">staff<", ">owner<")},
      {"changed_outside", "DIGEST_MISMATCH",
       "both signed: the inner signature does not excuse the outer one",
       replaced(signed_by(Signing::both), "Destination=", "Consent=\"urn:x\" Destination=")},
      {"changed_digest", "SIGNATURE_MISMATCH", "SignedInfo was changed, and nobody claims the key",
       replaced(built([](ResponseSpec& s) { s.key_info = false; }), "<ds:SignedInfo>",
                "<ds:SignedInfo Id=\"x\">")},
      {"key_info_only", "UNKNOWN_KEY", "CVE-2021-21239: signed by the certificate inside it", evil},
      {"key_info_disguised", "SIGNATURE_MISMATCH",
       "a forger's signature under the IdP's certificate", build_response(disguised_key)},
  };
}

// The eight wrappings [SAML Raider], and where else a forger hides the signed part.
std::vector<Vector> wrappings() {
  const auto good = signed_by(Signing::assertion);
  const auto whole = signed_by(Signing::response);
  const auto assertion = assertion_of(good);
  const auto bare = without_signature(assertion);
  const auto signature = signature_of(good);
  const auto evil = evil_twin(bare, "_assertion");
  const auto with = [&](const std::string& what) { return replaced(good, assertion, what); };
  const auto evil_whole = evil_twin(whole, "_response");
  const std::string end = "</saml:Assertion>";
  const auto hidden = [&](const std::string& open, const std::string& close) {
    return inserted_before(with(evil), "<samlp:Status>", open + assertion + close);
  };
  const auto error = [] {
    auto spec = good_spec();
    spec.status = "Responder";
    spec.has_assertion = false;
    spec.signing = Signing::response;
    return build_response(spec);
  }();
  return {
      {"xsw1", "SIGNATURE_STRUCTURE", "the signed Response inside the Signature of an evil one",
       inserted_before(evil_whole, "</ds:Signature>", without_signature(whole))},
      {"xsw2", "REFERENCE_URI", "the signed Response beside the Signature of an evil one",
       inserted_before(evil_whole, "<samlp:Status>", without_signature(whole))},
      {"xsw3", "SEVERAL_ASSERTIONS", "an evil Assertion before the signed one",
       with(evil + assertion)},
      {"xsw4", "SEVERAL_ASSERTIONS", "the signed Assertion inside an evil one",
       with(inserted_before(evil, end, assertion))},
      {"xsw5", "SEVERAL_ASSERTIONS",
       "the Signature in an evil Assertion, the signed one at the end",
       with(inserted_after(evil, "</saml:Issuer>", signature) + bare)},
      {"xsw6", "SEVERAL_ASSERTIONS", "the signed Assertion inside the Signature of an evil one",
       with(inserted_after(evil, "</saml:Issuer>",
                           inserted_before(signature, "</ds:Signature>", bare)))},
      {"xsw7", "SEVERAL_ASSERTIONS", "an evil Assertion of the same ID in Extensions",
       inserted_before(
           good, "<samlp:Status>",
           "<samlp:Extensions>" + replaced(evil, "_evil", "_assertion") + "</samlp:Extensions>")},
      {"xsw8", "SEVERAL_ASSERTIONS", "the signed Assertion in ds:Object of an evil one",
       with(inserted_after(
           evil, "</saml:Issuer>",
           inserted_before(signature, "</ds:Signature>", "<ds:Object>" + bare + "</ds:Object>")))},
      {"two_assertions", "SEVERAL_ASSERTIONS", "CVE-2022-41912: the second is not signed",
       with(assertion + evil)},
      {"two_assertions_in_one_signature", "SEVERAL_ASSERTIONS", "both are signed, and still two",
       built([](ResponseSpec& s) {
         s.signing = Signing::response;
         s.edit = [](std::string& xml) {
           xml = inserted_before(xml, "</samlp:Response>",
                                 evil_twin(assertion_of(xml), "_assertion"));
         };
       })},
      {"hidden_in_extensions", "SEVERAL_ASSERTIONS", "",
       hidden("<samlp:Extensions>", "</samlp:Extensions>")},
      {"hidden_in_status_detail", "SEVERAL_ASSERTIONS", "",
       inserted_before(with(evil), "</samlp:Status>",
                       "<samlp:StatusDetail>" + assertion + "</samlp:StatusDetail>")},
      {"hidden_in_advice", "SEVERAL_ASSERTIONS", "",
       with(inserted_after(evil, "</saml:Conditions>",
                           "<saml:Advice>" + assertion + "</saml:Advice>"))},
      {"signature_in_extensions", "NOT_SIGNED", "a Signature elsewhere signs nothing",
       inserted_before(with(evil), "<samlp:Status>",
                       "<samlp:Extensions>" + signature + "</samlp:Extensions>")},
      {"signature_in_status_detail", "NOT_SIGNED", "",
       inserted_before(with(evil), "</samlp:Status>",
                       "<samlp:StatusDetail>" + signature + "</samlp:StatusDetail>")},
      {"signature_in_advice", "NOT_SIGNED", "",
       with(inserted_after(evil, "</saml:Conditions>",
                           "<saml:Advice>" + signature + "</saml:Advice>"))},
      {"signature_moved_up", "REFERENCE_URI", "the Assertion's Signature at the Response",
       inserted_after(with(evil), "</saml:Issuer>", signature)},
      {"signed_error_wrapped", "SIGNATURE_OBJECT",
       "a signed error in ds:Object of a Signature that claims success",
       inserted_after(with(evil), "</saml:Issuer>",
                      inserted_before(signature_of(error), "</ds:Signature>",
                                      "<ds:Object>" + without_signature(error) + "</ds:Object>"))},
      {"encrypted_decoy", "SEVERAL_ASSERTIONS", "an unsigned Assertion beside an encrypted one",
       with("<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>" +
            assertion)},
      {"two_subjects", "SUBJECT_MISSING", "signed so: still nobody's choice",
       edited("<saml:Conditions ",
              "<saml:Subject><saml:NameID>mallory@evil.example</saml:NameID></saml:Subject>"
              "<saml:Conditions ",
              Signing::assertion)},
      {"two_name_ids", "NAME_ID_SEVERAL", "",
       edited("<saml:SubjectConfirmation ",
              "<saml:NameID>mallory@evil.example</saml:NameID><saml:SubjectConfirmation ",
              Signing::assertion)},
      {"name_id_with_child", "NAME_ID_NOT_LEAF", "",
       edited("ada@example", "ada<x xmlns=\"urn:x\">@</x>example", Signing::assertion)},
  };
}

std::string verdict_on(const Vector& vector) {
  const auto request =
      vector.in_response_to.empty() ? std::nullopt : std::optional(vector.in_response_to);
  const auto examination =
      sp::examine(vector.message, *named_connection(vector.connection), request, at(kNow));
  return examination.reject ? std::string(sp::reject_info(*examination.reject).name) : "accept";
}

TEST(DemoIdp, MakesEachMistakeAsNamed) {
  const char* folder = std::getenv("DOORWARD_MAKE_VECTORS");
  for (const auto& group :
       {accepted(), honest_mistakes(), hostile_bytes(), hostile_signatures(), wrappings()}) {
    for (const auto& vector : group) {
      EXPECT_EQ(verdict_on(vector), vector.expect) << vector.name;
      if (folder) write(folder, vector);
    }
  }
}

}  // namespace
}  // namespace doorward::tests
