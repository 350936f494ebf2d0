#include "sp/verify.h"

#include <algorithm>
#include <utility>

#include "sp/evidence.h"
#include "sp/verification.h"
#include "xml/names.h"

namespace doorward::sp {

namespace names = xml::names;
using base::Duration;
using base::Instant;
using xml::Element;

namespace {

constexpr std::string_view kStatus = "urn:oasis:names:tc:SAML:2.0:status:";
constexpr std::string_view kEntityFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";

std::string_view code_of(const std::string& status) {
  return status.starts_with(kStatus) ? std::string_view(status).substr(kStatus.size())
                                     : std::string_view();
}

// Assertions anywhere below `element`, plain or encrypted.
int count_assertions(Element element) {
  int count = 0;
  for (auto child = element.first(); child; child = child->next()) {
    count += child->is(names::kSaml, "Assertion") || child->is(names::kSaml, "EncryptedAssertion");
    count += count_assertions(*child);
  }
  return count;
}

}  // namespace

std::string text_of(Instant instant) {
  return base::format_instant(instant);
}

std::string text_of(Duration duration) {
  const auto ms = duration.count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

Verification::Verification(UntrustedResponse&& response, const Connection& connection,
                           const PendingRequest* request, Instant now)
    : posted_(std::move(response)),
      connection_(connection.settings),
      keys_(connection.keys),
      request_(request),
      now_(now),
      skew_(std::clamp(connection_.clock_skew, Duration::zero(), kMaxClockSkew)) {}

// Steps stand in the order of [Prof 4.1.4.3]: signatures, Recipient, NotOnOrAfter and InResponseTo
// of the bearer confirmation, everything else; before each group, what it stands on.
constinit const std::array<Verification::Step, 26> Verification::kSteps = {{
    {"response_signature", "Prof 4.1.4.3", false, &Verification::response_signature},
    {"version", "Core 3.2.2", false, &Verification::version},
    {"status", "Core 3.2.2.2", false, &Verification::status},
    {"one_assertion", "Prof 4.1.4.2", false, &Verification::one_assertion},
    {"assertion_signature", "Prof 4.1.4.3", false, &Verification::assertion_signature},
    {"response_issuer", "Prof 4.1.4.2", false, &Verification::response_issuer},
    {"destination", "Core 3.2.2", false, &Verification::destination},
    {"response_in_response_to", "Core 3.2.2", false, &Verification::response_in_response_to},
    {"pending_request", "Prof 4.1.4.3", false, &Verification::pending_request},
    {"assertion_version", "Core 2.3.3", true, &Verification::assertion_version},
    {"assertion_issuer", "Prof 4.1.4.2", true, &Verification::assertion_issuer},
    {"subject", "Prof 4.1.4.2", true, &Verification::subject},
    {"name_id", "Core 2.2.3", true, &Verification::name_id},
    {"bearer", "Prof 4.1.4.2", true, &Verification::bearer},
    {"recipient", "Prof 4.1.4.3", true, &Verification::recipient},
    {"confirmation_not_before", "Prof 4.1.4.2", true, &Verification::confirmation_not_before},
    {"confirmation_not_on_or_after", "Prof 4.1.4.3", true,
     &Verification::confirmation_not_on_or_after},
    {"in_response_to", "Prof 4.1.4.3", true, &Verification::in_response_to},
    {"conditions", "Core 2.5.1", true, &Verification::conditions},
    {"not_before", "Core 2.5.1.2", true, &Verification::not_before},
    {"not_on_or_after", "Core 2.5.1.2", true, &Verification::not_on_or_after},
    {"audience", "Core 2.5.1.4", true, &Verification::audience},
    {"authn_statement", "Prof 4.1.4.3", true, &Verification::authn_statement},
    {"attributes", "Core 2.7.3", true, &Verification::attributes},
    {"life", "Core 2.5.1.2", true, &Verification::life},
    {"solicited", "Prof 4.1.5", true, &Verification::solicited},
}};

Verdict Verification::run(std::vector<Check>* checks) {
  telling_ = checks != nullptr;
  Verdict first;
  for (const auto& step : kSteps) {
    evidence_.clear();
    skipped_ = false;
    const auto verdict = step.reads_assertion && !assertion_ ? skip("no signed assertion to read")
                                                             : (this->*step.check)();
    if (!first) first = verdict;
    if (!checks) {
      if (first) return first;
      continue;
    }
    const auto outcome = verdict    ? Check::Outcome::fail
                         : skipped_ ? Check::Outcome::skipped
                                    : Check::Outcome::pass;
    if (verdict && evidence_.empty()) note(reject_info(*verdict).meaning);
    checks->push_back({std::string(step.name), std::string(step.clause), outcome, evidence_});
  }
  return first;
}

void Verification::note_comparison(std::string_view expected, std::string_view got) {
  if (!telling_) return;
  if (!evidence_.empty()) evidence_ += "; ";
  evidence_ += compare(expected, got);
}

// ---- signatures, and what the message holds

Verdict Verification::verify_signature(Element element,
                                       std::optional<xml::SignedElement>& verified) {
  const bool sha1 = connection_.sha1_until && now_ < *connection_.sha1_until;
  auto result = xml::verify_enveloped(posted_.document_, element, keys_, {.allow_sha1 = sha1},
                                      posted_.limits_);
  if (result) {
    note(certs::to_string(result->signature_algorithm()), " by the key of ",
         result->key_fingerprint());
    verified = std::move(*result);
    return kPass;
  }
  auto reject = reject_of(result.error());
  note(xml::xml_error_info(result.error()).meaning);
  if (result.error() == xml::XmlError::signature_mismatch) {
    // Why it failed, not whether: both are refusals.
    const auto claimed = claimed_fingerprint(*element.child(names::kDs, "Signature"));
    if (claimed && !trusts(keys_, *claimed)) reject = Reject::unknown_key;
    note(" The message names the certificate ", claimed.value_or("(none)"), "; ", list_keys(keys_));
  }
  return reject;
}

Verdict Verification::response_signature() {
  if (!xml::has_signature(posted_.document_.root())) return skip("the Response is not signed");
  return verify_signature(posted_.document_.root(), signed_response_);
}

Verdict Verification::version() {
  const auto version = response().attribute("Version");
  note_comparison("2.0", version.value_or(""));
  return version == "2.0" ? kPass : Reject::version;
}

Verdict Verification::status() {
  const auto status = response().child(names::kSamlp, "Status");
  const auto code = status ? status->child(names::kSamlp, "StatusCode") : std::nullopt;
  if (!code) return Reject::status_missing;
  const auto top = code->attribute("Value").value_or("");
  const auto inner = code->child(names::kSamlp, "StatusCode");
  const auto second = inner ? inner->attribute("Value").value_or("") : "";
  const auto message = status->child(names::kSamlp, "StatusMessage");
  note(top, second.empty() ? "" : " / ", second, message ? ": " : "",
       message ? message->text() : "");
  if (code_of(top) == "Success") return kPass;
  if (code_of(second) == "NoPassive") return Reject::status_no_passive;
  if (code_of(second) == "AuthnFailed") return Reject::status_authn_failed;
  if (code_of(second) == "RequestDenied") return Reject::status_request_denied;
  if (code_of(top) == "Requester") return Reject::status_requester;
  if (code_of(top) == "Responder") return Reject::status_responder;
  return Reject::status_other;
}

Verdict Verification::one_assertion() {
  const auto plain = response().children(names::kSaml, "Assertion").size();
  const auto encrypted = response().children(names::kSaml, "EncryptedAssertion").size();
  note(std::to_string(plain), " assertions, ", std::to_string(encrypted), " encrypted ones");
  // Also where no reader would look: a copy in Extensions or Advice is what a forger needs.
  const auto all = count_assertions(posted_.document_.root());
  if (all == 0) return Reject::no_assertion;
  if (all > 1 || plain + encrypted != 1) {
    note(", ", std::to_string(all), " in the whole message");
    return Reject::several_assertions;
  }
  return encrypted == 1 ? Verdict(Reject::encrypted_not_supported) : kPass;
}

Verdict Verification::assertion_signature() {
  const auto posted = posted_assertion();
  if (!posted) return skip("no Assertion to look at");
  if (xml::has_signature(*posted)) {
    if (auto reject = verify_signature(*posted, signed_assertion_)) return reject;
    assertion_ = signed_assertion_->root();
    if (signed_response_) {
      const auto inside = signed_response_->root().child(names::kSaml, "Assertion");
      if (!inside || inside->attribute("ID") != assertion_->attribute("ID")) {
        return Reject::signed_content;
      }
    }
    return kPass;
  }
  if (signed_response_) {
    assertion_ = signed_response_->root().child(names::kSaml, "Assertion");
    return assertion_ ? skip("signed as part of the Response") : Reject::signed_content;
  }
  // A signature of the Response that failed has been told already.
  if (xml::has_signature(posted_.document_.root())) return skip("the Assertion is not signed");
  return Reject::not_signed;
}

// ---- the Response: from whom, to whom, in answer to what

Verdict Verification::check_issuer(Element issuer) {
  const auto format = issuer.attribute("Format");
  if (format && *format != kEntityFormat) {
    note_comparison(kEntityFormat, *format);
    return Reject::issuer_format;
  }
  note_comparison(connection_.idp_entity_id, issuer.text());
  return issuer.is_leaf() && issuer.text() == connection_.idp_entity_id ? kPass
                                                                        : Reject::issuer_mismatch;
}

Verdict Verification::response_issuer() {
  const auto issuers = response().children(names::kSaml, "Issuer");
  if (issuers.empty() && signed_response_) return Reject::issuer_missing;
  if (issuers.empty()) return skip("an unsigned Response may have none");
  return issuers.size() == 1 ? check_issuer(issuers.front()) : Reject::issuer_mismatch;
}

Verdict Verification::destination() {
  const auto destination = response().attribute("Destination");
  if (!destination && signed_response_) return Reject::destination_missing;
  if (!destination) return skip("an unsigned Response may have none");
  note_comparison(connection_.acs_url, *destination);
  return destination == connection_.acs_url ? kPass : Reject::destination;
}

Verdict Verification::response_in_response_to() {
  const auto answered = response().attribute("InResponseTo");
  if (!answered) return skip("the Response names no request");
  if (!request_) {
    note("answers \"", *answered, "\", and no request is pending");
    return Reject::request_cookie_missing;
  }
  note_comparison(request_->id, *answered);
  return answered == request_->id ? kPass : Reject::in_response_to_mismatch;
}

Verdict Verification::pending_request() {
  if (!request_) return skip("no request is pending");
  if (request_->connection != connection_.id) {
    note("the request was made for connection ", request_->connection.str());
    return Reject::in_response_to_mismatch;
  }
  note("made ", now_ - request_->issued_at, " ago, at most ", kPendingLife);
  return now_ < request_->issued_at + kPendingLife ? kPass : Reject::request_expired;
}
std::expected<VerifiedAssertion, Reject> verify(UntrustedResponse&& response,
                                                const Connection& connection,
                                                const PendingRequest* request, Instant now) {
  Verification verification(std::move(response), connection, request, now);
  if (auto reject = verification.run(nullptr)) return std::unexpected(*reject);
  return verification.take();
}
}  // namespace doorward::sp
