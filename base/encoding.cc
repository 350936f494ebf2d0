#include "base/encoding.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace doorward::base {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> reverse(std::string_view alphabet) {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}
constexpr auto kFromBase64 = reverse(kBase64);
constexpr auto kFromBase64Url = reverse(kBase64Url);

std::size_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Eight bytes at once.
bool is_ascii_without_nul(const char* at) {
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t eight = 0;
  std::memcpy(&eight, at, sizeof eight);
  // Without a high bit in any byte, taking one from each borrows only below a NUL.
  return (eight & kHigh) == 0 && ((eight - kOnes) & kHigh) == 0;
}

std::string encode(std::string_view bytes, std::string_view alphabet, bool pad) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8U | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < n + 1; ++k) out += alphabet[group >> (18 - 6 * k) & 63U];
    if (pad) out.append(3 - n, '=');
  }
  return out;
}

// Decodes characters without padding; the number of characters decides the length. Blanks between
// them are passed over if `spaced`.
std::optional<std::string> decode(std::string_view text, const std::array<std::int8_t, 256>& table,
                                  bool spaced) {
  bool good = true;
  std::string out;
  out.resize_and_overwrite(text.size() / 4 * 3 + 3, [&](char* to, std::size_t) {
    const char* const begin = to;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      // Four at once, where neither a blank nor a stranger is among them.
      while (count == 0 && text.size() - i >= 4) {
        const std::array<int, 4> at = {table[byte_at(text, i)], table[byte_at(text, i + 1)],
                                       table[byte_at(text, i + 2)], table[byte_at(text, i + 3)]};
        if ((at[0] | at[1] | at[2] | at[3]) < 0) break;
        *to++ = static_cast<char>(at[0] << 2 | at[1] >> 4);
        *to++ = static_cast<char>(at[1] << 4 | at[2] >> 2);
        *to++ = static_cast<char>(at[2] << 6 | at[3]);
        i += 4;
      }
      if (i == text.size()) break;
      const int value = table[byte_at(text, i)];
      if (value < 0) {
        if (spaced && is_blank(text[i])) continue;
        good = false;
        break;
      }
      bits = bits << 6U | static_cast<std::uint32_t>(value);
      count += 6;
      if (count < 8) continue;
      count -= 8;
      *to++ = static_cast<char>(bits >> count & 0xFFU);
    }
    // Six bits left over are a character too many; unused bits must be zero.
    good = good && count != 6 && (bits & ((1U << count) - 1U)) == 0;
    return static_cast<std::size_t>(to - begin);
  });
  if (!good) return std::nullopt;
  return out;
}

constexpr std::string_view kHex = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  return encode(bytes, kBase64, true);
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode(text, kFromBase64, false);
}

std::optional<std::string> base64_decode_spaced(std::string_view text) {
  if (auto plain = base64_decode(text)) return plain;
  // The padding and the blanks about it; the characters that are left must complete a group.
  std::size_t characters = 0;
  std::size_t padding = 0;
  for (char c : text) characters += !is_blank(c);
  if (characters % 4 != 0) return std::nullopt;
  while (!text.empty() && (is_blank(text.back()) || (text.back() == '=' && padding < 2))) {
    padding += text.back() == '=';
    text.remove_suffix(1);
  }
  return decode(text, kFromBase64, true);
}

std::string base64url_encode(std::string_view bytes) {
  return encode(bytes, kBase64Url, false);
}

std::optional<std::string> base64url_decode(std::string_view text) {
  return decode(text, kFromBase64Url, false);
}

std::string hex_encode(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
  return out;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    int high = hex_value(text[i]);
    int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kUpper = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kUpper[byte >> 4U];
      out += kUpper[byte & 15U];
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  const std::string_view special = plus_is_space ? "%+" : "%";
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Messages are long and hold few escapes: what lies between them is taken at once.
    const std::size_t next = std::min(text.find_first_of(special, i), text.size());
    out.append(text, i, next - i);
    i = next;
    if (i == text.size()) break;
    if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      int high = hex_value(text[i + 1]);
      int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += ' ';
    }
  }
  return out;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    while (text.size() - i >= sizeof(std::uint64_t) && is_ascii_without_nul(text.data() + i)) {
      i += sizeof(std::uint64_t);
    }
    if (i == text.size()) break;
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0) return false;
    if (byte < 0x80) {
      ++i;
      continue;
    }
    std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    if (byte < 0xC2 || byte > 0xF4 || text.size() - i < length) return false;
    std::uint32_t point = byte & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0U) != 0x80) return false;
      point = point << 6U | (next & 0x3FU);
    }
    bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (overlong || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    i += length;
  }
  return true;
}

std::string escape_markup(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace doorward::base
