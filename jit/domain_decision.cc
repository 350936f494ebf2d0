#include "jit/domain_decision.h"

#include <algorithm>
#include <cstdint>

namespace doorward::jit {
namespace {

using std::chrono::hours;

constexpr base::Duration kRetryAfter = hours(1);

// About a day later, each domain at an hour of its own, so that a thousand are not asked at once.
base::Instant next_day(const Domain& domain, base::Instant now) {
  std::uint64_t mixed = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : domain.name) {
    mixed = (mixed ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  constexpr std::uint64_t kSpread = base::Duration(hours(4)).count();
  return now + hours(22) + base::Duration(static_cast<std::int64_t>(mixed % kSpread));
}

void enter(Domain& domain, DomainState state, base::Instant now) {
  domain.state = state;
  domain.state_at = now;
  domain.missing_since.reset();
  domain.next_check_at.reset();
}

void become_verified(Domain& domain, base::Instant now) {
  // A stale domain never stopped being this organisation's.
  if (!domain.held()) domain.verified_at = now;
  enter(domain, DomainState::verified, now);
  if (!domain.operator_vouched) domain.next_check_at = next_day(domain, now);
}

bool must_wait(const Domain& domain, const DomainElsewhere& elsewhere) {
  const auto& last = elsewhere.last_holder;
  return last && (!domain.verified_at || last->verified_at > *domain.verified_at);
}

DomainChange check_waiting(DomainChange change, Sighting sighting, const DomainElsewhere& elsewhere,
                           base::Instant now) {
  Domain& domain = change.domain;
  const base::Instant until = domain.state_at + kDomainWait;
  const bool proven = domain.operator_vouched || sighting == Sighting::present;
  if (elsewhere.holder || (!proven && sighting == Sighting::absent)) {
    enter(domain, DomainState::unverified, now);
    domain.operator_vouched = false;
    change.action = "domain.unproven";
  } else if (now < until) {
    domain.next_check_at = until;
  } else if (proven) {
    become_verified(domain, now);
    change.action = "domain.verified";
  } else {
    domain.next_check_at = now + kRetryAfter;
  }
  return change;
}

DomainChange check_missing(DomainChange change, base::Instant now) {
  Domain& domain = change.domain;
  domain.next_check_at = next_day(domain, now);
  if (!domain.missing_since) {
    domain.missing_since = now;
    change.action = "domain.missing";
    return change;
  }
  const base::Duration missing = now - *domain.missing_since;
  if (domain.state == DomainState::verified && missing >= kDomainStaleAfter) {
    domain.state = DomainState::stale;
    domain.state_at = now;
    change.action = "domain.stale";
  } else if (domain.state == DomainState::stale && missing >= kDomainReleasedAfter &&
             now - domain.state_at >= kDomainReleasedAfter - kDomainStaleAfter) {
    return release_domain(domain, now);
  }
  return change;
}

}  // namespace

Sighting judge_record(std::string_view txt_value,
                      const std::vector<base::TxtObservation>& observations) {
  using Outcome = base::TxtObservation::Outcome;
  std::size_t seen = 0;
  std::size_t not_seen = 0;
  for (const auto& each : observations) {
    if (each.outcome == Outcome::failed) continue;
    const bool here = each.outcome == Outcome::found && !txt_value.empty() &&
                      std::ranges::find(each.texts, txt_value) != each.texts.end();
    ++(here ? seen : not_seen);
  }
  if (seen >= 2 && seen > not_seen) return Sighting::present;
  return seen == 0 && not_seen >= 2 ? Sighting::absent : Sighting::unknown;
}

std::expected<DomainChange, DomainDeny> decide_domain_proof(
    const Domain& domain, const std::optional<std::vector<base::TxtObservation>>& observations,
    const DomainElsewhere& elsewhere, base::Instant now) {
  if (domain.state == DomainState::released) return std::unexpected(DomainDeny::released);
  if (elsewhere.holder) return std::unexpected(DomainDeny::taken);
  if (observations && judge_record(domain.txt_value, *observations) != Sighting::present) {
    return std::unexpected(DomainDeny::unproven);
  }
  DomainChange change{.domain = domain, .action = "domain.verified", .tell = std::nullopt};
  Domain& changed = change.domain;
  changed.operator_vouched = !observations;
  if (observations) changed.checked_at = now;
  if (domain.held() || !must_wait(domain, elsewhere)) {
    become_verified(changed, now);
    return change;
  }
  if (domain.state == DomainState::waiting && now >= domain.state_at + kDomainWait) {
    become_verified(changed, now);
    return change;
  }
  change.action = "domain.waiting";
  if (domain.state != DomainState::waiting) {
    enter(changed, DomainState::waiting, now);
    change.tell = elsewhere.last_holder->org;
  }
  changed.next_check_at = changed.state_at + kDomainWait;
  return change;
}

DomainChange decide_domain_check(const Domain& domain,
                                 const std::vector<base::TxtObservation>& observations,
                                 const DomainElsewhere& elsewhere, base::Instant now) {
  DomainChange change{.domain = domain, .action = {}, .tell = std::nullopt};
  if (!domain.next_check_at) return change;
  const Sighting sighting = judge_record(domain.txt_value, observations);
  Domain& changed = change.domain;
  if (sighting != Sighting::unknown) changed.checked_at = now;
  switch (domain.state) {
    case DomainState::unverified:
    case DomainState::released:
      return change;
    case DomainState::waiting:
      return check_waiting(std::move(change), sighting, elsewhere, now);
    case DomainState::stale:
    case DomainState::verified:
      break;
  }
  switch (sighting) {
    case Sighting::unknown:
      changed.next_check_at = now + kRetryAfter;
      return change;
    case Sighting::absent:
      return check_missing(std::move(change), now);
    case Sighting::present:
      break;
  }
  if (domain.state == DomainState::stale) {
    become_verified(changed, now);
    change.action = "domain.verified";
    return change;
  }
  if (domain.missing_since) change.action = "domain.found";
  changed.missing_since.reset();
  changed.next_check_at = next_day(domain, now);
  return change;
}

DomainChange release_domain(const Domain& domain, base::Instant now) {
  DomainChange change{.domain = domain, .action = "domain.released", .tell = std::nullopt};
  enter(change.domain, DomainState::released, now);
  change.domain.operator_vouched = false;
  change.domain.connections.clear();
  return change;
}

}  // namespace doorward::jit
