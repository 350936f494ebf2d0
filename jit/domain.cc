#include "jit/domain.h"

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

// … and suffixes below which others register, of more than one label.
constexpr std::array<std::string_view, 67> kPublicSuffixes{
    "ac.jp",         "ac.nz",           "ac.uk",          "ac.za",
    "amazonaws.com", "appspot.com",     "asn.au",         "azurewebsites.net",
    "blogspot.com",  "cloudapp.net",    "cloudfront.net", "co.at",
    "co.id",         "co.il",           "co.in",          "co.jp",
    "co.ke",         "co.kr",           "co.nz",          "co.th",
    "co.uk",         "co.za",           "com.ar",         "com.au",
    "com.br",        "com.cn",          "com.co",         "com.eg",
    "com.hk",        "com.mx",          "com.my",         "com.ng",
    "com.pe",        "com.ph",          "com.pk",         "com.pl",
    "com.sg",        "com.tr",          "com.tw",         "com.ua",
    "com.vn",        "edu.au",          "fly.dev",        "github.io",
    "gitlab.io",     "gov.au",          "gov.uk",         "govt.nz",
    "herokuapp.com", "me.uk",           "ne.jp",          "net.au",
    "net.br",        "net.cn",          "net.nz",         "net.uk",
    "netlify.app",   "onmicrosoft.com", "or.at",          "or.jp",
    "org.au",        "org.nz",          "org.uk",         "pages.dev",
    "uk.com",        "vercel.app",      "workers.dev"};

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

std::optional<std::string> parse_domain(std::string_view text) {
  std::string name = base::ascii_lower(text);
  if (name.size() > 253) return std::nullopt;
  std::vector<std::string> labels = base::split(name, '.');
  if (labels.size() < 2 || !std::ranges::all_of(labels, is_label)) return std::nullopt;
  // No top-level domain is all digits: this would be an address [RFC 1123 2.1].
  if (!has_letter(labels.back())) return std::nullopt;
  if (std::ranges::find(kMailProviders, name) != kMailProviders.end()) return std::nullopt;
  if (std::ranges::find(kPublicSuffixes, name) != kPublicSuffixes.end()) return std::nullopt;
  return name;
}

}  // namespace doorward::jit
