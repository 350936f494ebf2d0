#pragma once

#include <expected>
#include <string>

#include "base/doors.h"
#include "demo/companies.h"
#include "demo/idp_message.h"

namespace doorward::demo {

// The signing key of one company's IdP: VENDOR.key.pem and VENDOR.cert.pem in `folder`, made
// (RSA 2048, self-signed) if they are not there. Error: a sentence for the operator.
[[nodiscard]] std::expected<SigningKey, std::string> load_or_make_key(const std::string& folder,
                                                                      const Company& company,
                                                                      base::Instant now,
                                                                      base::Rng& rng);

}  // namespace doorward::demo
