#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "sp/preset.h"
#include "sp/verified_assertion.h"

namespace doorward::tests {
struct IdentityMaker;  // tests/support alone defines it
}

namespace doorward::sp {

// Whose sign-in it is: unique in the installation, compared byte for byte.
struct SubjectKey {
  base::ConnectionId connection;
  std::string idp_entity_id;
  std::string format;  // the NameID's Format; absent is "…:unspecified" [Core 2.2.2]
  std::string name_qualifier;
  std::string sp_name_qualifier;
  std::string name_id;
  friend auto operator<=>(const SubjectKey&, const SubjectKey&) = default;
};

// trusted: exactly one value, one "@", and the domain is verified for the organisation and bound
// to the asserting connection. claimed: any other; it is matched with nothing and goes nowhere.
enum class EmailTrust { claimed, trusted };

struct Email {
  std::string address;  // as asserted, the domain in lower case
  EmailTrust trust = EmailTrust::claimed;
  [[nodiscard]] std::string domain() const;
};

// The domain of `address` in lower case, or empty if it is not one `local@domain` with the domain
// in A-label form.
[[nodiscard]] std::string email_domain(std::string_view address);

// What is known of the person who signs in: the only subject that the rules accept.
class Identity {
 public:
  [[nodiscard]] const SubjectKey& subject() const { return subject_; }
  // An attribute that the preset lists as immutable; empty if absent or given twice.
  [[nodiscard]] const std::string& alt_subject() const { return alt_subject_; }
  [[nodiscard]] const std::optional<Email>& email() const { return email_; }
  [[nodiscard]] const std::string& first_name() const { return first_name_; }
  [[nodiscard]] const std::string& last_name() const { return last_name_; }
  // The asserted display name, else first and last name, else empty.
  [[nodiscard]] const std::string& display_name() const { return display_name_; }
  [[nodiscard]] const std::vector<std::string>& groups() const { return groups_; }
  [[nodiscard]] bool has_name_id() const { return !subject_.name_id.empty(); }

 private:
  Identity() = default;
  friend struct tests::IdentityMaker;
  friend Identity identify(const VerifiedAssertion&, const base::ConnectionId&, const Preset&,
                           const std::set<std::string>&);
  SubjectKey subject_;
  std::string alt_subject_;
  std::optional<Email> email_;
  std::string first_name_;
  std::string last_name_;
  std::string display_name_;
  std::vector<std::string> groups_;
};

// Reads an Identity by a preset's attribute names. Pure and thread-safe; never fails: what is
// missing is empty, and the rules decide what that means.
// trusted_domains: domains verified for the organisation and bound to this connection, lower case.
[[nodiscard]] Identity identify(const VerifiedAssertion& assertion,
                                const base::ConnectionId& connection, const Preset& preset,
                                const std::set<std::string>& trusted_domains);

}  // namespace doorward::sp
