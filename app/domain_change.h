#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "base/json.h"
#include "jit/domain_decision.h"
#include "store/store.h"

// One way to change a claimed domain, for the command line and for the server's daily look-up.
namespace doorward::app {

// A domain as commands and audit records show it.
[[nodiscard]] base::Json json_of(const jit::Domain& domain, const std::string& org_slug);

// Who changes it, and when.
struct DomainActor {
  std::string actor;  // "operator", "system"
  std::string via;    // "cli", "system"
  base::Instant now;
};

// What to make of the claim as it stands in the transaction. Pure: it may be asked again.
using DomainDecision = std::function<std::expected<jit::DomainChange, jit::DomainDeny>(
    const jit::Domain&, const jit::DomainElsewhere&)>;

struct DomainWritten {
  jit::Domain domain;
  std::string action;  // of the audit record; empty: only the times of the look-up changed
};
struct DomainRefused {
  enum class Why { gone, denied, bound_nowhere, store };
  Why why = Why::gone;
  jit::DomainDeny denied = jit::DomainDeny::unproven;           // denied
  std::optional<base::OrgId> holder;                            // denied as taken
  store::StoreError error = store::StoreError::closure_failed;  // store
};

// Decides and writes in one transaction of the claim's organisation, with one audit record if
// anything but the times of the look-up changed. A domain that becomes verified and is bound to
// nothing is bound to the only connection. An old owner is told first, in a transaction of their
// own organisation: should the second one fail, they were told once too often.
[[nodiscard]] std::expected<DomainWritten, DomainRefused> write_domain(
    store::Store& store, const base::OrgId& org, const std::string& name, const DomainActor& actor,
    const DomainDecision& decide);

}  // namespace doorward::app
