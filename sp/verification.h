#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sp/verify.h"
#include "xml/names.h"
#include "xml/signature.h"

// How verify and examine work: one pipeline of named steps. For this room's own files only.
namespace doorward::sp {

using Verdict = std::optional<Reject>;  // nullopt: the step is passed
inline constexpr Verdict kPass = std::nullopt;

// A bearer SubjectConfirmationData. Steps take away those that do not satisfy them: one that
// satisfies all is enough [Core 2.4.1.1].
struct Bearer {
  std::optional<std::string> recipient;
  std::optional<std::string> in_response_to;
  std::optional<base::Instant> not_on_or_after;
  bool has_not_before = false;
};

// As evidence shows it: an instant as in the message, a duration in seconds or milliseconds.
[[nodiscard]] inline std::string text_of(std::string_view text) {
  return std::string(text);
}
[[nodiscard]] std::string text_of(base::Instant instant);
[[nodiscard]] std::string text_of(base::Duration duration);

// One message on its way through the steps, in the order in which they stand in kSteps.
class Verification {
 public:
  Verification(UntrustedResponse&& response, const Connection& connection,
               const PendingRequest* request, base::Instant now);

  // Runs the steps up to the first that fails; with `checks`, all of them.
  Verdict run(std::vector<Check>* checks);
  // What was read on the way: proven only if run() returned nullopt.
  [[nodiscard]] const VerifiedAssertion& result() const { return result_; }
  [[nodiscard]] VerifiedAssertion take() { return std::move(result_); }

 private:
  struct Step {
    std::string_view name;
    std::string_view clause;
    bool reads_assertion;  // needs signed content
    Verdict (Verification::*check)();
  };
  static const std::array<Step, 26> kSteps;

  Verdict response_signature();
  Verdict version();
  Verdict status();
  Verdict one_assertion();
  Verdict assertion_signature();
  Verdict response_issuer();
  Verdict destination();
  Verdict response_in_response_to();
  Verdict pending_request();
  Verdict assertion_version();
  Verdict assertion_issuer();
  Verdict subject();
  Verdict name_id();
  Verdict bearer();
  Verdict recipient();
  Verdict confirmation_not_before();
  Verdict confirmation_not_on_or_after();
  Verdict in_response_to();
  Verdict conditions();
  Verdict not_before();
  Verdict not_on_or_after();
  Verdict audience();
  Verdict authn_statement();
  Verdict attributes();
  Verdict life();
  Verdict solicited();

  Verdict verify_signature(xml::Element element, std::optional<xml::SignedElement>& verified);
  Verdict check_issuer(xml::Element issuer);
  Verdict check_expiry(base::Instant not_on_or_after, std::string_view what, Reject reject);
  Verdict read_bearer(xml::Element data);
  Verdict keep_bearers(bool (*keep)(const Bearer&, const Verification&), Reject reject);

  // The Response as it was signed, or as it was posted: such a one can only refuse.
  [[nodiscard]] xml::Element response() const {
    return signed_response_ ? signed_response_->root() : posted_.document_.root();
  }
  [[nodiscard]] std::optional<xml::Element> posted_assertion() const {
    return posted_.document_.root().child(xml::names::kSaml, "Assertion");
  }

  // Evidence is text for people: verify, which nobody reads, does not make it.
  template <class... Parts>
  void note(const Parts&... parts) {
    if (telling_) ((evidence_ += text_of(parts)), ...);
  }
  void note_comparison(std::string_view expected, std::string_view got);
  Verdict skip(std::string_view why) {
    skipped_ = true;
    note(why);
    return kPass;
  }

  UntrustedResponse posted_;
  const ConnectionSettings& connection_;
  const certs::TrustedKeys& keys_;
  const PendingRequest* request_;
  const base::Instant now_;
  const base::Duration skew_;

  std::optional<xml::SignedElement> signed_response_;
  std::optional<xml::SignedElement> signed_assertion_;
  std::optional<xml::Element> assertion_;  // inside one of the two
  std::vector<Bearer> bearers_;
  base::Instant issue_instant_;
  std::optional<base::Instant> latest_expiry_;
  VerifiedAssertion result_;

  bool telling_ = false;
  bool skipped_ = false;
  std::string evidence_;
};

}  // namespace doorward::sp
