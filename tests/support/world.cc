#include "tests/support/world.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace doorward::tests {

void SeededRng::fill(std::span<std::uint8_t> out) {
  std::lock_guard lock(mutex_);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_() & 0xFFU);
}

base::Instant at(std::string_view text) {
  auto instant = base::parse_instant(text);
  if (!instant) {
    std::fprintf(stderr, "no instant: %.*s\n", static_cast<int>(text.size()), text.data());
    std::abort();
  }
  return *instant;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::abort();
  }
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace doorward::tests
