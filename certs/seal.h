#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/doors.h"

// Secrets at rest: AES-256-GCM under the installation's data key.
namespace doorward::certs {

// 32 bytes that seal every stored secret. Wiped from memory when it goes.
class DataKey {
 public:
  // Standard base64 of exactly 32 bytes, blanks around it allowed. Anything else: nullopt.
  [[nodiscard]] static std::optional<DataKey> parse(std::string_view base64_text);
  // A new key as the base64 text that parse reads.
  [[nodiscard]] static std::string generate(base::Rng& rng);

  DataKey(const DataKey&) = default;
  DataKey& operator=(const DataKey&) = default;
  ~DataKey();

  // Eight lower-case hex characters of a hash of the key: names it without giving it away.
  [[nodiscard]] std::string id() const;

 private:
  friend std::string seal(const DataKey&, std::string_view, std::string_view, base::Rng&);
  friend std::optional<std::string> open(const DataKey&, std::string_view, std::string_view);
  DataKey() = default;

  std::array<std::uint8_t, 32> bytes_{};
};

// Bytes: a version byte (1), four of the key's id, a random 96-bit nonce, the ciphertext, a
// 128-bit tag. `aad` names what is sealed and for whom ("connection/01H…/key"): open with another
// one fails, so a sealed value cannot be moved to another row.
[[nodiscard]] std::string seal(const DataKey& key, std::string_view aad, std::string_view plaintext,
                               base::Rng& rng);

// The plaintext, or nullopt if the key, the aad or any bit of `sealed` is another. Thread-safe.
[[nodiscard]] std::optional<std::string> open(const DataKey& key, std::string_view aad,
                                              std::string_view sealed);

// The id of the key that `sealed` claims; nullopt if it is no sealed value. To tell "another data
// key" from "damaged".
[[nodiscard]] std::optional<std::string> claimed_key_id(std::string_view sealed);

}  // namespace doorward::certs
