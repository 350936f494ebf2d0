#include "jit/login_decision.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "jit/login_change.h"

namespace doorward::jit {
namespace {

struct Refusal {
  DenyReason reason;
  std::optional<RequestKind> opens;
  base::MemberId member;
  std::optional<base::MemberId> confirm_with;
};
// What a row says when it matches: a refusal, or what the login does to the member.
using Verdict = std::variant<Refusal, MemberChange>;
using Outcome = std::optional<Verdict>;

constexpr std::string_view kUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
constexpr std::string_view kEmailAddress = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
constexpr std::string_view kTransient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
// Within this long after an expiry an e-mail address still names the same person (L5).
constexpr base::Duration kAddressLife = std::chrono::hours(24 * 30);

Refusal refuse(DenyReason reason) {
  return {reason, std::nullopt, {}, std::nullopt};
}

// … and an administrator is asked for a yes.
Refusal refuse_and_ask(DenyReason reason, RequestKind kind, const base::MemberId& about) {
  return {reason, kind, about, std::nullopt};
}

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
  return !has_free_seat(c.policy, c.snapshot.seats_used);
}

// An administrator said yes to this very subject at this row, about this member or nobody.
bool is_approved(const LoginCase& c, RequestKind kind, const base::MemberId& about) {
  return std::ranges::any_of(c.snapshot.requests, [&](const AccessRequest& request) {
    return request.kind == kind && request.state == RequestState::approved &&
           request.member == about && request.subject == c.identity.subject() &&
           request.alt_subject == c.identity.alt_subject() && c.now < request.ends_at();
  });
}

// Others are denied by their state whatever an administrator says of the identity.
bool may_return(const LoginCase& c, const Member& member) {
  MemberStatus status = status_of(c, member);
  return status == MemberStatus::active || status == MemberStatus::expired;
}

// A denial that an administrator's yes about `member` would lift.
Refusal unless_approved(const LoginCase& c, DenyReason reason, RequestKind kind,
                        const Member& member) {
  return may_return(c, member) ? refuse_and_ask(reason, kind, member.id) : refuse(reason);
}

// The rows L2 to L5b for a member that was found, whichever way.

Outcome if_active(const LoginCase& c, const Found& found) {
  if (status_of(c, found.member) != MemberStatus::active) return std::nullopt;
  return sign_in(c, found);
}

Outcome if_suspended(const LoginCase& c, const Found& found) {
  if (status_of(c, found.member) != MemberStatus::suspended) return std::nullopt;
  return refuse(DenyReason::suspended);
}

Outcome if_deprovisioned(const LoginCase& c, const Found& found) {
  if (status_of(c, found.member) != MemberStatus::deprovisioned) return std::nullopt;
  return refuse(DenyReason::deprovisioned);
}

Outcome if_expired_may_return(const LoginCase& c, const Found& found) {
  if (status_of(c, found.member) != MemberStatus::expired) return std::nullopt;
  if (c.policy.scim_authoritative || c.policy.jit == JitMode::off) return std::nullopt;
  if (found.by_address_only && !is_recent(c, found.member) &&
      !is_approved(c, RequestKind::comeback, found.member.id)) {
    return refuse_and_ask(DenyReason::expired, RequestKind::comeback, found.member.id);
  }
  // An expired member gave the seat back; taking it again may not exceed the limit.
  if (seats_are_full(c)) {
    return refuse_and_ask(DenyReason::seat_limit, RequestKind::seat, found.member.id);
  }
  return reactivate(c, found);
}

Outcome if_expired(const LoginCase& c, const Found& found) {
  if (status_of(c, found.member) != MemberStatus::expired) return std::nullopt;
  return refuse(DenyReason::expired);
}

Verdict by_state(const LoginCase& c, const Found& found) {
  for (auto row : {if_active, if_suspended, if_deprovisioned, if_expired_may_return, if_expired}) {
    if (Outcome outcome = row(c, found)) return *std::move(outcome);
  }
  return refuse(DenyReason::no_invite);
}

// The member whom the subject on record names; both must be there.
Found known_as(const LoginCase& c) {
  IdentityRecord link = *c.snapshot.identity;
  bool by_address_only = is_address(link.subject) && link.alt_subject.empty();
  if (!c.identity.alt_subject().empty()) link.alt_subject = c.identity.alt_subject();
  link.last_used_at = c.now;
  return {.member = *c.snapshot.known,
          .link = std::move(link),
          .unlink = {},
          .by_address_only = by_address_only,
          .warning = {}};
}

template <Outcome (*row)(const LoginCase&, const Found&)>
Outcome known(const LoginCase& c) {
  if (!c.snapshot.identity || !c.snapshot.known) return std::nullopt;
  return row(c, known_as(c));
}

Outcome off_or_domain_not_allowed(const LoginCase& c) {
  const LoginSnapshot& s = c.snapshot;
  if (!s.organization_enabled || !s.connection_enabled) return refuse(DenyReason::connection_off);
  // Who asserts no address is on no list.
  const auto& email = c.identity.email();
  if (!s.allowed_domains.empty() && (!email || !contains(s.allowed_domains, email->domain()))) {
    return refuse(DenyReason::domain_not_allowed);
  }
  if (email && s.email_domain_verified && !s.email_domain_bound_here) {
    if (!s.email_domain_stale_here) return refuse(DenyReason::domain_not_allowed);
    // Whom its addresses mean is no longer certain: nobody is matched, linked or made by them.
    if (is_unknown(c)) return refuse(DenyReason::domain_stale);
  }
  return std::nullopt;
}

Outcome bad_name_id(const LoginCase& c) {
  const std::string& asserted = c.identity.subject().format;
  std::string_view format = asserted.empty() ? kUnspecified : std::string_view(asserted);
  if (format == kTransient && c.identity.alt_subject().empty()) {
    return refuse(DenyReason::transient_subject);
  }
  if (!c.identity.has_name_id() || !contains(c.preset.name_id_formats, format)) {
    return refuse(DenyReason::nameid_format);
  }
  return std::nullopt;
}

Outcome recycled_subject(const LoginCase& c) {
  const auto& record = c.snapshot.identity;
  const std::string& asserted = c.identity.alt_subject();
  bool differ = record && !record->alt_subject.empty() && !asserted.empty() &&
                record->alt_subject != asserted;
  return differ ? Outcome(refuse(DenyReason::subject_reused)) : std::nullopt;
}

// The tombstone of a member who was not erased is the row itself.
bool is_buried(const LoginCase& c) {
  return c.snapshot.tombstone || std::ranges::any_of(same_email(c), [](const Candidate* candidate) {
           return candidate->member.status == MemberStatus::deprovisioned;
         });
}

// The browser holds an open invitation to the asserted address. Over, it is none any more.
bool is_invited(const LoginCase& c) {
  const sp::Email* email = c.trusted_email();
  return c.invitation && c.invitation->invited && email != nullptr &&
         same_address(email->address, c.invitation->invitation.email) &&
         c.now < c.invitation->invitation.expires_at;
}

// Who came without the token (L18) and brings it now. An active member is never kept out by an
// invitation that cannot be accepted.
Outcome brings_invitation(const LoginCase& c) {
  const auto& known = c.snapshot.known;
  if (!c.snapshot.identity || !known || !is_invited(c)) return std::nullopt;
  if (known->id != c.invitation->invited->id || status_of(c, *known) != MemberStatus::active ||
      !inviter_may_grant(*c.invitation, c.ladder, c.now)) {
    return std::nullopt;
  }
  return accept(c, known_as(c));
}

Outcome comes_invited(const LoginCase& c) {
  // Who was told no comes back only by whoever said no (I3).
  if (!is_unknown(c) || !is_invited(c) || is_buried(c)) return std::nullopt;
  const Member& invited = *c.invitation->invited;
  // Whoever is a member already is judged by the rows about members.
  if (invited.status != MemberStatus::pending) return std::nullopt;
  if (!inviter_may_grant(*c.invitation, c.ladder, c.now)) {
    return refuse(DenyReason::invitation_refused);
  }
  if (seats_are_full(c)) {
    return refuse_and_ask(DenyReason::seat_limit, RequestKind::seat, invited.id);
  }
  return accept(c, {.member = invited,
                    .link = new_link(c, invited.id),
                    .unlink = {},
                    .by_address_only = false,
                    .warning = {}});
}

Outcome buried(const LoginCase& c) {
  if (!is_unknown(c) || !is_buried(c)) return std::nullopt;
  return refuse(DenyReason::deprovisioned);
}

// A link that an administrator allowed, and that the policy still leaves to them.
bool is_link_approved(const LoginCase& c, const Member& member) {
  return c.policy.link == LinkMode::confirm && is_approved(c, RequestKind::link, member.id);
}

Refusal refuse_link(const LoginCase& c, DenyReason reason, const Member& member) {
  if (c.policy.link != LinkMode::confirm) return refuse(reason);
  return unless_approved(c, reason, RequestKind::link, member);
}

// By an administrator's yes, who has seen both: more than an address says that it is the member.
Verdict link_to(const LoginCase& c, const Member& member) {
  return by_state(c, {.member = member,
                      .link = new_link(c, member.id),
                      .unlink = {},
                      .by_address_only = false,
                      .warning = "IDENTITY_LINKED"});
}

Outcome new_name_id(const LoginCase& c) {
  const auto& found = c.snapshot.same_alt_subject;
  if (!is_unknown(c) || c.identity.alt_subject().empty() || found.empty()) return std::nullopt;
  // Without the identity that it replaces, the old NameID would go on opening the door.
  if (found.size() > 1 || !found.front().bound_as) return refuse(DenyReason::ambiguous);
  const Member& member = found.front().member;
  if (is_privileged(c, member) && !is_link_approved(c, member)) {
    return refuse_link(c, DenyReason::privileged_link, member);
  }
  return by_state(c, {.member = member,
                      .link = new_link(c, member.id),
                      .unlink = {*found.front().bound_as},
                      .by_address_only = false,
                      .warning = "NAMEID_CHANGED"});
}

Outcome other_subject_here(const LoginCase& c) {
  if (!is_unknown(c)) return std::nullopt;
  std::vector<const Candidate*> found = same_email(c);
  std::erase_if(found, [](const Candidate* candidate) { return !candidate->has_identity_here; });
  if (found.empty()) return std::nullopt;
  // Of two with one address nobody could say which is meant.
  if (same_email(c).size() > 1) return refuse(DenyReason::subject_mismatch);
  const Member& member = found.front()->member;
  if (!is_approved(c, RequestKind::rebind, member.id)) {
    return unless_approved(c, DenyReason::subject_mismatch, RequestKind::rebind, member);
  }
  return by_state(c, {.member = member,
                      .link = new_link(c, member.id),
                      .unlink = found.front()->subjects_here,
                      .by_address_only = false,
                      .warning = "SUBJECT_REBOUND"});
}

Outcome other_connection(const LoginCase& c) {
  if (!is_unknown(c)) return std::nullopt;
  std::vector<const Candidate*> found = same_email(c);
  std::erase_if(found,
                [](const Candidate* candidate) { return !candidate->has_identity_elsewhere; });
  if (found.empty()) return std::nullopt;
  if (same_email(c).size() > 1 || c.policy.link == LinkMode::never) {
    return refuse(DenyReason::email_in_use);
  }
  const Candidate& only = *found.front();
  if (is_approved(c, RequestKind::link, only.member.id)) return link_to(c, only.member);
  Refusal refusal = unless_approved(c, DenyReason::email_in_use, RequestKind::link, only.member);
  if (refusal.opens && only.may_confirm && c.policy.link == LinkMode::confirm) {
    refusal.confirm_with = only.member.id;
  }
  return refusal;
}

Outcome member_without_identity(const LoginCase& c) {
  if (!is_unknown(c)) return std::nullopt;
  std::vector<const Candidate*> found = without_identity(c);
  std::erase_if(found, [&](const Candidate* each) { return is_privileged(c, each->member); });
  if (found.empty() || found.size() != without_identity(c).size()) return std::nullopt;
  if (found.size() > 1) return refuse(DenyReason::ambiguous);
  const Member& member = found.front()->member;
  if (is_link_approved(c, member)) return link_to(c, member);
  if (c.policy.link != LinkMode::verified_domain) {
    return refuse_link(c, DenyReason::email_in_use, member);
  }
  return by_state(c, {.member = member,
                      .link = new_link(c, member.id),
                      .unlink = {},
                      .by_address_only = true,
                      .warning = {}});
}

Outcome privileged_without_identity(const LoginCase& c) {
  if (!is_unknown(c)) return std::nullopt;
  std::vector<const Candidate*> found = without_identity(c);
  if (found.empty()) return std::nullopt;
  if (found.size() > 1) return refuse(DenyReason::privileged_link);
  const Member& member = found.front()->member;
  if (is_link_approved(c, member)) return link_to(c, member);
  return refuse_link(c, DenyReason::privileged_link, member);
}

Outcome directory_decides(const LoginCase& c) {
  if (!is_unknown(c) || !c.policy.scim_authoritative) return std::nullopt;
  return refuse(DenyReason::not_provisioned);
}

Outcome jit_not_on(const LoginCase& c) {
  if (!is_unknown(c)) return std::nullopt;
  switch (c.policy.jit) {
    case JitMode::off:
      return refuse(DenyReason::no_jit);
    case JitMode::invite_only:
      return refuse(DenyReason::no_invite);
    case JitMode::approval:
      if (is_approved(c, RequestKind::approval, {})) return std::nullopt;
      return refuse_and_ask(DenyReason::waiting_for_approval, RequestKind::approval, {});
    case JitMode::on:
      return std::nullopt;
  }
  return refuse(DenyReason::no_jit);
}

Outcome no_seat(const LoginCase& c) {
  if (!is_unknown(c) || !seats_are_full(c)) return std::nullopt;
  return refuse_and_ask(DenyReason::seat_limit, RequestKind::seat, {});
}

// Somebody who was invited and comes without the token is still the same member.
Outcome first_login(const LoginCase& c) {
  if (!is_unknown(c)) return refuse(DenyReason::no_invite);
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
// matches decides. L6 stands twice: whoever is a member already and brings the token is ACTIVE, and
// so L2 would take them. L7 is not here: it joins with directories, and there are none.
constexpr std::array kTable{
    TableRow{LoginRule::L1, off_or_domain_not_allowed},
    TableRow{LoginRule::L1a, bad_name_id},
    TableRow{LoginRule::L1b, recycled_subject},
    TableRow{LoginRule::L6, brings_invitation},
    TableRow{LoginRule::L2, known<if_active>},
    TableRow{LoginRule::L3, known<if_suspended>},
    TableRow{LoginRule::L4, known<if_deprovisioned>},
    TableRow{LoginRule::L5, known<if_expired_may_return>},
    TableRow{LoginRule::L5b, known<if_expired>},
    TableRow{LoginRule::L6, comes_invited},
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
  if (Refusal* refusal = std::get_if<Refusal>(&verdict)) {
    return Deny{rule, refusal->reason, refusal->opens, std::move(refusal->member),
                std::move(refusal->confirm_with)};
  }
  return Admit{rule, std::get<MemberChange>(std::move(verdict))};
}

std::variant<Deny, Admit> first_match(const LoginCase& c) {
  for (const TableRow& row : kTable) {
    if (Outcome outcome = row.matches(c)) return with_rule(row.rule, *std::move(outcome));
  }
  return Deny{LoginRule::L18, DenyReason::no_jit, std::nullopt, {}, std::nullopt};
}

}  // namespace

LoginRule LoginDecision::rule() const {
  return std::visit([](const auto& outcome) { return outcome.rule; }, outcome_);
}

AccessRequest new_request(const Deny& deny, const sp::Identity& identity, const base::OrgId& org,
                          std::string id, base::Instant now) {
  AccessRequest request;
  request.id = std::move(id);
  request.org = org;
  request.kind = *deny.opens;
  request.subject = identity.subject();
  request.alt_subject = identity.alt_subject();
  request.email = identity.email();
  request.display_name = identity.display_name();
  request.member = deny.member;
  request.rule = name_of(deny.rule);
  request.created_at = now;
  request.last_seen_at = now;
  return request;
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
