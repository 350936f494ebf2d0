#include "jit/member.h"

#include <algorithm>
#include <array>
#include <set>

namespace doorward::jit {
namespace {

template <class Enum, std::size_t N>
std::optional<Enum> parse_name(std::string_view name, const std::array<Enum, N>& all) {
  for (Enum value : all) {
    if (name_of(value) == name) return value;
  }
  return std::nullopt;
}

constexpr std::array kStatuses{MemberStatus::deprovisioned, MemberStatus::suspended,
                               MemberStatus::expired, MemberStatus::pending, MemberStatus::active};
constexpr std::array kManagers{ManagedBy::jit, ManagedBy::scim};
constexpr std::array kSources{
    GrantSource::default_,  GrantSource::manual,  GrantSource::scim_group, GrantSource::scim_role,
    GrantSource::saml_attr, GrantSource::request, GrantSource::break_glass};
constexpr std::array kJitModes{JitMode::off, JitMode::invite_only, JitMode::approval, JitMode::on};
constexpr std::array kLinkModes{LinkMode::never, LinkMode::verified_domain, LinkMode::confirm};

bool is_role_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::set<std::size_t> valid_ranks(const Member& member, const Ladder& ladder, base::Instant now) {
  std::set<std::size_t> ranks;
  for (const Grant& grant : member.grants) {
    auto rank = ladder.rank(grant.role);
    if (rank && grant.valid_at(now)) ranks.insert(*rank);
  }
  if (ranks.empty()) ranks.insert(0);
  return ranks;
}

}  // namespace

std::string_view name_of(MemberStatus status) {
  switch (status) {
    case MemberStatus::deprovisioned:
      return "deprovisioned";
    case MemberStatus::suspended:
      return "suspended";
    case MemberStatus::expired:
      return "expired";
    case MemberStatus::pending:
      return "pending";
    case MemberStatus::active:
      return "active";
  }
  return "";
}

std::string_view name_of(ManagedBy managed_by) {
  switch (managed_by) {
    case ManagedBy::jit:
      return "jit";
    case ManagedBy::scim:
      return "scim";
  }
  return "";
}

std::string_view name_of(GrantSource source) {
  switch (source) {
    case GrantSource::default_:
      return "default";
    case GrantSource::manual:
      return "manual";
    case GrantSource::scim_group:
      return "scim_group";
    case GrantSource::scim_role:
      return "scim_role";
    case GrantSource::saml_attr:
      return "saml_attr";
    case GrantSource::request:
      return "request";
    case GrantSource::break_glass:
      return "break_glass";
  }
  return "";
}

std::string_view name_of(JitMode mode) {
  switch (mode) {
    case JitMode::off:
      return "off";
    case JitMode::invite_only:
      return "invite_only";
    case JitMode::approval:
      return "approval";
    case JitMode::on:
      return "on";
  }
  return "";
}

std::string_view name_of(LinkMode mode) {
  switch (mode) {
    case LinkMode::never:
      return "never";
    case LinkMode::verified_domain:
      return "verified_domain";
    case LinkMode::confirm:
      return "confirm";
  }
  return "";
}

std::optional<MemberStatus> parse_member_status(std::string_view name) {
  return parse_name(name, kStatuses);
}
std::optional<ManagedBy> parse_managed_by(std::string_view name) {
  return parse_name(name, kManagers);
}
std::optional<GrantSource> parse_grant_source(std::string_view name) {
  return parse_name(name, kSources);
}
std::optional<JitMode> parse_jit_mode(std::string_view name) {
  return parse_name(name, kJitModes);
}
std::optional<LinkMode> parse_link_mode(std::string_view name) {
  return parse_name(name, kLinkModes);
}

std::optional<Ladder> Ladder::make(std::vector<std::string> names) {
  std::set<std::string_view> different(names.begin(), names.end());
  if (names.size() < 2 || different.size() != names.size()) return std::nullopt;
  if (!std::ranges::all_of(names, is_role_name)) return std::nullopt;
  Ladder ladder;
  ladder.names_ = std::move(names);
  return ladder;
}

std::optional<std::size_t> Ladder::rank(std::string_view role) const {
  auto found = std::ranges::find(names_, role);
  if (found == names_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names_.begin());
}

bool Ladder::is_privileged(std::string_view role) const {
  auto found = rank(role);
  std::size_t privileged = names_.size() >= 4 ? 2 : 1;
  return found && *found + privileged >= names_.size();
}

MemberStatus Member::status_at(base::Instant now) const {
  bool lapsed = managed_by == ManagedBy::jit && lease_until && now >= *lease_until;
  return status == MemberStatus::active && lapsed ? MemberStatus::expired : status;
}

std::string effective_role(const Member& member, const Ladder& ladder, base::Instant now) {
  return ladder.names()[*valid_ranks(member, ladder, now).rbegin()];
}

std::vector<std::string> effective_roles(const Member& member, const Ladder& ladder,
                                         base::Instant now) {
  std::vector<std::string> roles;
  for (std::size_t rank : valid_ranks(member, ladder, now)) roles.push_back(ladder.names()[rank]);
  return roles;
}

std::uint64_t other_owners(const std::vector<Member>& members, const base::MemberId& except,
                           const Ladder& ladder, base::Instant now) {
  return static_cast<std::uint64_t>(std::ranges::count_if(members, [&](const Member& member) {
    return member.id != except && member.status_at(now) == MemberStatus::active &&
           effective_role(member, ladder, now) == ladder.highest();
  }));
}

bool has_free_seat(const Policy& policy, std::uint64_t seats_used) {
  return !policy.seat_limit || seats_used < *policy.seat_limit;
}

}  // namespace doorward::jit
