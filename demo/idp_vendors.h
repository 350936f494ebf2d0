#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/doors.h"
#include "base/instant.h"
#include "demo/idp_message.h"

// Responses as four well-known IdPs write them: issuer, attribute names, NameID format, signing
// choice, validity window and namespace prefixes. Not signed yet: set `key`.
namespace doorward::demo {

struct Person {
  std::string email;
  std::string first_name;
  std::string last_name;
  std::string id;  // what never changes about them
  std::vector<std::string> groups;
};

// Who asks: the service provider, and its AuthnRequest's ID (empty: nobody asked).
struct Exchange {
  std::string sp_entity_id;
  std::string acs_url;
  std::string request_id;
};

// Response and Assertion signed, five minutes either way.
[[nodiscard]] ResponseSpec okta_spec(const Exchange& exchange, const Person& person,
                                     base::Instant now, base::Rng& rng);
// Assertion signed, claims URIs without NameFormat, from 5 minutes before to 60 after.
[[nodiscard]] ResponseSpec entra_spec(const Exchange& exchange, const Person& person,
                                      base::Instant now, base::Rng& rng);
// Assertion signed, five minutes either way.
[[nodiscard]] ResponseSpec google_spec(const Exchange& exchange, const Person& person,
                                       base::Instant now, base::Rng& rng);
// Response signed, three minutes either way, the IdP's session ends after a day.
[[nodiscard]] ResponseSpec onelogin_spec(const Exchange& exchange, const Person& person,
                                         base::Instant now, base::Rng& rng);

struct Vendor {
  std::string_view name;  // of the preset: "okta"
  std::string_view issuer;
  ResponseSpec (*spec)(const Exchange&, const Person&, base::Instant, base::Rng&);
};

// The four, in the order above.
[[nodiscard]] std::span<const Vendor> vendors();

}  // namespace doorward::demo
