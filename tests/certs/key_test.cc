#include <gtest/gtest.h>

#include <string>

#include "certs/private_key.h"
#include "certs/trusted_keys.h"
#include "tests/support/world.h"

namespace doorward::certs {
namespace {

using enum SignatureAlgorithm;

const PrivateKey& rsa() {
  static const PrivateKey key = PrivateKey::generate_rsa();
  return key;
}
const PrivateKey& p256() {
  static const PrivateKey key = PrivateKey::generate_ec(KeyType::ec_p256);
  return key;
}
const PrivateKey& p384() {
  static const PrivateKey key = PrivateKey::generate_ec(KeyType::ec_p384);
  return key;
}

void expect_signs(const PrivateKey& key, SignatureAlgorithm algorithm) {
  SCOPED_TRACE(to_string(algorithm));
  auto signature = key.sign(algorithm, "message");
  ASSERT_TRUE(signature);
  EXPECT_EQ(signature->size(), key.public_key().signature_size());
  EXPECT_TRUE(key.public_key().verify(algorithm, "message", *signature));
  EXPECT_FALSE(key.public_key().verify(algorithm, "messagf", *signature));
  std::string changed = *signature;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_FALSE(key.public_key().verify(algorithm, "message", changed));
  std::string_view all = *signature;
  EXPECT_FALSE(key.public_key().verify(algorithm, "message", all.substr(1)));
  EXPECT_FALSE(key.public_key().verify(algorithm, "message", all.substr(0, all.size() - 2)));
  EXPECT_FALSE(key.public_key().verify(algorithm, "message", *signature + std::string(2, '\0')));
  EXPECT_FALSE(key.public_key().verify(algorithm, "message", {}));
}

TEST(PrivateKey, SignsWithEveryAlgorithmOfItsType) {
  for (auto algorithm : {rsa_sha1, rsa_sha256, rsa_sha384, rsa_sha512}) {
    expect_signs(rsa(), algorithm);
  }
  for (auto algorithm : {ecdsa_sha256, ecdsa_sha384, ecdsa_sha512}) {
    expect_signs(p256(), algorithm);
    expect_signs(p384(), algorithm);
  }
}

TEST(PrivateKey, RefusesAnAlgorithmOfAnotherType) {
  EXPECT_EQ(rsa().sign(ecdsa_sha256, "m").error(), CertError::algorithm_mismatch);
  EXPECT_EQ(p256().sign(rsa_sha256, "m").error(), CertError::algorithm_mismatch);
  auto signature = rsa().sign(rsa_sha256, "m");
  EXPECT_FALSE(rsa().public_key().verify(ecdsa_sha256, "m", *signature));
  EXPECT_FALSE(rsa().public_key().verify(rsa_sha512, "m", *signature));
}

TEST(PrivateKey, AllZeroEcdsaIsNoSignature) {
  EXPECT_FALSE(p256().public_key().verify(ecdsa_sha256, "m", std::string(64, '\0')));
}

TEST(PrivateKey, ComesBackFromItsPem) {
  for (const PrivateKey* key : {&rsa(), &p256(), &p384()}) {
    auto again = PrivateKey::parse_pem(key->pem());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->type(), key->type());
    auto signature = again->sign(again->default_algorithm(), "m");
    EXPECT_TRUE(key->public_key().verify(key->default_algorithm(), "m", *signature));
  }
}

TEST(PrivateKey, KnowsItsTypeAndSize) {
  EXPECT_EQ(rsa().type(), KeyType::rsa);
  EXPECT_EQ(rsa().public_key().bits(), 2048);
  EXPECT_EQ(rsa().default_algorithm(), rsa_sha256);
  EXPECT_EQ(p256().public_key().signature_size(), 64U);
  EXPECT_EQ(p256().default_algorithm(), ecdsa_sha256);
  EXPECT_EQ(p384().public_key().signature_size(), 96U);
  EXPECT_EQ(p384().default_algorithm(), ecdsa_sha384);
  EXPECT_EQ(to_string(p384().type()), "ec_p384");
}

TEST(PrivateKey, RefusesWhatIsNoPlainKey) {
  EXPECT_EQ(PrivateKey::parse_pem("").error(), CertError::syntax);
  EXPECT_EQ(PrivateKey::parse_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
                .error(),
            CertError::syntax);
  // PKCS #8 under a password: nobody is asked for it.
  constexpr std::string_view kEncrypted =
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
      "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjHsgMBZ8ZU2AICCAAw\n"
      "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEGQ8J2Nd5bn1bG6fE1mZ5YwEgZCk\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n";
  EXPECT_EQ(PrivateKey::parse_pem(kEncrypted).error(), CertError::syntax);
}

// Made with `openssl genrsa 512` and `openssl genpkey -algorithm ed25519`.
constexpr std::string_view kRsa512 = R"(-----BEGIN PRIVATE KEY-----
MIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEAr48JpR5RdNIF71nP
y5HhMMSFhzXqzRJug+wbL/bXo0Xvqsd0v4XU/uEDmbwfUEIP+BhgUVsWUYxRVjmw
w7CAeQIDAQABAkEAguKFMlE0MYATZKr0vLR5yz34vyF3eIRxWHFCo7PIeLSCZVKX
9tSlNqKZN0PQi/9vtgfmMIMQ8BWI795fh2T9sQIhAONUkazfU+2qmfqnbhdKnhmG
ue52NOoG8z5hKm0XosJnAiEAxbMBlsj4b9+Qc3cmscgRAgD+uqlTZHZ93YyhXVYP
mh8CIQCkX3LR181czP13YvbUeoykkmkAhpIuIYZiNWmy5eM2wwIhALPz2rBrwmfi
sdPIUzpkB8cxLKyv0C6UBMGTbpZM7eq1AiBy4Wxmks4xc0ZCN3h9uWoa1GQoMaoy
hlB2F6Q1Ng5xBA==
-----END PRIVATE KEY-----
)";
constexpr std::string_view kEd25519 = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIKr5vRoXmnncQnlhD/28g+DqkrGf93a1hp1Wg+iKoixy
-----END PRIVATE KEY-----
)";
constexpr std::string_view kP521 = R"(-----BEGIN PRIVATE KEY-----
MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIByMSmyC/Se0NKI/2K
VfveTS8UkvvFt3AMWzbDsFSjL4gUsb1wvW1etcHylnoXXEQ3sepul7XNqXkGG9WR
qHlw1yChgYkDgYYABACF6A589NQwzWQU3H0Rvh1sd3gxYXWM+oVWmxT2wWbPbg3I
sgjkeHJCkgyWeJBEtj+BrG9GRl4Kfqg7hU7kYglvFAB+EQgirUHz+L2aAu6ciCck
pSyl8VGJ9e2j3jKWwjCECTEMi1b1fzJ5wIw2NbIWCT1uN7S/Q8s7J1aPriA9405B
lQ==
-----END PRIVATE KEY-----
)";

