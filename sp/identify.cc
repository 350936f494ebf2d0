#include <algorithm>

#include "base/text.h"
#include "sp/identity.h"

namespace doorward::sp {
namespace {

constexpr std::string_view kUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
constexpr std::size_t kMaxAddress = 254;  // [RFC 5321 4.5.3.1.3], less the angle brackets

char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::ranges::equal(a, b, {}, ascii_lower, ascii_lower);
}

std::vector<const Attribute*> matching(const VerifiedAssertion& assertion,
                                       std::string_view candidate) {
  std::vector<const Attribute*> found;
  for (const Attribute& attribute : assertion.attributes()) {
    if (equal_ignoring_case(attribute.name, candidate) ||
        equal_ignoring_case(attribute.friendly_name, candidate)) {
      found.push_back(&attribute);
    }
  }
  return found;
}

// What the candidates say of one thing about the person.
struct Said {
  std::string value;       // of the first candidate that has one; as it was written
  bool ambiguous = false;  // a candidate before it has two values, or was given twice
};

Said single(const VerifiedAssertion& assertion, const std::vector<std::string>& candidates) {
  Said said;
  for (const std::string& candidate : candidates) {
    auto found = matching(assertion, candidate);
    if (found.empty()) continue;
    if (found.size() > 1 || found.front()->values.size() > 1) {
      said.ambiguous = true;
      continue;
    }
    if (found.front()->values.empty()) continue;
    if (const std::string& value = found.front()->values.front(); !base::trim(value).empty()) {
      said.value = value;
      break;
    }
  }
  return said;
}

// Nobody could say which of two values is the person, and nobody else may speak instead: whoever
// can double an attribute would choose the one that counts.
std::string identifying(const Said& said) {
  return said.ambiguous ? std::string() : said.value;
}

std::string name(const VerifiedAssertion& assertion, const std::vector<std::string>& candidates) {
  return std::string(base::trim(single(assertion, candidates).value));
}

void add_group(std::vector<std::string>& groups, std::string_view value) {
  value = base::trim(value);
  if (value.empty() || std::ranges::find(groups, value) != groups.end()) return;
  groups.emplace_back(value);
}

// All values of the first candidate that is there: groups are a list, so twice is no doubt.
std::vector<std::string> read_groups(const VerifiedAssertion& assertion, const Preset& preset) {
  std::vector<std::string> groups;
  for (const std::string& candidate : preset.groups) {
    for (const Attribute* attribute : matching(assertion, candidate)) {
      for (const std::string& value : attribute->values) {
        if (preset.groups_separator.size() != 1) {
          add_group(groups, value);
          continue;
        }
        for (const auto& part : base::split(value, preset.groups_separator.front())) {
          add_group(groups, part);
        }
      }
    }
    if (!groups.empty()) break;
  }
  return groups;
}

// A persistent identifier may look like an address and be none.
bool may_hold_address(std::string_view name_id_format) {
  return name_id_format.ends_with(":emailAddress") || name_id_format.ends_with(":unspecified");
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

}  // namespace

std::string email_domain(std::string_view address) {
  auto mark = address.find('@');
  if (mark == std::string_view::npos || mark == 0 || address.size() > kMaxAddress) return {};
  if (address.find('@', mark + 1) != std::string_view::npos) return {};
  if (std::ranges::any_of(address, [](char c) { return c >= 0 && (c <= 0x20 || c == 0x7F); })) {
    return {};
  }
  std::string domain = base::ascii_lower(address.substr(mark + 1));
  auto labels = base::split(domain, '.');
  if (labels.size() < 2 || domain.size() > 253 || !std::ranges::all_of(labels, is_label)) return {};
  return domain;
}

std::string Email::domain() const {
  return email_domain(address);
}

Identity identify(const VerifiedAssertion& assertion, const base::ConnectionId& connection,
                  const Preset& preset, const std::set<std::string>& trusted_domains) {
  Identity identity;
  const NameId& name_id = assertion.name_id();
  identity.subject_ = {connection,
                       assertion.issuer(),
                       name_id.format.empty() ? std::string(kUnspecified) : name_id.format,
                       name_id.name_qualifier,
                       name_id.sp_name_qualifier,
                       name_id.value};
  identity.alt_subject_ = identifying(single(assertion, preset.alt_subject));

  const Said email = single(assertion, preset.email);
  std::string address(base::trim(identifying(email)));
  if (address.empty() && !email.ambiguous && preset.name_id_is_email &&
      may_hold_address(identity.subject_.format) && !email_domain(name_id.value).empty()) {
    address = name_id.value;
  }
  if (!address.empty() && address.size() <= kMaxAddress) {
    std::string domain = email_domain(address);
    if (!domain.empty()) address.replace(address.size() - domain.size(), domain.size(), domain);
    bool trusted = !domain.empty() && trusted_domains.contains(domain);
    identity.email_ =
        Email{std::move(address), trusted ? EmailTrust::trusted : EmailTrust::claimed};
  }

  identity.first_name_ = name(assertion, preset.first_name);
  identity.last_name_ = name(assertion, preset.last_name);
  identity.display_name_ = name(assertion, preset.display_name);
  if (identity.display_name_.empty()) {
    identity.display_name_ = base::trim(identity.first_name_ + " " + identity.last_name_);
  }
  identity.groups_ = read_groups(assertion, preset);
  return identity;
}

}  // namespace doorward::sp
