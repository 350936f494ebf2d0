#include "certs/digest.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "certs/rng.h"

namespace doorward::certs {
namespace {

TEST(Digest, MatchesTheVectorsOfTheStandard) {
  EXPECT_EQ(base::hex_encode(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(base::hex_encode(sha384("abc")).substr(0, 32), "cb00753f45a35e8bb5a03d699ac65007");
  EXPECT_EQ(base::hex_encode(sha512("abc")).substr(0, 32), "ddaf35a193617abacc417349ae204131");
  EXPECT_EQ(sha384("abc").size(), 48U);
  EXPECT_EQ(sha512("abc").size(), 64U);
}

TEST(Digest, AuthenticatesWithAKey) {
  EXPECT_EQ(base::hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256({}, {}).size(), 32U);
}

TEST(SystemRng, NeverGivesTheSameBytesTwice) {
  SystemRng rng;
  EXPECT_NE(rng.bytes(16), rng.bytes(16));
  EXPECT_EQ(rng.bytes(0), "");
}

}  // namespace
}  // namespace doorward::certs
