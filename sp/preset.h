#pragma once

#include <string>
#include <utility>
#include <vector>

namespace doorward::sp {

// What the IdP's administrator fills in where, in the vendor's own field names.
struct Setup {
  std::string console;       // the way to the page
  std::string acs_url;       // the field that takes our ACS URL
  std::string entity_id;     // the field that takes our entity id
  std::string idp_metadata;  // where the IdP's metadata is found
  std::string name_id;
  std::string attributes;
  std::string assignment;  // how people are let in
};

// What is known about one kind of IdP: the content of presets/NAME.toml. Candidates are attribute
// names in order of preference, compared without regard to case.
struct Preset {
  std::string name;   // "okta"
  std::string title;  // "Okta"
  // NameID formats that a sign-in may have; "unspecified" ones too must be listed.
  std::vector<std::string> name_id_formats;
  // Asked for in NameIDPolicy; empty: no NameIDPolicy.
  std::string request_name_id_format;
  std::vector<std::string> email;
  // The NameID is an e-mail candidate of last resort.
  bool name_id_is_email = false;
  std::vector<std::string> first_name;
  std::vector<std::string> last_name;
  std::vector<std::string> display_name;
  std::vector<std::string> groups;
  std::string groups_separator;          // OneLogin may join values by ";": empty: none
  std::vector<std::string> alt_subject;  // immutable ids
  Setup setup;
  // Fix texts by reason name (sp::Reject or an L rule's reason), in the vendor's field names.
  std::vector<std::pair<std::string, std::string>> fixes;

  [[nodiscard]] std::string fix(const std::string& reason) const {
    for (const auto& [name_of_reason, text] : fixes) {
      if (name_of_reason == reason) return text;
    }
    return {};
  }
};

}  // namespace doorward::sp
