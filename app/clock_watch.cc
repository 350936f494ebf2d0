#include "app/clock_watch.h"

namespace doorward::app {

std::optional<base::Duration> ClockWatch::look(base::Instant wall,
                                               std::chrono::steady_clock::time_point steady) {
  base::Duration set{0};
  if (last_) {
    const auto passed = std::chrono::duration_cast<base::Duration>(steady - last_->steady);
    set = (wall - last_->wall) - passed;
  }
  last_ = {wall, steady};
  const bool stepped = set > kStep || set < -kStep;
  if (stepped) stepped_ = steady;
  calm_ = !stepped_ || steady - *stepped_ >= kUntilCalm;
  return stepped ? std::optional(set) : std::nullopt;
}

}  // namespace doorward::app
