#include "base/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace doorward::base {
namespace {

constexpr int kRawWindow = -15;  // negative: no header, no checksum

// zlib's interface takes a pointer to non-const input, but never writes to it.
Bytef* input(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

std::string deflate_raw(std::string_view bytes) {
  // Only memory can fail here, and input above 4 GiB; neither has an answer.
  if (bytes.size() > std::numeric_limits<uInt>::max()) std::abort();
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kRawWindow, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    std::abort();
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = input(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) std::abort();
  return out;
}

std::optional<std::string> inflate_raw(std::string_view deflated, std::size_t max_out) {
  if (deflated.size() > std::numeric_limits<uInt>::max()) return std::nullopt;
  z_stream stream{};
  if (inflateInit2(&stream, kRawWindow) != Z_OK) return std::nullopt;
  stream.next_in = input(deflated);
  stream.avail_in = static_cast<uInt>(deflated.size());
  std::string out;
  int result = Z_OK;
  while (result == Z_OK && out.size() <= max_out) {
    constexpr std::size_t kStep = 16384;
    // One byte above the limit tells "too much" from "exactly full".
    std::size_t room = std::min(kStep, max_out - out.size() + 1);
    std::size_t before = out.size();
    out.resize(before + room);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(room);
    result = inflate(&stream, Z_NO_FLUSH);
    out.resize(before + room - stream.avail_out);
  }
  bool whole = result == Z_STREAM_END && stream.avail_in == 0 && out.size() <= max_out;
  inflateEnd(&stream);
  if (!whole) return std::nullopt;
  return out;
}

}  // namespace doorward::base
