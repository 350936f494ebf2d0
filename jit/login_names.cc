#include "jit/login_decision.h"

// The words for rules and reasons: closed sets, one exhaustive switch each.
namespace doorward::jit {

std::string_view name_of(LoginRule rule) {
  switch (rule) {
    case LoginRule::L1:
      return "L1";
    case LoginRule::L1a:
      return "L1a";
    case LoginRule::L1b:
      return "L1b";
    case LoginRule::L2:
      return "L2";
    case LoginRule::L3:
      return "L3";
    case LoginRule::L4:
      return "L4";
    case LoginRule::L5:
      return "L5";
    case LoginRule::L5b:
      return "L5b";
    case LoginRule::L6:
      return "L6";
    case LoginRule::L7:
      return "L7";
    case LoginRule::L8:
      return "L8";
    case LoginRule::L9:
      return "L9";
    case LoginRule::L10:
      return "L10";
    case LoginRule::L11:
      return "L11";
    case LoginRule::L12:
      return "L12";
    case LoginRule::L13:
      return "L13";
    case LoginRule::L14:
      return "L14";
    case LoginRule::L15:
      return "L15";
    case LoginRule::L16:
      return "L16";
    case LoginRule::L18:
      return "L18";
  }
  return "";
}

std::string_view name_of(DenyReason reason) {
  switch (reason) {
    case DenyReason::connection_off:
      return "CONNECTION_OFF";
    case DenyReason::domain_not_allowed:
      return "DOMAIN_NOT_ALLOWED";
    case DenyReason::domain_stale:
      return "DOMAIN_STALE";
    case DenyReason::nameid_format:
      return "NAMEID_FORMAT";
    case DenyReason::transient_subject:
      return "TRANSIENT_SUBJECT";
    case DenyReason::subject_reused:
      return "SUBJECT_REUSED";
    case DenyReason::suspended:
      return "SUSPENDED";
    case DenyReason::deprovisioned:
      return "DEPROVISIONED";
    case DenyReason::expired:
      return "EXPIRED";
    case DenyReason::invitation_refused:
      return "INVITATION_REFUSED";
    case DenyReason::ambiguous:
      return "AMBIGUOUS";
    case DenyReason::subject_mismatch:
      return "SUBJECT_MISMATCH";
    case DenyReason::email_in_use:
      return "EMAIL_IN_USE";
    case DenyReason::privileged_link:
      return "PRIVILEGED_LINK";
    case DenyReason::not_provisioned:
      return "NOT_PROVISIONED";
    case DenyReason::no_jit:
      return "NO_JIT";
    case DenyReason::no_invite:
      return "NO_INVITE";
    case DenyReason::waiting_for_approval:
      return "WAITING_FOR_APPROVAL";
    case DenyReason::seat_limit:
      return "SEAT_LIMIT";
  }
  return "";
}

DenyText text_of(DenyReason reason) {
  switch (reason) {
    case DenyReason::connection_off:
      return {"Sign-in through this identity provider is switched off.",
              "Enable the connection and its organisation again if this is not wanted."};
    case DenyReason::domain_not_allowed:
      return {"Your e-mail address does not belong to a domain that may sign in here.",
              "Add the domain to the connection's list, or verify it for the organisation and bind "
              "it to this connection."};
    case DenyReason::domain_stale:
      return {
          "Your organisation has to prove its e-mail domain again before anybody new may sign in.",
          "Publish the domain's TXT record again (`doorward domain list` shows it), then run "
          "`doorward domain verify`."};
    case DenyReason::nameid_format:
      return {"Your identity provider names you in a form that is not accepted here.",
              "Set the NameID format at the identity provider to one that the connection's preset "
              "takes."};
    case DenyReason::transient_subject:
      return {
          "Your identity provider gives you a new name at every sign-in, so you cannot be "
          "recognised.",
          "Set the NameID format to persistent or e-mail address, or send an immutable id as an "
          "attribute."};
    case DenyReason::subject_reused:
      return {"Your sign-in name belonged to another person before.",
              "Retire the old identity of this subject, then let the person sign in again."};
    case DenyReason::suspended:
      return {"Your access has been suspended.", "Restore the member if the suspension is over."};
    case DenyReason::deprovisioned:
      return {
          "Your access has ended.",
          "Only whoever ended the access can give it back: the directory, or an administrator."};
    case DenyReason::expired:
      return {"Your access has expired because you did not sign in for a long time.",
              "Approve the person's return with `doorward request approve`; a sign-in alone does "
              "not renew "
              "this membership."};
    case DenyReason::invitation_refused:
      return {"This invitation cannot be accepted.",
              "Check that the inviter may still give the invited role, and invite again."};
    case DenyReason::ambiguous:
      return {
          "Your sign-in matches more than one member.",
          "Find the members with the same immutable id or e-mail address and keep one of them."};
    case DenyReason::subject_mismatch:
      return {"Your e-mail address already belongs to a member who signs in under another name.",
              "Compare both identities with `doorward request list`; if it is the same person, "
              "approve the "
              "request, and the new subject replaces the old one."};
    case DenyReason::email_in_use:
      return {"Your e-mail address already belongs to a member who signs in another way.",
              "If it is the same person, let them sign in as before, or approve their request to "
              "link both "
              "(`doorward request approve`)."};
    case DenyReason::privileged_link:
      return {
          "Your e-mail address belongs to an administrator, who is never linked by a sign-in "
          "alone.",
          "Ask that administrator; with `org set --link confirm` their next sign-in opens a "
          "request "
          "that another one may approve."};
    case DenyReason::not_provisioned:
      return {"You have not been assigned to this application.",
              "Assign the person in your identity provider's directory."};
    case DenyReason::no_jit:
      return {"New members cannot join by signing in.",
              "Add the person by hand, or switch just-in-time membership on."};
    case DenyReason::no_invite:
      return {"You need an invitation to join.",
              "Invite the person with `doorward member invite`."};
    case DenyReason::waiting_for_approval:
      return {"You are waiting for approval.",
              "Look at `doorward request list`, and approve or deny it."};
    case DenyReason::seat_limit:
      return {"No seat is free.",
              "Raise the limit with `doorward org set --seats`, or suspend a member who needs no "
              "seat."};
  }
  return {};
}

}  // namespace doorward::jit
