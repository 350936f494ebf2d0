#include "certs/rng.h"

#include <openssl/rand.h>

#include "certs/openssl.h"

namespace doorward::certs {

void SystemRng::fill(std::span<std::uint8_t> out) {
  if (out.empty()) return;
  ensure(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1, "RAND_bytes");
}

}  // namespace doorward::certs
