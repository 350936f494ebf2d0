#pragma once

#include <algorithm>
#include <string>

#include "jit/login_decision.h"
#include "tests/support/identity_maker.h"
#include "tests/support/world.h"

// One login as the rules see it: an ordinary first sign-in of Ada's, to be changed by each test.
namespace doorward::jit {

inline const base::Instant kNow = tests::at("2024-05-01T12:00:00Z");
inline const base::MemberId kFresh("01FRESH");
inline const base::OrgId kOrg("01ORG");
inline constexpr std::string_view kUnspecified =
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
inline constexpr std::string_view kEmailAddress =
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
inline constexpr std::string_view kPersistent =
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
inline constexpr std::string_view kTransient =
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

inline Grant grant(GrantSource source, std::string role,
                   std::optional<base::Instant> expires = std::nullopt) {
  return {source, std::move(role), "", "", kNow - std::chrono::hours(24), expires};
}

inline Member member(std::string id, MemberStatus status = MemberStatus::active) {
  Member member;
  member.id = base::MemberId(std::move(id));
  member.org = kOrg;
  member.status = status;
  member.grants = {grant(GrantSource::default_, "viewer")};
  return member;
}

inline constexpr base::Duration kTick(1);
inline constexpr base::Duration kThirtyDays = std::chrono::hours(24 * 30);

inline Member expired_since(base::Duration ago) {
  Member ada = member("01ADA", MemberStatus::expired);
  ada.expired_at = kNow - ago;
  return ada;
}

inline Member pending(std::string id = "01INVITED") {
  Member invited = member(std::move(id), MemberStatus::pending);
  invited.email = sp::Email{"ada@acme.com", sp::EmailTrust::claimed};
  invited.grants.clear();
  return invited;
}

// An administrator of the organisation, by a manual grant.
inline Member holding(std::string id, std::string role,
                      MemberStatus status = MemberStatus::active) {
  Member made = member(std::move(id), status);
  if (role != "viewer") made.grants.push_back(grant(GrantSource::manual, std::move(role)));
  return made;
}

inline bool warns(const MemberChange& change, std::string_view warning) {
  return std::ranges::find(change.warnings, warning) != change.warnings.end();
}

struct Login {
  tests::IdentityFields asserted;
  sp::Preset preset;
  LoginSnapshot snapshot;
  std::optional<HeldInvitation> invitation;
  Policy policy;
  Ladder ladder = *Ladder::make({"viewer", "editor", "admin", "owner"});
  base::Instant now = kNow;

  Login() {
    asserted.format = kPersistent;
    asserted.email = sp::Email{"ada@acme.com", sp::EmailTrust::trusted};
    asserted.first_name = "Ada";
    asserted.last_name = "Lovelace";
    asserted.display_name = "Ada Lovelace";
    preset.name_id_formats = {std::string(kPersistent), std::string(kEmailAddress),
                              std::string(kUnspecified)};
    snapshot.organization_enabled = true;
    snapshot.connection_enabled = true;
    snapshot.email_domain_verified = true;
    snapshot.email_domain_bound_here = true;
  }

  // The asserted subject is on record as `of`.
  Login& knows(Member of, std::string alt_subject = "") {
    snapshot.identity =
        IdentityRecord{identity().subject(), std::move(alt_subject), of.id,
                       kNow - std::chrono::hours(48), kNow - std::chrono::hours(24)};
    snapshot.known = std::move(of);
    return *this;
  }

  Login& shares_email_with(Member other, bool here = false, bool elsewhere = false) {
    Candidate candidate;
    candidate.member = std::move(other);
    candidate.has_identity_here = here;
    candidate.has_identity_elsewhere = elsewhere;
    candidate.may_confirm = elsewhere;
    if (here) {
      candidate.subjects_here = {identity().subject()};
      candidate.subjects_here.front().name_id = "old-name-id";
    }
    snapshot.same_email.push_back(std::move(candidate));
    return *this;
  }

