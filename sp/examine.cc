#include "base/text.h"
#include "sp/verification.h"

namespace doorward::sp {

Examination examine(std::string_view message, const Connection& connection,
                    const std::optional<std::string>& in_response_to, base::Instant now,
                    const xml::Limits& limits) {
  Examination examination;
  const auto bare = base::trim(message);
  auto response =
      bare.starts_with('<') ? parse_response_xml(bare, limits) : parse_response(bare, limits);
  if (!response) {
    const auto info = reject_info(response.error());
    examination.reject = response.error();
    examination.checks.push_back(
        {"message", std::string(info.clause), Check::Outcome::fail, std::string(info.meaning)});
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
