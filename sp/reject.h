#pragma once

#include <string_view>
#include <vector>

#include "xml/error.h"

namespace doorward::sp {

// Why a Response signs nobody in. Closed: each has a name, a clause, a fix and a test.
enum class Reject {
  // The message as bytes.
  malformed_base64,
  malformed_xml,
  dtd,
  entity,
  processing_instruction,
  xml_attribute,
  too_large,
  too_complex,
  not_a_response,
  version,
  // What the IdP says of it.
  status_missing,
  status_requester,
  status_responder,
  status_no_passive,
  status_authn_failed,
  status_request_denied,
  status_other,
  // What it holds.
  no_assertion,
  several_assertions,
  encrypted_not_supported,
  // Signatures.
  not_signed,
  several_signatures,
  signature_misplaced,
  signature_comment,
  signature_object,
  signature_structure,
  c14n_method,
  hmac,
  signature_algorithm,
  sha1,
  reference_count,
  id_invalid,
  id_not_unique,
  reference_uri,
  transform,
  digest_algorithm,
  signature_base64,
  no_trusted_key,
  unknown_key,
  key_type_mismatch,
  digest_mismatch,
  signature_mismatch,
  signed_content,
  // Who speaks, and to whom.
  issuer_missing,
  issuer_format,
  issuer_mismatch,
  destination_missing,
  destination,
  // The Subject and its confirmation.
  subject_missing,
  name_id_several,
  name_id_not_leaf,
  name_id_empty,
  no_bearer,
  no_recipient,
  recipient,
  confirmation_not_before,
  confirmation_no_expiry,
  confirmation_expired,
  // The request that it answers.
  request_cookie_missing,
  in_response_to_mismatch,
  request_expired,
  // The rest of the assertion.
  instant_malformed,
  conditions_unknown,
  not_yet_valid,
  expired,
  audience_missing,
  audience,
  no_authn_statement,
  session_expired,
  life_too_long,
  // Policy, when everything else is right.
  unsolicited,
  unsolicited_too_old,
  // Found by the store when it consumes the two ids; verify never returns these.
  replayed_request,
  replayed_assertion,
};

inline constexpr Reject kLastReject = Reject::replayed_assertion;

struct RejectInfo {
  std::string_view name;     // stable, UPPER_SNAKE: audit, logs and `inspect` show it
  std::string_view clause;   // of the standard, or the advisory that taught it
  std::string_view meaning;  // what is wrong, one sentence
  std::string_view fix;      // what an administrator does about it, in IdP settings
};

// Thread-safe; the texts live as long as the program.
[[nodiscard]] RejectInfo reject_info(Reject reject);

// Every Reject once, in the order of the enum.
[[nodiscard]] std::vector<Reject> all_rejects();

// The reason by which a message is refused whose bytes or signature fail so.
[[nodiscard]] Reject reject_of(xml::XmlError error);

}  // namespace doorward::sp
