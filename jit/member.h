#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "sp/identity.h"

namespace doorward::jit {

// The refusing states come first. Names in the store and in JSON are those of the enumerators.
enum class MemberStatus { deprovisioned, suspended, expired, pending, active };
enum class ManagedBy { jit, scim };
enum class GrantSource { default_, manual, scim_group, scim_role, saml_attr, request, break_glass };

[[nodiscard]] std::string_view name_of(MemberStatus status);
[[nodiscard]] std::string_view name_of(ManagedBy managed_by);
[[nodiscard]] std::string_view name_of(GrantSource source);  // default_ is "default"
[[nodiscard]] std::optional<MemberStatus> parse_member_status(std::string_view name);
[[nodiscard]] std::optional<ManagedBy> parse_managed_by(std::string_view name);
[[nodiscard]] std::optional<GrantSource> parse_grant_source(std::string_view name);

// The roles of the installation, lowest first: [roles] ladder. The first is read-only and the only
// one that a first login gives.
class Ladder {
 public:
  // At least two different names of [a-z0-9_-]{1,32}; else nullopt.
  static std::optional<Ladder> make(std::vector<std::string> names);
  [[nodiscard]] const std::string& lowest() const { return names_.front(); }
  [[nodiscard]] const std::string& highest() const { return names_.back(); }
  // From 0 for the lowest; nullopt for an unknown role.
  [[nodiscard]] std::optional<std::size_t> rank(std::string_view role) const;
  // Roles of administrators (the upper two of four; with fewer rungs the highest): rules that
  // say "below admin" mean lower than all of these.
  [[nodiscard]] bool is_privileged(std::string_view role) const;
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

struct Grant {
  GrantSource source = GrantSource::default_;
  std::string role;
  std::string source_id;  // the group, mapping or request it came from; empty for default, manual
  std::string by;         // who gave it: a member id, "operator", or empty
  base::Instant at;
  std::optional<base::Instant> expires;
  [[nodiscard]] bool valid_at(base::Instant now) const { return !expires || now < *expires; }
};

struct Member {
  base::MemberId id;
  base::OrgId org;
  MemberStatus status = MemberStatus::deprovisioned;
  ManagedBy managed_by = ManagedBy::jit;
  std::optional<sp::Email> email;
  std::string first_name;
  std::string last_name;
  std::string display_name;
  std::vector<Grant> grants;
  std::optional<base::Instant> lease_until;
  std::optional<base::Instant> expired_at;
  std::uint64_t authz_epoch = 0;  // grows whenever a session's rights may have shrunk
  base::Instant created_at;
  std::optional<base::Instant> last_login_at;

  // ACTIVE, managed by jit and with a lease that has ended counts as EXPIRED.
  [[nodiscard]] MemberStatus status_at(base::Instant now) const;
};

// The highest valid grant; the lowest role if there is none (the floor is read-only, never
// nothing). Grants of roles that the ladder does not know count as none.
[[nodiscard]] std::string effective_role(const Member& member, const Ladder& ladder,
                                         base::Instant now);
// Every role that a valid grant gives, lowest first, without repeats; never empty.
[[nodiscard]] std::vector<std::string> effective_roles(const Member& member, const Ladder& ladder,
                                                       base::Instant now);

// Active members besides `except` whose effective role is the highest: the owners that would be
// left (S15).
[[nodiscard]] std::uint64_t other_owners(const std::vector<Member>& members,
                                         const base::MemberId& except, const Ladder& ladder,
                                         base::Instant now);

enum class JitMode { off, invite_only, approval, on };
enum class LinkMode { never, verified_domain, confirm };

[[nodiscard]] std::string_view name_of(JitMode mode);
[[nodiscard]] std::string_view name_of(LinkMode mode);
[[nodiscard]] std::optional<JitMode> parse_jit_mode(std::string_view name);
[[nodiscard]] std::optional<LinkMode> parse_link_mode(std::string_view name);

// An organisation's policy: what an owner may set (rules.md, policy).
struct Policy {
  JitMode jit = JitMode::on;
  LinkMode link = LinkMode::verified_domain;
  bool scim_authoritative = false;
  std::optional<base::Duration> lease;
  std::optional<std::uint64_t> seat_limit;
};

// Whether one more member may become active where `seats_used` are.
[[nodiscard]] bool has_free_seat(const Policy& policy, std::uint64_t seats_used);

struct Organization {
  base::OrgId id;
  std::string slug;
  std::string name;
  bool enabled = true;
  Policy policy;
  base::Instant created_at;
};

}  // namespace doorward::jit
