#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"

namespace doorward::jit {

// The refusing states come first. Names in the store and in JSON are those of the enumerators.
enum class DomainState {
  unverified,  // claimed, nothing proven
  released,    // was the organisation's once, and is free for others
  waiting,     // proven, and another organisation held it last: verified after kDomainWait
  stale,       // still the organisation's, but its record has been missing for kDomainStaleAfter
  verified,    // the organisation's: addresses below it mean something
};
[[nodiscard]] std::string_view name_of(DomainState state);
[[nodiscard]] std::optional<DomainState> parse_domain_state(std::string_view name);

// A domain that an organisation claims. One organisation of the installation holds it (verified
// or stale); any number may claim it.
struct Domain {
  std::string name;  // lower case, A-label form
  base::OrgId org;
  DomainState state = DomainState::unverified;
  std::string txt_value;                        // "doorward-verify=…", random for each claim
  bool operator_vouched = false;                // by --trust: never looked up
  std::vector<base::ConnectionId> connections;  // bound to
  base::Instant created_at;
  base::Instant state_at;                      // since when it is in this state
  std::optional<base::Instant> verified_at;    // last became the organisation's; kept afterwards
  std::optional<base::Instant> missing_since;  // first look-up that found the record gone
  std::optional<base::Instant> checked_at;     // last look-up with an answer
  std::optional<base::Instant> next_check_at;  // none: the server does not look it up

  // Nobody else may have it.
  [[nodiscard]] bool held() const {
    return state == DomainState::verified || state == DomainState::stale;
  }
  // Where the TXT record belongs: "_doorward.acme.com".
  [[nodiscard]] std::string record_name() const { return "_doorward." + name; }
};

// `text` in lower case if it can be a domain of an organisation: at least two labels of
// [a-z0-9-], short enough for record_name(), none with a hyphen at an end, no public suffix (the
// host's list, publicsuffix.org) and no mail provider (docs/rules.md, Domains). Else nullopt.
[[nodiscard]] std::optional<std::string> parse_domain(std::string_view text);

}  // namespace doorward::jit
