#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"

namespace doorward::jit {

enum class DomainState { unverified, verified };

// A domain that an organisation claims. One organisation of the installation owns it once
// verified; only then do e-mail addresses below it mean anything.
struct Domain {
  std::string name;  // lower case, A-label form
  base::OrgId org;
  DomainState state = DomainState::unverified;
  std::string txt_value;                        // "doorward-verify=…", random
  bool operator_vouched = false;                // verified by --trust
  std::vector<base::ConnectionId> connections;  // bound to
  base::Instant created_at;
  std::optional<base::Instant> verified_at;
};

// `text` in lower case if it can be a domain of an organisation: at least two labels of
// [a-z0-9-], none with a hyphen at an end, not a public suffix or mail provider of our short
// list (docs/rules.md, Domains). Else nullopt.
[[nodiscard]] std::optional<std::string> parse_domain(std::string_view text);

}  // namespace doorward::jit
