#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/instant.h"
#include "certs/certificate.h"
#include "certs/public_key.h"

namespace doorward::certs {

struct TrustedKey {
  PublicKey key;
  std::string fingerprint;  // SHA-256 of the certificate that brought it, lower-case hex
  base::Instant not_after;  // the certificate's; whether it matters is the caller's decision
};

// The keys that a signature may be verified with: several during a rotation, none for a
// connection without a certificate, and then nothing verifies. Immutable, parsed once, shared by
// copies and threads. A certificate given twice counts once; the order is kept.
class TrustedKeys {
 public:
  TrustedKeys();
  explicit TrustedKeys(const std::vector<Certificate>& certificates);

  [[nodiscard]] bool empty() const { return keys_->empty(); }
  [[nodiscard]] std::size_t size() const { return keys_->size(); }
  [[nodiscard]] const std::vector<TrustedKey>& keys() const { return *keys_; }

 private:
  std::shared_ptr<const std::vector<TrustedKey>> keys_;
};

}  // namespace doorward::certs
