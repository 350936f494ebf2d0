#include "base/ids.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace doorward::base {

std::string make_ulid(Instant now, Rng& rng) {
  static constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::array<std::uint8_t, 16> bits{};
  auto ms = static_cast<std::uint64_t>(now.time_since_epoch().count());
  for (std::size_t i = 6; i-- > 0; ms >>= 8U) bits[i] = static_cast<std::uint8_t>(ms & 0xFFU);
  rng.fill(std::span(bits).subspan(6));
  std::string out(26, '0');
  // 128 bits in groups of five from the right; the first character holds the top three.
  for (std::size_t i = 0; i < 26; ++i) {
    unsigned value = 0;
    for (std::size_t b = 0; b < 5; ++b) {
      std::size_t from_right = i * 5 + b;
      if (from_right >= 128) break;
      std::size_t index = 127 - from_right;
      unsigned bit = (bits[index / 8] >> (7 - index % 8)) & 1U;
      value |= bit << b;
    }
    out[25 - i] = kAlphabet[value];
  }
  return out;
}

bool is_slug(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace doorward::base
