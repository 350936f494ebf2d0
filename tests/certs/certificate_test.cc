#include "certs/certificate.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "certs/digest.h"
#include "certs/private_key.h"
#include "tests/support/world.h"

namespace doorward::certs {
namespace {

const base::Instant kFrom = tests::at("2024-01-01T00:00:00Z");
const base::Instant kUntil = tests::at("2034-01-01T00:00:00Z");

Certificate make(std::string_view name) {
  static const PrivateKey key = PrivateKey::generate_ec(KeyType::ec_p256);
  static tests::SeededRng rng;
  return make_self_signed(key, name, kFrom, kUntil, rng);
}

TEST(Certificate, TellsWhatItHolds) {
  Certificate certificate = make("idp.example.com");
  EXPECT_EQ(certificate.subject(), "CN=idp.example.com");
  EXPECT_EQ(certificate.not_before(), kFrom);
  EXPECT_EQ(certificate.not_after(), kUntil);
  EXPECT_EQ(certificate.key().type(), KeyType::ec_p256);
  EXPECT_EQ(certificate.sha256(), sha256_hex(certificate.der()));
  EXPECT_EQ(certificate.sha256().size(), 64U);
}

TEST(Certificate, ComesBackInEveryForm) {
  Certificate certificate = make("a");
  std::string base64 = certificate.base64();
  EXPECT_EQ(*Certificate::parse_pem(certificate.pem()), certificate);
  EXPECT_EQ(*Certificate::parse_der(certificate.der()), certificate);
  EXPECT_EQ(*Certificate::parse_base64(base64), certificate);
  EXPECT_EQ(*Certificate::parse_any(certificate.pem()), certificate);
  EXPECT_EQ(*Certificate::parse_any(base64), certificate);
  base64.insert(10, "\r\n\t ");
  EXPECT_EQ(*Certificate::parse_base64("\n  " + base64 + "\n"), certificate);
  EXPECT_EQ(*Certificate::parse_pem("Bag Attributes\n" + certificate.pem() + "end\n"), certificate);
}

TEST(Certificate, NamesStayUtf8AndAreCutBetweenCharacters) {
  EXPECT_EQ(make("Zürich").subject(), "CN=Zürich");
  std::string longest(63, 'a');
  EXPECT_EQ(make(longest + "ü").subject(), "CN=" + longest);
  EXPECT_EQ(make(std::string(100, 'b')).subject(), "CN=" + std::string(64, 'b'));
  EXPECT_EQ(make("\xFF\xFE").subject(), "CN=doorward");
  EXPECT_EQ(make("").subject(), "CN=doorward");
}

TEST(Certificate, RefusesRubbish) {
  std::string der = make("a").der();
  std::string pem = make("a").pem();
  for (std::string_view text : {"", " ", "AAAA", "no base64!", "MIIB", "===="}) {
    EXPECT_EQ(Certificate::parse_base64(text).error(), CertError::syntax) << text;
    EXPECT_EQ(Certificate::parse_der(text).error(), CertError::syntax) << text;
    EXPECT_EQ(Certificate::parse_any(text).error(), CertError::syntax) << text;
  }
  EXPECT_EQ(Certificate::parse_der(der + "x").error(), CertError::syntax);
  EXPECT_EQ(Certificate::parse_pem(pem + pem).error(), CertError::syntax);
  EXPECT_EQ(Certificate::parse_pem(pem.substr(0, pem.size() - 30)).error(), CertError::syntax);
  EXPECT_EQ(Certificate::parse_pem(make("a").base64()).error(), CertError::syntax);
}

TEST(Certificate, NoTruncationIsACertificate) {
  std::string der = make("a").der();
  for (std::size_t size = 0; size < der.size(); ++size) {
    EXPECT_FALSE(Certificate::parse_der(der.substr(0, size))) << size;
  }
}

TEST(Certificate, NoChangedByteCrashes) {
  std::string der = make("a").der();
  int parsed = 0;
  for (std::size_t i = 0; i < der.size(); ++i) {
    for (int bit : {1, 128}) {
      std::string changed = der;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      auto certificate = Certificate::parse_der(changed);
      if (!certificate) continue;
      ++parsed;
      EXPECT_NE(certificate->sha256(), sha256_hex(der));
    }
  }
  EXPECT_GT(parsed, 0);
}

TEST(Certificate, SelfSignedOnesDiffer) {
  EXPECT_NE(make("a").sha256(), make("a").sha256());
}

// An RSA key of 512 bits, and one of 1024 whose exponent is 1: anybody signs with that.
constexpr std::string_view kRsa512 = R"(-----BEGIN CERTIFICATE-----
MIIBdTCCAR+gAwIBAgIUFT7W2fR8H/IfS1zGcx8yMzx3+IwwDQYJKoZIhvcNAQEL
BQAwDzENMAsGA1UEAwwEcjUxMjAeFw0yNjExMjQxNzUwMjRaFw0zNjExMjExNzUw
MjRaMA8xDTALBgNVBAMMBHI1MTIwXDANBgkqhkiG9w0BAQEFAANLADBIAkEAr48J
pR5RdNIF71nPy5HhMMSFhzXqzRJug+wbL/bXo0Xvqsd0v4XU/uEDmbwfUEIP+Bhg
UVsWUYxRVjmww7CAeQIDAQABo1MwUTAdBgNVHQ4EFgQUtuTx8QBhhoQNUNQcc7lH
Yi3jeYUwHwYDVR0jBBgwFoAUtuTx8QBhhoQNUNQcc7lHYi3jeYUwDwYDVR0TAQH/
BAUwAwEB/zANBgkqhkiG9w0BAQsFAANBAKCxHjGij3xN5gf7hAIpuCzc9VaNMn3p
DDsVNjFKwnBh6XVkiJyR/EBiUBso1bNWtAusPlVVFyIWqnHCvseckb4=
-----END CERTIFICATE-----
)";
constexpr std::string_view kExponent1 = R"(-----BEGIN CERTIFICATE-----
MIIB+jCCAWOgAwIBAgIUVPOtc2cQJZ149FEUa4OwaGCuXrswDQYJKoZIhvcNAQEL
BQAwEDEOMAwGA1UEAwwFcjEwMjQwHhcNMjYxMTI0MTc1MDI0WhcNMzYxMTIxMTc1
MDI0WjAQMQ4wDAYDVQQDDAVyMTAyNDCBnTANBgkqhkiG9w0BAQEFAAOBiwAwgYcC
gYEAxbSEUfpxytilLkEZCgOoYjl5u83BKpPUqDrL7OVnGSn50js1TH8cMR0frH5/
R64SjSiI1vA72fdZtVmiLBen+NThyPBuTuH9UK5u/rxaAFbm6um6YVB7LRe0jFeU
rtFs9AfVHGBdJNxt3/KPR46V/8S2VmHycS8MaA9OjzcNAFMCAQGjUzBRMB0GA1Ud
DgQWBBSjXOe9tc9A2u8FL9Cp1PTkRVzkbTAfBgNVHSMEGDAWgBSjXOe9tc9A2u8F
L9Cp1PTkRVzkbTAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4GBAKqy
oB7yj/l2g/VzgikOOVoUDHm7buSBYw0giGbwOUu8RlgOTynWGRB0I5CsDnokNpVy
XmGu+ETjTtjM0YFrQdZHwUFZpsEjV8pVbaOqGJNhOJ8VGZ0XuO7eiFxE2Nt+3WVK
ANh9xO0fX2mTRhqhumgDkSDtGaQbYkjRmiKJhRje
-----END CERTIFICATE-----
)";
constexpr std::string_view kEd25519 = R"(-----BEGIN CERTIFICATE-----
MIIBLjCB4aADAgECAhRORgR54iAwl5fz385Gkx7Tpt1wpDAFBgMrZXAwDTELMAkG
A1UEAwwCZWQwHhcNMjYxMTI0MTc1MDI0WhcNMzYxMTIxMTc1MDI0WjANMQswCQYD
VQQDDAJlZDAqMAUGAytlcAMhAKJ+mNB/kfjrLxGO+R4ryfV2rLgOFY+m+/OsrEbS
9YE6o1MwUTAdBgNVHQ4EFgQUb6JTSZCULkd/0yBBkJpnEuMb/pIwHwYDVR0jBBgw
FoAUb6JTSZCULkd/0yBBkJpnEuMb/pIwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD
QQA9Q+ttMwzskg6U1/VvZuGHaHQW+eGufNkO6eeZQwkg8P1RqOy7nUv+M/sLZbkk
DZwvJ64agBnmWVNX2wAsFFcP
-----END CERTIFICATE-----
)";
constexpr std::string_view kRsa1024 = R"(-----BEGIN CERTIFICATE-----
MIIB/DCCAWWgAwIBAgIUVPOtc2cQJZ149FEUa4OwaGCuXrswDQYJKoZIhvcNAQEL
BQAwEDEOMAwGA1UEAwwFcjEwMjQwHhcNMjYxMTI0MTc1MDI0WhcNMzYxMTIxMTc1
MDI0WjAQMQ4wDAYDVQQDDAVyMTAyNDCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkC
gYEAxbSEUfpxytilLkEZCgOoYjl5u83BKpPUqDrL7OVnGSn50js1TH8cMR0frH5/
R64SjSiI1vA72fdZtVmiLBen+NThyPBuTuH9UK5u/rxaAFbm6um6YVB7LRe0jFeU
rtFs9AfVHGBdJNxt3/KPR46V/8S2VmHycS8MaA9OjzcNAFMCAwEAAaNTMFEwHQYD
VR0OBBYEFKNc5721z0Da7wUv0KnU9ORFXORtMB8GA1UdIwQYMBaAFKNc5721z0Da
7wUv0KnU9ORFXORtMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADgYEA
qrKgHvKP+XaD9XOCKQ45WhQMebtu5IFjDSCIZvA5S7xGWA5PKdYZEHQjkKwOeiQ2
lXJeYa74RONO2MzRgWtB1kfBQVmmwSNXylVto6oYk2E4nxUZnRe47t6IXETY237d
ZUoA2H3E7R9faZNGGqG6aAORIO0ZpBtiSNGaIomFGN4=
-----END CERTIFICATE-----
)";

TEST(Certificate, RefusesKeysThatProtectNothing) {
  EXPECT_EQ(Certificate::parse_pem(kRsa512).error(), CertError::weak_key);
  EXPECT_EQ(Certificate::parse_pem(kExponent1).error(), CertError::weak_key);
  EXPECT_EQ(Certificate::parse_pem(kEd25519).error(), CertError::unsupported_key);
  EXPECT_TRUE(Certificate::parse_pem(kRsa1024));
}

}  // namespace
}  // namespace doorward::certs
