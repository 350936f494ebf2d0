#include "app/clock.h"

namespace doorward::app {

base::Instant SystemClock::now() const {
  return std::chrono::floor<base::Duration>(std::chrono::system_clock::now());
}

}  // namespace doorward::app
