#pragma once

#include <optional>

#include "jit/member_change.h"

namespace doorward::jit {

// What the end of a lease does to a member: EXPIRED, no grant that a person or an assertion gave,
// no session. None if the lease has not ended, the member is not ACTIVE by jit, or is the last
// owner (S15). The change happens at the instant when the lease ended, however late it is applied.
// Pure and thread-safe.
[[nodiscard]] std::optional<MemberChange> decide_lease_end(const Member& member, bool last_owner,
                                                           base::Instant now);

}  // namespace doorward::jit
