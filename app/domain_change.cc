#include "app/domain_change.h"

#include <algorithm>

namespace doorward::app {
namespace {

using Why = DomainRefused::Why;

audit::Event event_of(const DomainActor& actor, const base::OrgId& org, std::string_view action,
                      const std::string& name) {
  audit::Event event;
  event.time = actor.now;
  event.org = org;
  event.actor = actor.actor;
  event.via = actor.via;
  event.action = action;
  event.target = name;
  return event;
}

std::optional<store::StoreError> tell(store::Store& store, const base::OrgId& old_owner,
                                      const std::string& name, const DomainActor& actor) {
  const auto done = store.write(old_owner, [&](store::Tx& tx) {
    auto event = event_of(actor, old_owner, "domain.taken", name);
    // Not by whom: organisations do not see each other.
    event.after = {{"domain", name},
                   {"verified_elsewhere_from", base::format_instant(actor.now + jit::kDomainWait)}};
    tx.append_audit(event);
    return store::Verdict::commit;
  });
  return done ? std::nullopt : std::optional(done.error());
}

void bind_to_only_connection(store::Tx& tx, jit::Domain& domain) {
  const auto connections = tx.list_connections();
  if (connections.size() == 1) domain.connections.push_back(connections.front().id);
}

// One try within a transaction.
struct Attempt {
  std::expected<DomainWritten, DomainRefused> outcome = std::unexpected(DomainRefused{});
  std::optional<base::OrgId> tell_first;
};

store::Verdict attempt(store::Tx& tx, const std::string& name, const DomainActor& actor,
                       const DomainDecision& decide, const std::optional<base::OrgId>& told,
                       Attempt& result) {
  result = {};
  const auto domains = tx.list_domains();
  const auto current = std::ranges::find(domains, name, &jit::Domain::name);
  const auto organization = tx.organization();
  if (current == domains.end() || !organization) return store::Verdict::rollback;
  const auto elsewhere = tx.domain_elsewhere(name);
  auto change = decide(*current, elsewhere);
  if (!change) {
    result.outcome = std::unexpected(
        DomainRefused{.why = Why::denied, .denied = change.error(), .holder = elsewhere.holder});
    return store::Verdict::rollback;
  }
  if (change->tell && change->tell != told) {
    result.tell_first = change->tell;
    return store::Verdict::rollback;
  }
  auto& domain = change->domain;
  result.outcome = DomainWritten{domain, std::string(change->action)};
  if (change->action.empty()) {
    tx.note_domain_check(domain);
    return store::Verdict::commit;
  }
  if (change->action == "domain.verified" && domain.connections.empty()) {
    bind_to_only_connection(tx, domain);
    result.outcome->domain = domain;
  }
  const auto put = tx.put_domain(domain);
  if (!put) {
    result.outcome = std::unexpected(DomainRefused{
        .why = put.error() == store::Conflict::domain_taken ? Why::denied : Why::bound_nowhere,
        .denied = jit::DomainDeny::taken,
        .holder = elsewhere.holder});
    return store::Verdict::rollback;
  }
  auto event = event_of(actor, domain.org, change->action, name);
  event.before = json_of(*current, organization->slug);
  event.after = json_of(domain, organization->slug);
  tx.append_audit(event);
  return store::Verdict::commit;
}

}  // namespace

base::Json json_of(const jit::Domain& domain, const std::string& org_slug) {
  base::Json connections = base::Json::array();
  for (const auto& connection : domain.connections) connections.push_back(connection.str());
  base::Json json = {
      {"domain", domain.name},
      {"org", org_slug},
      {"state", jit::name_of(domain.state)},
      {"since", base::format_instant(domain.state_at)},
      {"operator_vouched", domain.operator_vouched},
      {"record", {{"name", domain.record_name()}, {"type", "TXT"}, {"value", domain.txt_value}}},
      {"connections", std::move(connections)}};
  const auto add = [&json](const char* key, const std::optional<base::Instant>& at) {
    json[key] = at ? base::Json(base::format_instant(*at)) : base::Json(nullptr);
  };
  add("missing_since", domain.missing_since);
  add("checked_at", domain.checked_at);
  if (domain.state == jit::DomainState::waiting) {
    add("verified_from", domain.state_at + jit::kDomainWait);
  }
  return json;
}

std::expected<DomainWritten, DomainRefused> write_domain(store::Store& store,
                                                         const base::OrgId& org,
                                                         const std::string& name,
                                                         const DomainActor& actor,
                                                         const DomainDecision& decide) {
  const auto failed = [](store::StoreError error) {
    DomainRefused refused{.why = Why::store, .denied = {}, .holder = std::nullopt, .error = error};
    return std::unexpected(std::move(refused));
  };
  std::optional<base::OrgId> told;
  while (true) {
    Attempt result;
    const auto done = store.write(
        org, [&](store::Tx& tx) { return attempt(tx, name, actor, decide, told, result); });
    if (!done && done.error() != store::StoreError::rolled_back) return failed(done.error());
    if (!result.tell_first) return std::move(result.outcome);
    if (auto error = tell(store, *result.tell_first, name, actor)) return failed(*error);
    told = result.tell_first;
  }
}

}  // namespace doorward::app
