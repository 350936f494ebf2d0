#pragma once

#include <cstddef>

#include "base/doors.h"
#include "jit/member.h"
#include "store/store.h"

namespace doorward::app {

// Applies what time alone decides, each with its audit record: members whose lease has ended
// become EXPIRED and lose what a person gave them, but for the last owner (S15); invitations that
// nobody accepted in time go, and with them the PENDING members who never came. In small
// transactions, so that logins pass between them; what is left after a few seconds goes next time.
// How many members and invitations it ended. An error of the store is logged. Thread-safe.
std::size_t end_terms(store::Store& store, const jit::Ladder& ladder, base::Log& log,
                      base::Instant now);

}  // namespace doorward::app
