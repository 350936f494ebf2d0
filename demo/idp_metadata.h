#pragma once

#include <string>
#include <string_view>

#include "certs/certificate.h"
#include "demo/companies.h"

namespace doorward::demo {

// The IdP's metadata as the company's vendor writes it, oddities included: Entra's byte order mark
// and WS-Federation descriptors, Google's validUntil, OneLogin's double endpoint, Okta's two name
// formats. public_url: without a slash at the end. issuer: the entityID.
[[nodiscard]] std::string idp_metadata(const Company& company, std::string_view issuer,
                                       std::string_view public_url,
                                       const certs::Certificate& certificate);

}  // namespace doorward::demo
