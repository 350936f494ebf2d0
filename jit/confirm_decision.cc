#include "jit/confirm_decision.h"

#include <algorithm>

namespace doorward::jit {
namespace {

// An identity of the member, on another connection, that was on record before the link was asked
// for: one that the same minute made proves nothing.
bool is_the_member(const AskedLink& asked, const ConfirmLogin& login) {
  const Admit* admit = login.decision.admit();
  if (admit == nullptr || admit->change.create || admit->change.member != asked.member) {
    return false;
  }
  const auto& link = admit->change.link;
  return link && link->subject == login.subject && link->linked_at < asked.asked_at &&
         login.subject.connection != asked.subject.connection;
}

bool is_fresh(const AskedLink& asked, const ConfirmLogin& login) {
  return login.request_issued_at >= asked.asked_at &&
         login.authn_instant + login.clock_skew >= asked.asked_at;
}

// What L1 and L8 to L11 say of the newcomer must still be what they said.
bool is_linkable(const AskedLink& asked, const LoginSnapshot& s, const Policy& policy) {
  if (!s.organization_enabled || !s.connection_enabled || policy.link != LinkMode::confirm) {
    return false;
  }
  const std::string domain = sp::email_domain(asked.email);
  bool allowed = s.allowed_domains.empty() ||
                 std::ranges::find(s.allowed_domains, domain) != s.allowed_domains.end();
  if (!allowed || !s.email_domain_verified || !s.email_domain_bound_here) return false;
  if (s.identity || s.known || s.tombstone || !s.same_alt_subject.empty()) return false;
  return s.same_email.size() == 1 && s.same_email.front().member.id == asked.member &&
         !s.same_email.front().has_identity_here && s.same_email.front().may_confirm;
}

}  // namespace

std::string_view name_of(ConfirmDeny reason) {
  switch (reason) {
    case ConfirmDeny::too_late:
      return "CONFIRM_TOO_LATE";
    case ConfirmDeny::not_fresh:
      return "CONFIRM_NOT_FRESH";
    case ConfirmDeny::wrong_member:
      return "CONFIRM_WRONG_MEMBER";
    case ConfirmDeny::not_possible:
      return "CONFIRM_NOT_POSSIBLE";
  }
  return "";
}

std::string_view text_of(ConfirmDeny reason) {
  switch (reason) {
    case ConfirmDeny::too_late:
      return "That took more than ten minutes. Start again with the new way of signing in.";
    case ConfirmDeny::not_fresh:
      return "Your identity provider did not ask you to sign in anew, so the two ways of signing "
             "in "
             "were not linked. Sign out there and try again, or ask an administrator.";
    case ConfirmDeny::wrong_member:
      return "You did not sign in as the member whose e-mail address this is, so nothing was "
             "linked.";
    case ConfirmDeny::not_possible:
      return "The new way of signing in can no longer be linked. Try it again, or ask an "
             "administrator.";
  }
  return "";
}

std::expected<MemberChange, ConfirmDeny> decide_confirm(const AskedLink& asked,
                                                        const ConfirmLogin& login,
                                                        const LoginSnapshot& newcomer,
                                                        const Policy& policy, base::Instant now) {
  if (now < asked.asked_at || now >= asked.asked_at + kConfirmLife) {
    return std::unexpected(ConfirmDeny::too_late);
  }
  if (!is_fresh(asked, login)) return std::unexpected(ConfirmDeny::not_fresh);
  if (!is_the_member(asked, login)) return std::unexpected(ConfirmDeny::wrong_member);
  if (!is_linkable(asked, newcomer, policy)) return std::unexpected(ConfirmDeny::not_possible);
  MemberChange change;
  change.member = asked.member;
  change.at = now;
  change.link = IdentityRecord{.subject = asked.subject,
                               .alt_subject = asked.alt_subject,
                               .member = asked.member,
                               .linked_at = now,
                               .last_used_at = now};
  for (const AccessRequest& request : newcomer.requests)
    change.close_requests.push_back(request.id);
  return change;
}

}  // namespace doorward::jit
