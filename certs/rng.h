#pragma once

#include "base/doors.h"

namespace doorward::certs {

// The process's one source of random bytes: OpenSSL's generator, seeded by the system.
// Thread-safe. Ends the process if the generator fails.
class SystemRng : public base::Rng {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace doorward::certs
