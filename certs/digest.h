#pragma once

#include <string>
#include <string_view>

// Hashes and message authentication, over bytes. All functions are thread-safe and cannot fail.
namespace doorward::certs {

// Raw bytes: 20, 32, 48 and 64 of them [FIPS 180-4].
// sha1 only for what an IdP signed under a time-boxed exception, and for file fingerprints.
[[nodiscard]] std::string sha1(std::string_view bytes);
[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string sha384(std::string_view bytes);
[[nodiscard]] std::string sha512(std::string_view bytes);

// sha256 as 64 lower-case hex characters.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

// 32 raw bytes [RFC 2104].
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);

}  // namespace doorward::certs
