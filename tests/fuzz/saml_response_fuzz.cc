#include <algorithm>
#include <array>
#include <string>

#include "sp/verify.h"
#include "tests/fuzz/target.h"
#include "tests/sp/fixture.h"

// Whatever is done to a message, the name that is read is one that the test IdP signed, and
// `examine` says the same as `verify`. The input is a message, or a vector with its headers.
namespace doorward::tests::fuzz {
namespace {

// Every NameID that idp.key, ec.key or next.key signed in an acceptable message.
constexpr std::array<std::string_view, 3> kSignedNames = {kAda, "ada@example.com.evil.example", ""};

// As lenient as a connection can be set, so that as much as possible reaches the last steps.
const sp::Connection& connection() {
  static const sp::Connection kConnection = [] {
    auto settings = plain_settings();
    settings.idp_certificates.push_back(signing_key("ec").certificate);
    settings.idp_certificates.push_back(signing_key("next").certificate);
    settings.sha1_until = at("2026-03-02T00:00:00Z");
    settings.unsolicited = sp::Unsolicited::allow;
    settings.extra_audiences = {"spn:gate"};
    return make_connection(settings);
  }();
  return kConnection;
}

std::string_view message_of(std::string_view input) {
  if (!input.starts_with("expect: ")) return input;
  const auto end = input.find("\n\n");
  return end == std::string_view::npos ? input : input.substr(end + 2);
}

std::string saml_response(std::string_view input) {
  static const base::Instant kInstant = at(kNow);
  static const sp::PendingRequest kPending = pending_request(kRequest, connection(), kInstant);
  const auto message = message_of(input);
  auto response =
      message.starts_with('<') ? sp::parse_response_xml(message) : sp::parse_response(message);
  if (!response) return {};
  const bool answers = !response->claimed_in_response_to().empty();
  const auto verified =
      sp::verify(*std::move(response), connection(), answers ? &kPending : nullptr, kInstant);
  const auto examination = sp::examine(
      message, connection(), answers ? std::optional(kPending.id) : std::nullopt, kInstant);
  if (examination.name_id == kMallory) return "examine read the forger's name";
  if (verified.has_value() == examination.reject.has_value()) return "examine says another thing";
  if (!verified) {
    return verified.error() == *examination.reject ? "" : "examine names another reason";
  }
  if (std::ranges::find(kSignedNames, verified->name_id().value) == kSignedNames.end()) {
    return "a name that was never signed: " + verified->name_id().value;
  }
  if (verified->issuer() != kIdp) return "an issuer of no connection";
  if (!verified->request_id().empty() && verified->request_id() != kRequest) {
    return "the answer to another request";
  }
  if (verified->usable_until() < kInstant) return "it was over before it was read";
  for (const auto& attribute : verified->attributes()) {
    for (const auto& value : attribute.values) {
      if (value.find(kMallory) != std::string::npos) return "the forger's attribute";
    }
  }
  return {};
}

}  // namespace

DOORWARD_FUZZ_TARGET(saml_response)

}  // namespace doorward::tests::fuzz
