#pragma once

#include "base/doors.h"

namespace doorward::app {

// The wall clock of the host. Nothing else reads it.
class SystemClock : public base::Clock {
 public:
  [[nodiscard]] base::Instant now() const override;
};

}  // namespace doorward::app
