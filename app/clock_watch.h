#pragma once

#include <chrono>
#include <optional>

#include "base/instant.h"

namespace doorward::app {

// Tells a wall clock that was set from one that runs. What only time may end (expired rows, leases)
// is left alone while it is not calm, so that a clock that was wrong for a moment ends nothing.
class ClockWatch {
 public:
  static constexpr base::Duration kStep = std::chrono::minutes(2);
  static constexpr base::Duration kUntilCalm = std::chrono::minutes(15);

  // Both clocks, read at the same moment. By how much the wall clock was set since the last call
  // (negative: back), if by more than kStep.
  std::optional<base::Duration> look(base::Instant wall,
                                     std::chrono::steady_clock::time_point steady);
  // False for kUntilCalm after the last step, by the steady clock.
  [[nodiscard]] bool calm() const { return calm_; }

 private:
  struct Reading {
    base::Instant wall;
    std::chrono::steady_clock::time_point steady;
  };
  std::optional<Reading> last_;
  std::optional<std::chrono::steady_clock::time_point> stepped_;
  bool calm_ = true;
};

}  // namespace doorward::app
