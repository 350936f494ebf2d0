#include "jit/lease.h"

#include "jit/login_change.h"

namespace doorward::jit {

std::optional<MemberChange> decide_lease_end(const Member& member, bool last_owner,
                                             base::Instant now) {
  bool lapsed =
      member.status == MemberStatus::active && member.status_at(now) == MemberStatus::expired;
  if (!lapsed || last_owner) return std::nullopt;
  MemberChange change;
  change.member = member.id;
  // Whoever comes back within 30 days is counted from here (L5), not from when we noticed.
  change.at = *member.lease_until;
  change.status = MemberStatus::expired;
  end_personal_grants(member, change);
  change.bump_epoch = true;
  change.end_sessions = true;
  return change;
}

}  // namespace doorward::jit