  // Another subject of this connection has the asserted alt_subject.
  Login& shares_alt_subject_with(Member other) {
    asserted.alt_subject = "immutable-1";
    sp::SubjectKey old = identity().subject();
    old.name_id = "old-name-id";
    Candidate candidate;
    candidate.member = std::move(other);
    candidate.has_identity_here = true;
    candidate.bound_as = std::move(old);
    snapshot.same_alt_subject.push_back(std::move(candidate));
    return *this;
  }

  // The browser holds the token of an invitation by the operator.
  Login& holds_invitation(Member invited, std::string email = "ada@acme.com",
                          std::string role = "editor") {
    HeldInvitation held;
    held.invitation = {.id = "01INVITATION",
                       .org = kOrg,
                       .member = invited.id,
                       .email = std::move(email),
                       .role = std::move(role),
                       .inviter = "operator",
                       .token_hash = std::string(32, 'h'),
                       .created_at = kNow - std::chrono::hours(1),
                       .expires_at = kNow + kInvitationLife};
    held.invited = std::move(invited);
    invitation = std::move(held);
    return *this;
  }

  // A request of the asserted subject is on record.
  Login& has_request(RequestKind kind, RequestState state, std::string about = "") {
    AccessRequest request;
    request.id = "01REQUEST" + std::to_string(snapshot.requests.size());
    request.org = kOrg;
    request.kind = kind;
    request.state = state;
    request.subject = identity().subject();
    request.alt_subject = asserted.alt_subject;
    request.email = asserted.email;
    request.member = base::MemberId(std::move(about));
    request.created_at = kNow - std::chrono::hours(2);
    request.last_seen_at = request.created_at;
    if (state != RequestState::waiting) request.decided_at = kNow - std::chrono::hours(1);
    snapshot.requests.push_back(std::move(request));
    return *this;
  }

  Login& without_trusted_email() {
    asserted.email = sp::Email{"ada@elsewhere.example", sp::EmailTrust::claimed};
    snapshot.email_domain_verified = false;
    snapshot.email_domain_bound_here = false;
    return *this;
  }

  // The asserted domain is this organisation's and bound here, but its record is missing.
  Login& with_stale_domain() {
    asserted.email->trust = sp::EmailTrust::claimed;
    snapshot.email_domain_verified = true;
    snapshot.email_domain_bound_here = false;
    snapshot.email_domain_stale_here = true;
    return *this;
  }

  [[nodiscard]] sp::Identity identity() const { return tests::IdentityMaker::identity(asserted); }

  [[nodiscard]] LoginDecision decide() const {
    return decide_login(identity(), preset, snapshot, invitation, policy, ladder, kFresh, now);
  }
};

// "L4 DEPROVISIONED", or "L2 admitted".
inline std::string told(const LoginDecision& decision) {
  std::string text(name_of(decision.rule()));
  text += ' ';
  text += decision.deny() != nullptr ? name_of(decision.deny()->reason) : "admitted";
  return text;
}

inline std::string told(const Login& login) {
  return told(login.decide());
}

// As told, with what an administrator is asked for and whom it concerns:
// "L10 SUBJECT_MISMATCH asks rebind 01ADA".
inline std::string told_with_request(const Login& login) {
  LoginDecision decision = login.decide();
  std::string text = told(decision);
  const Deny* deny = decision.deny();
  if (deny == nullptr || !deny->opens) return text;
  text += " asks " + std::string(name_of(*deny->opens));
  if (!deny->member.empty()) text += " " + deny->member.str();
  if (deny->confirm_with) text += " or " + deny->confirm_with->str();
  return text;
}

// The change of a login that must have been admitted; an empty one, and a failure, if it was not.
inline MemberChange change_of(const Login& login) {
  LoginDecision decision = login.decide();
  return decision.admit() != nullptr ? decision.admit()->change : MemberChange{};
}

}  // namespace doorward::jit
