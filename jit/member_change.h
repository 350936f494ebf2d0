#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jit/member.h"
#include "sp/identity.h"

namespace doorward::jit {

// A sign-in identity as the store keeps it.
struct IdentityRecord {
  sp::SubjectKey subject;
  std::string alt_subject;  // empty if none was ever asserted
  base::MemberId member;
  base::Instant linked_at;
  base::Instant last_used_at;
};

// What one decision does to one member. Only decisions make one and only the store applies it,
// whole, in one transaction. Empty optionals mean "as it is".
struct MemberChange {
  base::MemberId member;
  bool create = false;                 // the row is new: status, managed_by and created_at are set
  std::optional<MemberStatus> status;  // active also forgets expired_at; expired sets it to `at`
  std::optional<ManagedBy> managed_by;
  std::optional<sp::Email> email;
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::optional<std::string> display_name;
  std::optional<base::Instant> lease_until;
  bool end_lease = false;  // lease_until becomes empty
  std::optional<base::Instant> last_login_at;
  std::vector<Grant> add_grants;       // replaces a grant of the same source, source_id and role
  std::vector<Grant> remove_grants;    // matched by source, source_id and role
  std::optional<IdentityRecord> link;  // written, or its alt_subject and last_used_at updated
  std::vector<sp::SubjectKey> unlink;
  bool bump_epoch = false;
  bool end_sessions = false;                // all that were open before this change
  std::string use_invitation;               // id of the invitation that is used up
  std::vector<std::string> close_requests;  // ids of requests that have come to their end
  base::Instant at;
  // Warnings that go to the audit record, such as "EMAIL_DRIFT".
  std::vector<std::string> warnings;
};

}  // namespace doorward::jit
