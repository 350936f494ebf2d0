#include "base/doors.h"

namespace doorward::base {

std::string Rng::bytes(std::size_t n) {
  std::string out(n, '\0');
  fill(std::span(reinterpret_cast<std::uint8_t*>(out.data()), n));
  return out;
}

}  // namespace doorward::base
