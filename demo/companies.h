#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "demo/idp_vendors.h"

// The four customers of the demo, each with its own identity provider.
namespace doorward::demo {

struct Company {
  std::string_view vendor;        // "okta": of vendors(), of the preset and of our paths
  std::string_view vendor_title;  // "Okta"
  std::string_view org;           // slug at the gateway
  std::string_view name;          // "Acme"
  std::string_view domain;        // "acme.example"
  std::string_view accent;        // CSS colour
  int certificate_years;
  // Below the public URL of the demo IdP, as the vendor shapes them.
  std::string_view metadata_path;
  std::string_view sso_target;  // path and query
};

// In the order of vendors().
[[nodiscard]] std::span<const Company> companies();

// The people of a company; Ada Lovelace first.
[[nodiscard]] std::vector<Person> people_of(const Company& company);
// Somebody who is not among them. Their id follows from the address.
[[nodiscard]] Person make_person(const Company& company, std::string_view first_name,
                                 std::string_view last_name, std::string_view email,
                                 std::vector<std::string> groups);

}  // namespace doorward::demo
