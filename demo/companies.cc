#include "demo/companies.h"

#include <array>

#include "certs/digest.h"

namespace doorward::demo {

std::span<const Company> companies() {
  static constexpr std::array<Company, 4> kCompanies = {{
      {"okta", "Okta", "acme", "Acme", "acme.example", "#3f59e4", 10,
       "/okta/app/exkdoorwarddemo0001697/sso/saml/metadata",
       "/okta/app/acme_doorward_1/exkdoorwarddemo0001697/sso/saml"},
      {"entra", "Entra ID", "globex", "Globex", "globex.example", "#0f6cbd", 3,
       "/entra/5d1e4f6a-3b8c-4c0e-9a57-2f60d7c1b8e3/federationmetadata/2007-06/"
       "federationmetadata.xml",
       "/entra/5d1e4f6a-3b8c-4c0e-9a57-2f60d7c1b8e3/saml2"},
      {"google", "Google Workspace", "initech", "Initech", "initech.example", "#188038", 5,
       "/google/GoogleIDPMetadata.xml", "/google/o/saml2/idp?idpid=C0doorward"},
      {"onelogin", "OneLogin", "umbrella", "Umbrella", "umbrella.example", "#a1372c", 5,
       "/onelogin/saml/metadata/5000001", "/onelogin/trust/saml2/http-post/sso/5000001"},
  }};
  return kCompanies;
}

std::vector<Person> people_of(const Company& company) {
  const auto at = [&](std::string_view local) {
    return std::string(local) + "@" + std::string(company.domain);
  };
  return {
      make_person(company, "Ada", "Lovelace", at("ada"), {"Everyone", "Engineering"}),
      make_person(company, "Grace", "Hopper", at("grace"), {"Everyone", "Engineering", "Admins"}),
      make_person(company, "Alan", "Turing", at("alan"), {"Everyone", "Research"}),
      make_person(company, "Katherine", "Johnson", at("katherine"), {"Everyone", "Research"}),
      make_person(company, "José", "Müller", at("jose"), {"Everyone", "Sales, EMEA"}),
  };
}

Person make_person(const Company& company, std::string_view first_name, std::string_view last_name,
                   std::string_view email, std::vector<std::string> groups) {
  Person person;
  person.email = email;
  person.first_name = first_name;
  person.last_name = last_name;
  person.groups = std::move(groups);
  const auto hash = certs::sha256_hex(std::string(company.vendor) + " " + person.email);
  person.id = hash.substr(0, 8) + "-" + hash.substr(8, 4) + "-4" + hash.substr(12, 3) + "-8" +
              hash.substr(15, 3) + "-" + hash.substr(18, 12);
  return person;
}

}  // namespace doorward::demo
