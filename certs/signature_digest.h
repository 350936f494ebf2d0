#pragma once

#include "certs/algorithms.h"
#include "certs/openssl.h"

namespace doorward::certs {

// The hash that `algorithm` signs.
[[nodiscard]] Sha digest_of(SignatureAlgorithm algorithm);

}  // namespace doorward::certs
