#pragma once

#include <span>
#include <string_view>

namespace doorward::xml {

// Why bytes are no document, or why an element does not count as signed. Closed: every reason has
// a name, a clause and a test.
enum class XmlError {
  // Document::parse
  too_large,
  encoding,
  xml_version,
  doctype,
  entity,
  processing_instruction,
  xml_attribute,
  namespaces,
  too_deep,
  too_many_elements,
  too_many_attributes,
  trailing_content,
  malformed,
  // verify_enveloped, in the order of its checks
  signature_missing,
  several_signatures,
  signature_misplaced,
  comment_in_signature,
  object_in_signature,
  signature_structure,
  c14n_method,
  hmac,
  signature_algorithm,
  sha1_not_allowed,
  reference_count,
  id_missing,
  id_not_ncname,
  id_not_unique,
  reference_uri,
  transform_unknown,
  transforms_wrong,
  digest_algorithm,
  bad_base64,
  no_trusted_key,
  key_mismatch,
  digest_mismatch,
  signature_mismatch,
  signed_bytes_malformed,
  // sign_enveloped
  signing_failed,
};

struct XmlErrorInfo {
  XmlError error;
  std::string_view name;     // stable, UPPER_SNAKE: logs, audit and `inspect` show it
  std::string_view clause;   // of the standard or advisory it comes from
  std::string_view meaning;  // one sentence for an administrator
};

[[nodiscard]] const XmlErrorInfo& xml_error_info(XmlError error);

// Every XmlError once, in the order of the enum.
[[nodiscard]] std::span<const XmlErrorInfo> all_xml_errors();

}  // namespace doorward::xml
