#include "jit/login_decision.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "jit/login_change.h"

namespace doorward::jit {
namespace {

// What a row says when it matches: a refusal, or what the login does to the member.
using Verdict = std::variant<DenyReason, MemberChange>;
using Outcome = std::optional<Verdict>;

constexpr std::string_view kUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
constexpr std::string_view kEmailAddress = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
constexpr std::string_view kTransient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
// Within this long after an expiry an e-mail address still names the same person (L5).
constexpr base::Duration kAddressLife = std::chrono::hours(24 * 30);

bool contains(const std::vector<std::string>& list, std::string_view value) {
  return std::ranges::find(list, value) != list.end();
}

bool is_unknown(const LoginCase& c) {
  return !c.snapshot.identity && !c.snapshot.known;
}

// An owner who is the last one does not expire (S15).
MemberStatus status_of(const LoginCase& c, const Member& member) {
  const auto& known = c.snapshot.known;
  if (c.snapshot.last_owner && known && known->id == member.id) return member.status;
  return member.status_at(c.now);
}

bool is_privileged(const LoginCase& c, const Member& member) {
  return c.ladder.is_privileged(effective_role(member, c.ladder, c.now));
}

// More than lower case would need the IdP's knowledge of local parts.
bool same_address(std::string_view a, std::string_view b) {
  return base::ascii_lower(a) == base::ascii_lower(b);
}

bool is_address(const sp::SubjectKey& subject) {
  return subject.format == kEmailAddress || subject.name_id.find('@') != std::string::npos;
}

// Members with the asserted trusted address who have arrived: an invitation alone is nobody yet.
std::vector<const Candidate*> same_email(const LoginCase& c) {
  std::vector<const Candidate*> found;
  if (c.trusted_email() == nullptr) return found;
  for (const Candidate& candidate : c.snapshot.same_email) {
    if (candidate.member.status != MemberStatus::pending) found.push_back(&candidate);
  }
  return found;
}

bool has_identity(const Candidate& candidate) {
  return candidate.has_identity_here || candidate.has_identity_elsewhere;
}

// Those of same_email whom L12 and L13 speak of. L10 and L11 took all others before.
std::vector<const Candidate*> without_identity(const LoginCase& c) {
  std::vector<const Candidate*> found = same_email(c);
  std::erase_if(found, [](const Candidate* candidate) { return has_identity(*candidate); });
  return found;
}

std::optional<base::Instant> expired_since(const Member& member) {
  return member.status == MemberStatus::expired ? member.expired_at : member.lease_until;
}

bool is_recent(const LoginCase& c, const Member& member) {
  auto since = expired_since(member);
  return since && c.now < *since + kAddressLife;
}

bool seats_are_full(const LoginCase& c) {
  return c.policy.seat_limit && c.snapshot.seats_used >= *c.policy.seat_limit;
}

// The rows L2 to L5b for a member that was found, whichever way.

Outcome if_active(const LoginCase& c, const Found& found) {
  if (status_of(c, found.member) != MemberStatus::active) return std::nullopt;
  return sign_in(c, found);
}

Outcome if_suspended(const LoginCase& c, const Found& found) {
  if (status_of(c, found.member) != MemberStatus::suspended) return std::nullopt;
  return DenyReason::suspended;
}

Outcome if_deprovisioned(const LoginCase& c, const Found& found) {
  if (status_of(c, found.member) != MemberStatus::deprovisioned) return std::nullopt;
  return DenyReason::deprovisioned;
}

Outcome if_expired_may_return(const LoginCase& c, const Found& found) {
  if (status_of(c, found.member) != MemberStatus::expired) return std::nullopt;
  if (c.policy.scim_authoritative || c.policy.jit == JitMode::off) return std::nullopt;
  if (found.by_address_only && !is_recent(c, found.member)) return DenyReason::expired;
  // An expired member gave the seat back; taking it again may not exceed the limit.
  if (seats_are_full(c)) return DenyReason::seat_limit;
  return reactivate(c, found);
}

Outcome if_expired(const LoginCase& c, const Found& found) {
  if (status_of(c, found.member) != MemberStatus::expired) return std::nullopt;
  return DenyReason::expired;
}

Verdict by_state(const LoginCase& c, const Found& found) {
  for (auto row : {if_active, if_suspended, if_deprovisioned, if_expired_may_return, if_expired}) {
    if (Outcome outcome = row(c, found)) return *std::move(outcome);
  }
  return DenyReason::no_invite;
}

// `row` for the member whom the subject on record names.
template <Outcome (*row)(const LoginCase&, const Found&)>
Outcome known(const LoginCase& c) {
  if (!c.snapshot.identity || !c.snapshot.known) return std::nullopt;
  IdentityRecord link = *c.snapshot.identity;
  bool by_address_only = is_address(link.subject) && link.alt_subject.empty();
  if (!c.identity.alt_subject().empty()) link.alt_subject = c.identity.alt_subject();
  link.last_used_at = c.now;
  return row(c, {.member = *c.snapshot.known,
                 .link = std::move(link),
                 .unlink = std::nullopt,
                 .by_address_only = by_address_only,
                 .warning = {}});
}

Outcome off_or_domain_not_allowed(const LoginCase& c) {
  const LoginSnapshot& s = c.snapshot;
  if (!s.organization_enabled || !s.connection_enabled) return DenyReason::connection_off;
  // Who asserts no address is on no list.
  const auto& email = c.identity.email();
  if (!s.allowed_domains.empty() && (!email || !contains(s.allowed_domains, email->domain()))) {
    return DenyReason::domain_not_allowed;
  }
  if (email && s.email_domain_verified && !s.email_domain_bound_here) {
    if (!s.email_domain_stale_here) return DenyReason::domain_not_allowed;
    // Whom its addresses mean is no longer certain: nobody is matched, linked or made by them.
    if (is_unknown(c)) return DenyReason::domain_stale;
  }
  return std::nullopt;
}

Outcome bad_name_id(const LoginCase& c) {
  const std::string& asserted = c.identity.subject().format;
  std::string_view format = asserted.empty() ? kUnspecified : std::string_view(asserted);
  if (format == kTransient && c.identity.alt_subject().empty()) {
    return DenyReason::transient_subject;
  }
  if (!c.identity.has_name_id() || !contains(c.preset.name_id_formats, format)) {
    return DenyReason::nameid_format;
  }
  return std::nullopt;
}

Outcome recycled_subject(const LoginCase& c) {
  const auto& record = c.snapshot.identity;
  const std::string& asserted = c.identity.alt_subject();
  bool differ = record && !record->alt_subject.empty() && !asserted.empty() &&
                record->alt_subject != asserted;
  return differ ? Outcome(DenyReason::subject_reused) : std::nullopt;
}

// Accepting needs the invited member's state, which a login does not read: it is refused.
Outcome holds_invitation(const LoginCase& c) {
  const sp::Email* email = c.trusted_email();
  if (!c.invitation || email == nullptr) return std::nullopt;
  if (!same_address(email->address, c.invitation->email)) return std::nullopt;
  return DenyReason::invitation_refused;
}

// The tombstone of a member who was not erased is the row itself.
Outcome buried(const LoginCase& c) {
  if (!is_unknown(c)) return std::nullopt;
  bool row = std::ranges::any_of(same_email(c), [](const Candidate* candidate) {
    return candidate->member.status == MemberStatus::deprovisioned;
  });
  return c.snapshot.tombstone || row ? Outcome(DenyReason::deprovisioned) : std::nullopt;
}

Outcome new_name_id(const LoginCase& c) {
  const auto& found = c.snapshot.same_alt_subject;
  if (!is_unknown(c) || c.identity.alt_subject().empty() || found.empty()) return std::nullopt;
  // Without the identity that it replaces, the old NameID would go on opening the door.
  if (found.size() > 1 || !found.front().bound_as) return DenyReason::ambiguous;
  const Member& member = found.front().member;
  if (is_privileged(c, member)) return DenyReason::privileged_link;
  return by_state(c, {.member = member,
                      .link = new_link(c, member.id),
                      .unlink = found.front().bound_as,
                      .by_address_only = false,
                      .warning = "NAMEID_CHANGED"});
}

Outcome other_subject_here(const LoginCase& c) {
  if (!is_unknown(c)) return std::nullopt;
  bool here = std::ranges::any_of(
      same_email(c), [](const Candidate* candidate) { return candidate->has_identity_here; });
  return here ? Outcome(DenyReason::subject_mismatch) : std::nullopt;
}

Outcome other_connection(const LoginCase& c) {
  if (!is_unknown(c)) return std::nullopt;
  bool elsewhere = std::ranges::any_of(
      same_email(c), [](const Candidate* candidate) { return candidate->has_identity_elsewhere; });
  return elsewhere ? Outcome(DenyReason::email_in_use) : std::nullopt;
}

Outcome member_without_identity(const LoginCase& c) {
  if (!is_unknown(c)) return std::nullopt;
  std::vector<const Candidate*> found = without_identity(c);
  std::erase_if(found, [&](const Candidate* each) { return is_privileged(c, each->member); });
  if (found.empty() || found.size() != without_identity(c).size()) return std::nullopt;
  if (found.size() > 1) return DenyReason::ambiguous;
  if (c.policy.link != LinkMode::verified_domain) return DenyReason::email_in_use;
  const Member& member = found.front()->member;
  return by_state(c, {.member = member,
                      .link = new_link(c, member.id),
                      .unlink = std::nullopt,
                      .by_address_only = true,
                      .warning = {}});
}

Outcome privileged_without_identity(const LoginCase& c) {
  if (!is_unknown(c) || without_identity(c).empty()) return std::nullopt;
  return DenyReason::privileged_link;
}

Outcome directory_decides(const LoginCase& c) {
  if (!is_unknown(c) || !c.policy.scim_authoritative) return std::nullopt;
  return DenyReason::not_provisioned;
}

Outcome jit_not_on(const LoginCase& c) {
  if (!is_unknown(c)) return std::nullopt;
  switch (c.policy.jit) {
    case JitMode::off:
      return DenyReason::no_jit;
    case JitMode::invite_only:
      return DenyReason::no_invite;
    case JitMode::approval:
      return DenyReason::waiting_for_approval;
    case JitMode::on:
      return std::nullopt;
  }
  return DenyReason::no_jit;
}

Outcome no_seat(const LoginCase& c) {
  if (!is_unknown(c) || !seats_are_full(c)) return std::nullopt;
  return DenyReason::seat_limit;
}

// Somebody who was invited and comes without the token is still the same member.
Outcome first_login(const LoginCase& c) {
  if (!is_unknown(c)) return DenyReason::no_invite;
  if (c.trusted_email() != nullptr) {
    for (const Candidate& candidate : c.snapshot.same_email) {
      if (candidate.member.status == MemberStatus::pending) {
        return come_uninvited(c, candidate.member);
      }
    }
  }
  return create(c);
}

struct TableRow {
  LoginRule rule;
  Outcome (*matches)(const LoginCase&);
};

// The table of docs/rules.md, "A valid assertion arrives", in its order. The first row that
// matches decides. L7 is not here: it joins with directories, and there are none.
constexpr std::array kTable{
    TableRow{LoginRule::L1, off_or_domain_not_allowed},
    TableRow{LoginRule::L1a, bad_name_id},
    TableRow{LoginRule::L1b, recycled_subject},
    TableRow{LoginRule::L2, known<if_active>},
    TableRow{LoginRule::L3, known<if_suspended>},
    TableRow{LoginRule::L4, known<if_deprovisioned>},
    TableRow{LoginRule::L5, known<if_expired_may_return>},
    TableRow{LoginRule::L5b, known<if_expired>},
    TableRow{LoginRule::L6, holds_invitation},
    TableRow{LoginRule::L8, buried},
    TableRow{LoginRule::L9, new_name_id},
    TableRow{LoginRule::L10, other_subject_here},
    TableRow{LoginRule::L11, other_connection},
    TableRow{LoginRule::L12, member_without_identity},
    TableRow{LoginRule::L13, privileged_without_identity},
    TableRow{LoginRule::L14, directory_decides},
    TableRow{LoginRule::L15, jit_not_on},
    TableRow{LoginRule::L16, no_seat},
    TableRow{LoginRule::L18, first_login},
};

std::variant<Deny, Admit> with_rule(LoginRule rule, Verdict verdict) {
  if (const DenyReason* reason = std::get_if<DenyReason>(&verdict)) return Deny{rule, *reason};
  return Admit{rule, std::get<MemberChange>(std::move(verdict))};
}

std::variant<Deny, Admit> first_match(const LoginCase& c) {
  for (const TableRow& row : kTable) {
    if (Outcome outcome = row.matches(c)) return with_rule(row.rule, *std::move(outcome));
  }
  return Deny{LoginRule::L18, DenyReason::no_jit};
}

}  // namespace

LoginRule LoginDecision::rule() const {
  return std::visit([](const auto& outcome) { return outcome.rule; }, outcome_);
}

LoginDecision decide_login(const sp::Identity& identity, const sp::Preset& preset,
                           const LoginSnapshot& snapshot,
                           const std::optional<HeldInvitation>& invitation, const Policy& policy,
                           const Ladder& ladder, const base::MemberId& fresh_id,
                           base::Instant now) {
  return LoginDecision(first_match({.identity = identity,
                                    .preset = preset,
                                    .snapshot = snapshot,
                                    .invitation = invitation,
                                    .policy = policy,
                                    .ladder = ladder,
                                    .fresh_id = fresh_id,
                                    .now = now}));
}

}  // namespace doorward::jit
