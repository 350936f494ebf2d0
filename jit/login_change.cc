#include "jit/login_change.h"

namespace doorward::jit {
namespace {

// What a directory holds comes and goes with it; all else was given by, or asked of, a person.
bool survives_expiry(GrantSource source) {
  switch (source) {
    case GrantSource::default_:
    case GrantSource::scim_group:
    case GrantSource::scim_role:
      return true;
    case GrantSource::manual:
    case GrantSource::saml_attr:
    case GrantSource::request:
    case GrantSource::break_glass:
      return false;
  }
  return false;
}

void take(std::optional<std::string>& field, const std::string& asserted, const std::string& held) {
  if (!asserted.empty() && asserted != held) field = asserted;
}

// The asserted address with the trust that it has in this transaction, if the member may have it.
void take_email(const LoginCase& c, const std::optional<sp::Email>& held, MemberChange& change) {
  // While a domain is stale, what its addresses were worth stays as it is.
  if (!c.identity.email() || c.snapshot.email_domain_stale_here) return;
  const sp::Email* trusted = c.trusted_email();
  if (trusted != nullptr && c.snapshot.email_held_by_other) {
    change.warnings.emplace_back("EMAIL_DRIFT");
    return;
  }
  sp::Email email = *c.identity.email();
  if (trusted == nullptr) email.trust = sp::EmailTrust::claimed;
  if (held && held->address == email.address && held->trust == email.trust) return;
  change.email = std::move(email);
}

void take_profile(const LoginCase& c, const Member& member, MemberChange& change) {
  take(change.first_name, c.identity.first_name(), member.first_name);
  take(change.last_name, c.identity.last_name(), member.last_name);
  take(change.display_name, c.identity.display_name(), member.display_name);
  take_email(c, member.email, change);
}

void renew_lease(const LoginCase& c, MemberChange& change) {
  if (c.policy.lease) {
    change.lease_until = c.now + *c.policy.lease;
  } else {
    change.end_lease = true;
  }
}

Grant default_grant(const LoginCase& c) {
  return {GrantSource::default_, c.ladder.lowest(), "", "", c.now, std::nullopt};
}

}  // namespace

void end_personal_grants(const Member& member, MemberChange& change) {
  for (const Grant& grant : member.grants) {
    if (!survives_expiry(grant.source)) change.remove_grants.push_back(grant);
  }
}

const sp::Email* LoginCase::trusted_email() const {
  const auto& email = identity.email();
  bool trusted =
      email && email->trust == sp::EmailTrust::trusted && snapshot.email_domain_bound_here;
  return trusted ? &*email : nullptr;
}

IdentityRecord new_link(const LoginCase& c, const base::MemberId& member) {
  return {.subject = c.identity.subject(),
          .alt_subject = c.identity.alt_subject(),
          .member = member,
          .linked_at = c.now,
          .last_used_at = c.now};
}

MemberChange sign_in(const LoginCase& c, const Found& found) {
  MemberChange change;
  change.member = found.member.id;
  change.at = c.now;
  change.last_login_at = c.now;
  change.link = found.link;
  change.unlink = found.unlink;
  if (!found.warning.empty()) change.warnings.push_back(found.warning);
  // Whoever is in needs no answer any more, whatever was asked.
  for (const AccessRequest& request : c.snapshot.requests) {
    change.close_requests.push_back(request.id);
  }
  if (found.member.managed_by == ManagedBy::jit) {
    take_profile(c, found.member, change);
    renew_lease(c, change);
  }
  return change;
}

MemberChange reactivate(const LoginCase& c, const Found& found) {
  MemberChange change = sign_in(c, found);
  change.status = MemberStatus::active;
  end_personal_grants(found.member, change);
  change.bump_epoch = true;
  change.end_sessions = true;
  return change;
}

MemberChange come_uninvited(const LoginCase& c, const Member& invited) {
  MemberChange change = reactivate(
      c, {.member = invited, .link = new_link(c, invited.id), .unlink = {}, .warning = {}});
  // The address is held by the invitation of this very person.
  change.warnings.clear();
  change.email = *c.trusted_email();
  change.add_grants.push_back(default_grant(c));
  return change;
}

MemberChange accept(const LoginCase& c, const Found& invited) {
  const Invitation& invitation = c.invitation->invitation;
  MemberChange change = sign_in(c, invited);
  if (invited.member.status == MemberStatus::pending) {
    change.status = MemberStatus::active;
    change.add_grants.push_back(default_grant(c));
    std::erase(change.warnings, "EMAIL_DRIFT");
    change.email = *c.trusted_email();
  }
  change.add_grants.push_back(
      {GrantSource::manual, invitation.role, "", invitation.inviter, c.now, std::nullopt});
  change.use_invitation = invitation.id;
  return change;
}

MemberChange create(const LoginCase& c) {
  Member nobody;
  nobody.id = c.fresh_id;
  MemberChange change =
      sign_in(c, {.member = nobody, .link = new_link(c, c.fresh_id), .unlink = {}, .warning = {}});
  change.create = true;
  change.status = MemberStatus::active;
  change.managed_by = ManagedBy::jit;
  change.end_lease = false;
  change.add_grants.push_back(default_grant(c));
  return change;
}

}  // namespace doorward::jit
