#include "base/encoding.h"
#include "base/text.h"
#include "sp/verification.h"

namespace doorward::sp {

namespace {

// What is wrong with a message that is no Response.
Check failed_message(Reject reject, std::string_view message, const xml::Limits& limits) {
  const auto info = reject_info(reject);
  std::string detail(info.meaning);
  // The XML as it is, or out of its base64: which of the two failed is worth a sentence.
  const auto decoded = base::base64_decode_spaced(message);
  const auto document =
      xml::Document::parse(decoded ? std::string_view(*decoded) : message, limits);
  if (!document && reject != Reject::malformed_base64) {
    const auto& reason = xml::xml_error_info(document.error());
    detail.append(" ").append(reason.name).append(": ").append(reason.meaning);
  } else if (document) {
    detail.append(" It is a \"").append(document->root().name()).append("\" of the namespace \"");
    detail.append(document->root().ns()).append("\".");
  }
  return {"message", std::string(info.clause), Check::Outcome::fail, detail};
}

}  // namespace

Examination examine(std::string_view message, const Connection& connection,
                    const std::optional<std::string>& in_response_to, base::Instant now,
                    const xml::Limits& limits) {
  Examination examination;
  const auto bare = base::trim(message);
  auto response =
      bare.starts_with('<') ? parse_response_xml(bare, limits) : parse_response(bare, limits);
  if (!response) {
    examination.reject = response.error();
    examination.checks.push_back(failed_message(response.error(), bare, limits));
    return examination;
  }
  examination.checks.push_back({"message", "Core 3.2.2", Check::Outcome::pass, "a Response"});
  PendingRequest request;
  request.id = in_response_to.value_or("");
  request.connection = connection.settings.id;
  request.issued_at = now;
  Verification verification(std::move(*response), connection, in_response_to ? &request : nullptr,
                            now);
  examination.reject = verification.run(&examination.checks);
  examination.name_id = verification.result().name_id().value;
  examination.attributes = verification.result().attributes();
  return examination;
}

}  // namespace doorward::sp
