#pragma once

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
    snapshot.same_email.push_back({std::move(other), here, elsewhere, std::nullopt});
    return *this;
  }

  // Another subject of this connection has the asserted alt_subject.
  Login& shares_alt_subject_with(Member other) {
    asserted.alt_subject = "immutable-1";
    sp::SubjectKey old = identity().subject();
    old.name_id = "old-name-id";
    snapshot.same_alt_subject.push_back({std::move(other), true, false, std::move(old)});
    return *this;
  }

  Login& without_trusted_email() {
    asserted.email = sp::Email{"ada@elsewhere.example", sp::EmailTrust::claimed};
    snapshot.email_domain_verified = false;
    snapshot.email_domain_bound_here = false;
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

// The change of a login that must have been admitted; an empty one, and a failure, if it was not.
inline MemberChange change_of(const Login& login) {
  LoginDecision decision = login.decide();
  return decision.admit() != nullptr ? decision.admit()->change : MemberChange{};
}

}  // namespace doorward::jit
