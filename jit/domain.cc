#include "jit/domain.h"

#include <libpsl.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace doorward::jit {
namespace {

// Whose addresses belong to nobody in particular: mail providers …
constexpr std::array<std::string_view, 56> kMailProviders{
    "126.com",        "163.com",     "aol.com",      "att.net",        "bluewin.ch",
    "btinternet.com", "comcast.net", "duck.com",     "fastmail.com",   "foxmail.com",
    "free.fr",        "freenet.de",  "gmail.com",    "gmx.at",         "gmx.ch",
    "gmx.com",        "gmx.de",      "gmx.net",      "googlemail.com", "hey.com",
    "hotmail.co.uk",  "hotmail.com", "hotmail.de",   "hotmail.fr",     "hushmail.com",
    "icloud.com",     "laposte.net", "libero.it",    "live.com",       "mac.com",
    "mail.com",       "mail.ru",     "mailbox.org",  "mailinator.com", "me.com",
    "msn.com",        "naver.com",   "orange.fr",    "outlook.com",    "outlook.de",
    "pm.me",          "posteo.de",   "proton.me",    "protonmail.com", "qq.com",
    "rocketmail.com", "t-online.de", "tutanota.com", "verizon.net",    "wanadoo.fr",
    "web.de",         "yahoo.co.uk", "yahoo.com",    "yandex.com",     "yandex.ru",
    "ymail.com"};

// … and what clouds hand out to their customers without a place on the public suffix list.
constexpr std::array<std::string_view, 2> kSharedSuffixes{"amazonaws.com", "onmicrosoft.com"};

// The host's list where its package keeps one that is newer than the library.
bool is_public_suffix(const std::string& name) {
  static const psl_ctx_t* const list = psl_latest(nullptr);
  // Without the star rule: a top-level domain that the list does not know is somebody's own.
  return list == nullptr ||
         psl_is_public_suffix2(list, name.c_str(), PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) != 0;
}

// So that "_doorward." before it still makes a name [RFC 1035 2.3.4].
constexpr std::size_t kLongest = 243;

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
    return false;
  }
  return std::ranges::all_of(
      label, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool has_letter(std::string_view label) {
  return std::ranges::any_of(label, [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

std::string_view name_of(DomainState state) {
  switch (state) {
    case DomainState::unverified:
      return "unverified";
    case DomainState::released:
      return "released";
    case DomainState::waiting:
      return "waiting";
    case DomainState::stale:
      return "stale";
    case DomainState::verified:
      return "verified";
  }
  return "";
}

std::optional<DomainState> parse_domain_state(std::string_view name) {
  using enum DomainState;
  for (const auto state : {unverified, released, waiting, stale, verified}) {
    if (name_of(state) == name) return state;
  }
  return std::nullopt;
}

std::optional<std::string> parse_domain(std::string_view text) {
  std::string name = base::ascii_lower(text);
  if (name.size() > kLongest) return std::nullopt;
  std::vector<std::string> labels = base::split(name, '.');
  if (labels.size() < 2 || !std::ranges::all_of(labels, is_label)) return std::nullopt;
  // No top-level domain is all digits: this would be an address [RFC 1123 2.1].
  if (!has_letter(labels.back())) return std::nullopt;
  if (std::ranges::find(kMailProviders, name) != kMailProviders.end()) return std::nullopt;
  if (std::ranges::find(kSharedSuffixes, name) != kSharedSuffixes.end()) return std::nullopt;
  if (is_public_suffix(name)) return std::nullopt;
  return name;
}

}  // namespace doorward::jit