TEST(PrivateKey, RefusesWeakAndForeignKeys) {
  EXPECT_EQ(PrivateKey::parse_pem(kRsa512).error(), CertError::weak_key);
  EXPECT_EQ(PrivateKey::parse_pem(kEd25519).error(), CertError::unsupported_key);
  EXPECT_EQ(PrivateKey::parse_pem(kP521).error(), CertError::unsupported_key);
}

TEST(TrustedKeys, HoldEachCertificateOnceInOrder) {
  tests::SeededRng rng;
  auto a = make_self_signed(rsa(), "a", tests::at("2024-01-01T00:00:00Z"),
                            tests::at("2026-01-01T00:00:00Z"), rng);
  auto b = make_self_signed(p256(), "b", tests::at("2024-01-01T00:00:00Z"),
                            tests::at("2027-01-01T00:00:00Z"), rng);
  TrustedKeys keys({a, b, a});
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys.keys()[0].fingerprint, a.sha256());
  EXPECT_EQ(keys.keys()[1].fingerprint, b.sha256());
  EXPECT_EQ(keys.keys()[1].key.type(), KeyType::ec_p256);
  EXPECT_EQ(keys.keys()[1].not_after, tests::at("2027-01-01T00:00:00Z"));
  EXPECT_FALSE(keys.empty());
  EXPECT_TRUE(TrustedKeys().empty());
  EXPECT_TRUE(TrustedKeys(std::vector<Certificate>{}).empty());
}

TEST(CertError, HasASentenceEach) {
  for (auto error : {CertError::syntax, CertError::unsupported_key, CertError::weak_key,
                     CertError::algorithm_mismatch}) {
    EXPECT_TRUE(describe(error).ends_with("."));
  }
}

}  // namespace
}  // namespace doorward::certs
