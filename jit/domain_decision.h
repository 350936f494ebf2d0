#pragma once

#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "base/doors.h"
#include "base/ids.h"
#include "base/instant.h"
#include "jit/domain.h"

// What becomes of a claimed domain: docs/rules.md, Domains. All pure and thread-safe.
namespace doorward::jit {

inline constexpr base::Duration kDomainStaleAfter = std::chrono::days(7);
inline constexpr base::Duration kDomainReleasedAfter = std::chrono::days(30);
inline constexpr base::Duration kDomainWait = std::chrono::hours(72);

// What other organisations of the installation have to do with a domain.
struct DomainElsewhere {
  struct Former {
    base::OrgId org;
    base::Instant verified_at;
  };
  std::optional<base::OrgId> holder;  // verified or stale there
  std::optional<Former> last_holder;  // of those that hold it no more, who had it last
};

// What the resolvers said about a record, taken together.
enum class Sighting {
  unknown,  // they do not agree, or fewer than two have an answer
  absent,   // two say that there is no such record, and none sees it
  present,  // two see it, and they are more than those that do not
};
// A record is seen only if one whole text equals `txt_value`.
[[nodiscard]] Sighting judge_record(std::string_view txt_value,
                                    const std::vector<base::TxtObservation>& observations);

// A decision about one claim. `action` names the audit record; empty: only the times of the
// look-up changed.
struct DomainChange {
  Domain domain;
  std::string_view action;
  std::optional<base::OrgId> tell;  // the old owner: an audit record "domain.taken" there
};

enum class DomainDeny {
  unproven,  // the resolvers do not say yes
  taken,     // another organisation holds it
  released,  // the claim is over: it has to be added again, with a new value
};

// Decides whether a claim becomes the organisation's. Whoever held it last gets it back at once;
// anybody else waits kDomainWait, from the first proof on. Proof by DNS ends an operator's
// vouching. observations: none if the operator vouches, who waits like everybody.
[[nodiscard]] std::expected<DomainChange, DomainDeny> decide_domain_proof(
    const Domain& domain, const std::optional<std::vector<base::TxtObservation>>& observations,
    const DomainElsewhere& elsewhere, base::Instant now);

// Decides what a look-up of the server changes. Only an answer counts: resolvers that fail move
// nothing but the next look-up. Each step needs an answer of its own: nobody goes from verified to
// released at once, and a stale domain stays so for at least the time between the two terms.
// A claim that is not looked up is returned as it is.
[[nodiscard]] DomainChange decide_domain_check(
    const Domain& domain, const std::vector<base::TxtObservation>& observations,
    const DomainElsewhere& elsewhere, base::Instant now);

// The operator, or the organisation, lets go of it; its bindings too.
[[nodiscard]] DomainChange release_domain(const Domain& domain, base::Instant now);

}  // namespace doorward::jit
