#pragma once

#include <cstdint>
#include <functional>

#include "app/desk.h"

namespace doorward::app {

// Where a running server answers.
struct Serving {
  std::string public_address;
  std::string admin_address;
  std::uint16_t public_port = 0;
  std::uint16_t admin_port = 0;
};

// Serves both listeners until `wait` returns, then answers what it has begun, at most 10 seconds
// long, and stops. `wait` is called once, after the line "ready" was logged. Failures: the
// configuration, the data key, the store, or an address that cannot be listened on; nothing runs
// any more then.
[[nodiscard]] Fallible<void> serve(Process& process, const ConfigSources& sources,
                                   const std::function<void(const Serving&)>& wait);

}  // namespace doorward::app
