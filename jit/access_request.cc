#include "jit/access_request.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace doorward::jit {
namespace {

constexpr std::array kKinds{RequestKind::approval, RequestKind::comeback, RequestKind::rebind,
                            RequestKind::link, RequestKind::seat};
constexpr std::array kStates{RequestState::waiting, RequestState::approved, RequestState::denied};

template <class Enum, std::size_t N>
std::optional<Enum> parse_name(std::string_view name, const std::array<Enum, N>& all) {
  for (Enum value : all) {
    if (name_of(value) == name) return value;
  }
  return std::nullopt;
}

// The IdP names both the same: by the NameID, or by the immutable attribute.
bool same_person(const IdentityRecord& identity, const AccessRequest& request) {
  if (identity.subject.idp_entity_id != request.subject.idp_entity_id) return false;
  bool same_alt = !identity.alt_subject.empty() && identity.alt_subject == request.alt_subject;
  return same_alt || identity.subject.name_id == request.subject.name_id;
}

bool is_for_self(const Actor& actor, const AccessRequest& request, const RequestFacts& facts) {
  if (!actor.member) return false;
  if (actor.member->id == request.member) return true;
  const auto& own = actor.member->email;
  if (own && request.email &&
      base::ascii_lower(own->address) == base::ascii_lower(request.email->address)) {
    return true;
  }
  return std::ranges::any_of(facts.actor_identities, [&](const IdentityRecord& identity) {
    return same_person(identity, request);
  });
}

std::size_t rank_needed(const RequestFacts& facts, const Ladder& ladder, base::Instant now) {
  if (!facts.member) return 0;
  return ladder.rank(effective_role(*facts.member, ladder, now)).value_or(0);
}

// A yes that no login could use any more is not given.
std::optional<RequestDeny> out_of_date(const AccessRequest& request, const RequestFacts& facts,
                                       base::Instant now) {
  if (request.kind == RequestKind::seat && !facts.seat_free) return RequestDeny::no_seat;
  if (request.member.empty()) return std::nullopt;
  if (!facts.member || facts.member->id != request.member) return RequestDeny::member_gone;
  switch (facts.member->status_at(now)) {
    case MemberStatus::deprovisioned:
    case MemberStatus::suspended:
      return RequestDeny::member_gone;
    case MemberStatus::expired:
    case MemberStatus::pending:
    case MemberStatus::active:
      return std::nullopt;
  }
  return RequestDeny::member_gone;
}

}  // namespace

std::string_view name_of(RequestKind kind) {
  switch (kind) {
    case RequestKind::approval:
      return "approval";
    case RequestKind::comeback:
      return "comeback";
    case RequestKind::rebind:
      return "rebind";
    case RequestKind::link:
      return "link";
    case RequestKind::seat:
      return "seat";
  }
  return "";
}

std::string_view name_of(RequestState state) {
  switch (state) {
    case RequestState::waiting:
      return "waiting";
    case RequestState::approved:
      return "approved";
    case RequestState::denied:
      return "denied";
  }
  return "";
}

std::optional<RequestKind> parse_request_kind(std::string_view name) {
  return parse_name(name, kKinds);
}
std::optional<RequestState> parse_request_state(std::string_view name) {
  return parse_name(name, kStates);
}

std::string_view text_of(RequestKind kind) {
  switch (kind) {
    case RequestKind::approval:
      return "An administrator of your organisation has been asked to let you in.";
    case RequestKind::comeback:
      return "An administrator of your organisation has been asked to let you return.";
    case RequestKind::rebind:
      return "An administrator of your organisation has been asked whether this is still you.";
    case RequestKind::link:
      return "An administrator of your organisation has been asked to link this way of signing in.";
    case RequestKind::seat:
      return "An administrator of your organisation has been asked for a free seat.";
  }
  return "";
}

base::Instant AccessRequest::ends_at() const {
  switch (state) {
    case RequestState::waiting:
      return created_at + kWaitingLife;
    case RequestState::approved:
      return decided_at.value_or(created_at) + kApprovedLife;
    case RequestState::denied:
      return decided_at.value_or(created_at) + kDeniedLife;
  }
  return created_at;
}

std::string_view name_of(RequestDeny reason) {
  switch (reason) {
    case RequestDeny::not_enough_role:
      return "NOT_ENOUGH_ROLE";
    case RequestDeny::self:
      return "SELF";
    case RequestDeny::not_waiting:
      return "NOT_WAITING";
    case RequestDeny::member_gone:
      return "MEMBER_GONE";
    case RequestDeny::no_seat:
      return "NO_SEAT";
  }
  return "";
}

std::string_view text_of(RequestDeny reason) {
  switch (reason) {
    case RequestDeny::not_enough_role:
      return "Only an administrator who holds at least the member's role may decide this; ask one.";
    case RequestDeny::self:
      return "Nobody decides for themselves; ask another administrator.";
    case RequestDeny::not_waiting:
      return "The request does not wait any more; if the person signs in again, a new one is made.";
    case RequestDeny::member_gone:
      return "The member whom it concerns was suspended or is gone; a yes would let nobody in. "
             "Deny "
             "it, or restore the member first.";
    case RequestDeny::no_seat:
      return "No seat is free; raise the limit with `org set --seats`, or suspend somebody.";
  }
  return "";
}

std::expected<AccessRequest, RequestDeny> decide_request(const Actor& actor,
                                                         const AccessRequest& request,
                                                         Answer answer, const RequestFacts& facts,
                                                         const Ladder& ladder, base::Instant now) {
  if (is_for_self(actor, request, facts)) return std::unexpected(RequestDeny::self);
  if (!may_act(actor, request.org, rank_needed(facts, ladder, now), ladder, now)) {
    return std::unexpected(RequestDeny::not_enough_role);
  }
  if (request.state != RequestState::waiting || now >= request.ends_at()) {
    return std::unexpected(RequestDeny::not_waiting);
  }
  if (answer == Answer::yes) {
    if (auto reason = out_of_date(request, facts, now)) return std::unexpected(*reason);
  }
  AccessRequest decided = request;
  decided.state = answer == Answer::yes ? RequestState::approved : RequestState::denied;
  decided.decided_at = now;
  decided.decided_by = name_of(actor);
  return decided;
}

}  // namespace doorward::jit
