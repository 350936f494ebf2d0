#include "base/deflate.h"

#include <gtest/gtest.h>

#include <string>

#include "base/encoding.h"

namespace doorward::base {
namespace {

TEST(Deflate, RoundTripsTextBytesAndNothing) {
  std::string bytes;
  for (unsigned i = 0; i < 70000; ++i) bytes += static_cast<char>(i * i % 251);
  for (const std::string& text : {std::string(), std::string("<samlp:AuthnRequest/>"), bytes}) {
    EXPECT_EQ(inflate_raw(deflate_raw(text), text.size()), text);
  }
}

TEST(Deflate, WritesNoZlibHeader) {
  // A zlib stream would start with 0x78.
  std::string out = deflate_raw("hello hello hello hello");
  EXPECT_NE(out[0], '\x78');
  EXPECT_LT(out.size(), 23U);
}

TEST(Deflate, ReadsAStreamThatAnotherProgramMade) {
  // python3: zlib.compressobj(9, zlib.DEFLATED, -15) over b"hello"
  EXPECT_EQ(inflate_raw(*hex_decode("cb48cdc9c90700"), 100), "hello");
}

TEST(Deflate, RefusesMoreThanTheLimit) {
  std::string bomb = deflate_raw(std::string(10 << 20, 'a'));
  EXPECT_LT(bomb.size(), 20000U);
  EXPECT_FALSE(inflate_raw(bomb, 512 << 10));
  EXPECT_FALSE(inflate_raw(deflate_raw("12345"), 4));
  EXPECT_TRUE(inflate_raw(deflate_raw("12345"), 5));
}

TEST(Deflate, RefusesBytesAfterTheEnd) {
  EXPECT_FALSE(inflate_raw(deflate_raw("text") + "x", 100));
}

TEST(Deflate, RefusesACutStreamAndGarbage) {
  std::string whole = deflate_raw("a text that is long enough to be cut somewhere");
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_FALSE(inflate_raw(whole.substr(0, i), 100));
  EXPECT_FALSE(inflate_raw("\xFF\xFF\xFF", 100));
}

}  // namespace
}  // namespace doorward::base
