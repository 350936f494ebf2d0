#include "certs/seal.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "certs/rng.h"
#include "tests/support/world.h"

namespace doorward::certs {
namespace {

DataKey make_key(std::uint64_t seed) {
  tests::SeededRng rng(seed);
  return *DataKey::parse(DataKey::generate(rng));
}

TEST(Seal, OpensWhatItSealed) {
  SystemRng rng;
  DataKey key = make_key(1);
  for (const std::string& secret :
       {std::string(), std::string("secret"), std::string(5000, 'x'), std::string("\0\xFF", 2)}) {
    std::string sealed = seal(key, "row/1", secret, rng);
    EXPECT_EQ(sealed.size(), 33 + secret.size());
    EXPECT_EQ(open(key, "row/1", sealed), secret);
  }
  EXPECT_EQ(open(key, {}, seal(key, {}, {}, rng)), "");
}

TEST(Seal, HidesTheSecretAndNeverRepeatsItself) {
  SystemRng rng;
  DataKey key = make_key(1);
  std::string sealed = seal(key, "row/1", "a secret to keep", rng);
  EXPECT_EQ(sealed.find("secret"), std::string::npos);
  EXPECT_NE(sealed, seal(key, "row/1", "a secret to keep", rng));
}

TEST(Seal, FailsOnEveryFlippedBit) {
  tests::SeededRng rng(7);
  DataKey key = make_key(1);
  const std::string sealed = seal(key, "row/1", "secret", rng);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(open(key, "row/1", changed)) << bit;
  }
}

TEST(Seal, FailsOnEveryOtherLength) {
  tests::SeededRng rng(7);
  DataKey key = make_key(1);
  const std::string sealed = seal(key, "row/1", "secret", rng);
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(open(key, "row/1", sealed.substr(0, size))) << size;
  }
  EXPECT_FALSE(open(key, "row/1", sealed + "x"));
}

TEST(Seal, IsBoundToItsPlaceAndKey) {
  tests::SeededRng rng(7);
  DataKey key = make_key(1);
  std::string sealed = seal(key, "row/1", "secret", rng);
  EXPECT_FALSE(open(key, "row/2", sealed));
  EXPECT_FALSE(open(key, "", sealed));
  EXPECT_FALSE(open(make_key(2), "row/1", sealed));
  EXPECT_EQ(claimed_key_id(sealed), key.id());
  EXPECT_FALSE(claimed_key_id("too short"));
}

TEST(DataKey, IsExactly32BytesOfBase64) {
  tests::SeededRng rng(3);
  std::string text = DataKey::generate(rng);
  EXPECT_EQ(text.size(), 44U);
  EXPECT_TRUE(DataKey::parse(text));
  EXPECT_TRUE(DataKey::parse(" " + text + "\n"));
  EXPECT_FALSE(DataKey::parse(""));
  EXPECT_FALSE(DataKey::parse(text + "A"));
  EXPECT_FALSE(DataKey::parse(text.substr(0, 43)));
  EXPECT_FALSE(DataKey::parse(base::base64_encode(std::string(31, 'k'))));
  EXPECT_FALSE(DataKey::parse(base::base64_encode(std::string(33, 'k'))));
}

TEST(DataKey, HasAnIdThatTellsKeysApart) {
  EXPECT_EQ(make_key(1).id(), make_key(1).id());
  EXPECT_NE(make_key(1).id(), make_key(2).id());
  EXPECT_EQ(make_key(1).id().size(), 8U);
}

}  // namespace
}  // namespace doorward::certs
