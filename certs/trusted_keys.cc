#include "certs/trusted_keys.h"

#include <algorithm>

namespace doorward::certs {

TrustedKeys::TrustedKeys() : keys_(std::make_shared<const std::vector<TrustedKey>>()) {}

TrustedKeys::TrustedKeys(const std::vector<Certificate>& certificates) {
  std::vector<TrustedKey> keys;
  for (const auto& certificate : certificates) {
    bool known = std::any_of(keys.begin(), keys.end(), [&](const TrustedKey& key) {
      return key.fingerprint == certificate.sha256();
    });
    if (!known) {
      keys.push_back({certificate.key(), certificate.sha256(), certificate.not_after()});
    }
  }
  keys_ = std::make_shared<const std::vector<TrustedKey>>(std::move(keys));
}

}  // namespace doorward::certs
