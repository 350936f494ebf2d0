#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"

namespace doorward::tests {
struct IdentityMaker;  // tests/support alone defines it
}

namespace doorward::sp {

struct NameId {
  std::string value;
  std::string format;  // empty if absent
  std::string name_qualifier;
  std::string sp_name_qualifier;
};

struct Attribute {
  std::string name;
  std::string friendly_name;
  std::vector<std::string> values;
};

// An assertion of which every field was read from bytes that a trusted key signed, and which
// passed every step of [Prof 4.1.4.3]. Only sp::verify makes one. Immutable, no XML inside.
class VerifiedAssertion {
 public:
  [[nodiscard]] const std::string& assertion_id() const { return assertion_id_; }
  [[nodiscard]] const std::string& request_id() const { return request_id_; }  // InResponseTo
  [[nodiscard]] const std::string& issuer() const { return issuer_; }
  [[nodiscard]] const NameId& name_id() const { return name_id_; }
  [[nodiscard]] const std::vector<Attribute>& attributes() const { return attributes_; }
  [[nodiscard]] base::Instant authn_instant() const { return authn_instant_; }
  [[nodiscard]] const std::string& session_index() const { return session_index_; }
  [[nodiscard]] const std::string& authn_context() const { return authn_context_; }
  [[nodiscard]] std::optional<base::Instant> session_not_on_or_after() const {
    return session_not_on_or_after_;
  }
  // Latest instant at which any check would still accept it: a replay record must live so long.
  [[nodiscard]] base::Instant usable_until() const { return usable_until_; }
  // Fingerprint of the certificate whose key signed it.
  [[nodiscard]] const std::string& key_fingerprint() const { return key_fingerprint_; }
  [[nodiscard]] bool used_sha1() const { return used_sha1_; }

 private:
  VerifiedAssertion() = default;
  friend struct tests::IdentityMaker;
  friend class Verification;  // sp/verification.h
  std::string assertion_id_;
  std::string request_id_;
  std::string issuer_;
  NameId name_id_;
  std::vector<Attribute> attributes_;
  base::Instant authn_instant_;
  std::string session_index_;
  std::string authn_context_;
  std::optional<base::Instant> session_not_on_or_after_;
  base::Instant usable_until_;
  std::string key_fingerprint_;
  bool used_sha1_ = false;
};

}  // namespace doorward::sp
