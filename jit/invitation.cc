#include "jit/invitation.h"

#include <algorithm>

#include "base/text.h"

namespace doorward::jit {
namespace {

constexpr std::size_t kLongestAddress = 254;  // RFC 5321, 4.5.3.1.3 less the angle brackets
constexpr std::string_view kOperator = "operator";

// In lower case; nullopt if it is no address that an identity provider could assert.
std::optional<std::string> parse_address(std::string_view text) {
  std::string address = base::ascii_lower(base::trim(text));
  bool printable =
      std::ranges::all_of(address, [](char c) { return c > ' ' && c <= '~' && c != '"'; });
  if (!printable || address.size() > kLongestAddress || sp::email_domain(address).empty()) {
    return std::nullopt;
  }
  return address;
}

std::optional<InviteDeny> held_by(const Member& holder) {
  switch (holder.status) {
    case MemberStatus::deprovisioned:
      return InviteDeny::told_no;
    case MemberStatus::suspended:
    case MemberStatus::expired:
    case MemberStatus::active:
      return InviteDeny::already_member;
    case MemberStatus::pending:
      return std::nullopt;
  }
  return InviteDeny::told_no;
}

MemberChange pending_member(const base::MemberId& id, const std::string& address,
                            base::Instant now) {
  MemberChange change;
  change.member = id;
  change.create = true;
  change.status = MemberStatus::pending;
  change.managed_by = ManagedBy::jit;
  // Nobody has proven it yet.
  change.email = sp::Email{address, sp::EmailTrust::claimed};
  change.at = now;
  return change;
}

}  // namespace

bool inviter_may_grant(const HeldInvitation& held, const Ladder& ladder, base::Instant now) {
  const Invitation& invitation = held.invitation;
  auto rank = ladder.rank(invitation.role);
  if (!rank) return false;
  if (invitation.inviter == kOperator) return true;
  if (!held.inviter || held.inviter->id.str() != invitation.inviter) return false;
  return may_act({held.inviter}, invitation.org, *rank, ladder, now);
}

std::string_view name_of(InviteDeny reason) {
  switch (reason) {
    case InviteDeny::bad_address:
      return "BAD_ADDRESS";
    case InviteDeny::unknown_role:
      return "UNKNOWN_ROLE";
    case InviteDeny::not_enough_role:
      return "NOT_ENOUGH_ROLE";
    case InviteDeny::already_member:
      return "ALREADY_MEMBER";
    case InviteDeny::told_no:
      return "TOLD_NO";
    case InviteDeny::already_invited:
      return "ALREADY_INVITED";
  }
  return "";
}

std::string_view text_of(InviteDeny reason) {
  switch (reason) {
    case InviteDeny::bad_address:
      return "That is no e-mail address; write it as NAME@DOMAIN, the domain in its ASCII form.";
    case InviteDeny::unknown_role:
      return "No role has this name; take one of [roles] ladder in the configuration.";
    case InviteDeny::not_enough_role:
      return "Only an administrator who holds at least that role may invite to it; ask one.";
    case InviteDeny::already_member:
      return "A member has this address; give them a role with `member grant`, or restore them.";
    case InviteDeny::told_no:
      return "The access of the member with this address was ended; only whoever ended it can give "
             "it back.";
    case InviteDeny::already_invited:
      return "An open invitation has this address; renew it to get a new link, and the old one "
             "dies.";
  }
  return "";
}

std::expected<Invited, InviteDeny> decide_invitation(const Actor& actor, const base::OrgId& org,
                                                     const InviteAsk& ask, const InviteFacts& facts,
                                                     const InviteIds& ids, const Ladder& ladder,
                                                     base::Instant now) {
  auto address = parse_address(ask.email);
  if (!address) return std::unexpected(InviteDeny::bad_address);
  auto rank = ladder.rank(ask.role);
  if (!rank) return std::unexpected(InviteDeny::unknown_role);
  if (!may_act(actor, org, *rank, ladder, now)) return std::unexpected(InviteDeny::not_enough_role);
  const Member* pending = nullptr;
  for (const Member& holder : facts.holders) {
    if (auto reason = held_by(holder)) return std::unexpected(*reason);
    pending = &holder;
  }
  bool open = facts.invitation && now < facts.invitation->expires_at;
  if (open && !ask.renew) return std::unexpected(InviteDeny::already_invited);

  Invited invited;
  if (pending != nullptr) {
    invited.change.member = pending->id;
    invited.change.at = now;
  } else {
    invited.change = pending_member(ids.member, *address, now);
  }
  invited.invitation = {.id = ids.invitation,
                        .org = org,
                        .member = invited.change.member,
                        .email = *address,
                        .role = ask.role,
                        .inviter = name_of(actor),
                        .token_hash = ids.token_hash,
                        .created_at = now,
                        .expires_at = now + kInvitationLife};
  return invited;
}

}  // namespace doorward::jit
