#include "http/snapshot.h"

#include <algorithm>

namespace doorward::http {

std::optional<SigningKey> signing_key(const ConnectionEntry& entry,
                                      const certs::DataKey& data_key) {
  for (const auto& record : entry.keys) {
    if (record.use != store::KeyUse::signing || !record.active) continue;
    auto pem = certs::open(data_key, store::key_aad(record), record.sealed_pem);
    if (!pem) return std::nullopt;
    auto key = certs::PrivateKey::parse_pem(*pem);
    auto certificate = certs::Certificate::parse_pem(record.certificate);
    if (!key || !certificate) return std::nullopt;
    return SigningKey{std::move(*key), std::move(*certificate)};
  }
  return std::nullopt;
}

Snapshot::Snapshot(store::Configuration configuration,
                   const std::map<std::string, sp::Preset>& presets,
                   const std::string& public_origin)
    : organizations_(std::move(configuration.organizations)) {
  for (const auto& organization : organizations_) {
    by_org_id_.emplace(organization.id.str(), &organization);
    by_slug_.emplace(organization.slug, &organization);
  }
  for (auto& settings : configuration.connections) {
    auto org = by_org_id_.find(settings.org.str());
    if (org == by_org_id_.end()) continue;
    auto preset = presets.find(settings.preset);
    if (preset == presets.end()) preset = presets.find("generic");
    if (preset == presets.end()) continue;
    certs::TrustedKeys keys(settings.idp_certificates);
    auto entry = std::make_unique<ConnectionEntry>(ConnectionEntry{
        {std::move(settings), std::move(keys)}, org->second, &preset->second, {}, {}, {}});
    const auto& kept = entry->connection.settings;
    if (kept.acs_url.starts_with(public_origin + "/")) {
      by_acs_path_.emplace(kept.acs_url.substr(public_origin.size()), entry.get());
    }
    by_org_.emplace(kept.org.str(), entry.get());
    by_id_.emplace(kept.id.str(), entry.get());
    entries_.push_back(std::move(entry));
  }
  for (auto& key : configuration.keys) {
    if (auto it = by_id_.find(key.connection.str()); it != by_id_.end()) {
      it->second->keys.push_back(std::move(key));
    }
  }
  for (auto& domain : configuration.domains) {
    if (!domain.held()) continue;
    const bool verified = domain.state == jit::DomainState::verified;
    for (const auto& id : domain.connections) {
      auto it = by_id_.find(id.str());
      if (it == by_id_.end() || it->second->organization->id != domain.org) continue;
      it->second->held_domains.insert(domain.name);
      if (verified) it->second->trusted_domains.insert(domain.name);
    }
    if (verified) verified_domains_.emplace(domain.name, std::move(domain));
  }
}

const jit::Organization* Snapshot::organization(const base::OrgId& id) const {
  auto it = by_org_id_.find(id.str());
  return it == by_org_id_.end() ? nullptr : it->second;
}

const jit::Organization* Snapshot::organization_by_slug(std::string_view slug) const {
  auto it = by_slug_.find(std::string(slug));
  return it == by_slug_.end() ? nullptr : it->second;
}

const ConnectionEntry* Snapshot::connection(const base::ConnectionId& id) const {
  auto it = by_id_.find(id.str());
  return it == by_id_.end() ? nullptr : it->second;
}

std::vector<const ConnectionEntry*> Snapshot::at_acs_path(std::string_view path) const {
  std::vector<const ConnectionEntry*> found;
  auto [first, last] = by_acs_path_.equal_range(std::string(path));
  for (auto it = first; it != last; ++it) found.push_back(it->second);
  return found;
}

std::vector<const ConnectionEntry*> Snapshot::open_connections(const base::OrgId& org) const {
  std::vector<const ConnectionEntry*> found;
  auto [first, last] = by_org_.equal_range(org.str());
  for (auto it = first; it != last; ++it) {
    if (it->second->open()) found.push_back(it->second);
  }
  std::ranges::sort(found, {}, [](const ConnectionEntry* entry) { return entry->id().str(); });
  return found;
}

std::vector<const ConnectionEntry*> Snapshot::open_connections_for_domain(
    std::string_view domain) const {
  auto it = verified_domains_.find(std::string(domain));
  if (it == verified_domains_.end()) return {};
  auto all = open_connections(it->second.org);
  std::vector<const ConnectionEntry*> bound;
  for (const auto* entry : all) {
    if (entry->trusted_domains.contains(it->first)) bound.push_back(entry);
  }
  return bound.empty() ? all : bound;
}

}  // namespace doorward::http
