#include "http/message.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"

namespace doorward::http {
namespace {

// A form with more fields than this is no form of ours; it would only cost memory.
constexpr std::size_t kMaxFields = 1000;

// Calls fn(name, value) for every cookie pair of every Cookie header.
template <class Fn>
void each_cookie(const Request& request, Fn fn) {
  for (const auto& [header, line] : request.headers) {
    if (header != "cookie") continue;
    std::string_view rest = line;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = base::trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string_view name = base::trim(pair.substr(0, equals));
      if (!name.empty()) fn(name, base::trim(pair.substr(equals + 1)));
    }
  }
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  const std::string* found = nullptr;
  for (const auto& [key, value] : headers) {
    if (key != name) continue;
    if (found != nullptr) return {};
    found = &value;
  }
  return found != nullptr ? std::string_view(*found) : std::string_view();
}

bool Request::has_header(std::string_view name) const {
  return std::ranges::any_of(headers, [&](const auto& header) { return header.first == name; });
}

std::vector<std::string> Request::cookies(std::string_view name) const {
  std::vector<std::string> values;
  each_cookie(*this, [&](std::string_view key, std::string_view value) {
    if (key == name) values.emplace_back(value);
  });
  return values;
}

std::vector<std::string> Request::cookie_names(std::string_view prefix) const {
  std::vector<std::string> names;
  each_cookie(*this, [&](std::string_view key, std::string_view) {
    if (key.starts_with(prefix)) names.emplace_back(key);
  });
  return names;
}

Fields Fields::parse(std::string_view encoded) {
  Fields fields;
  while (!encoded.empty()) {
    const std::size_t end = std::min(encoded.find('&'), encoded.size());
    const std::string_view field = encoded.substr(0, end);
    encoded.remove_prefix(std::min(end + 1, encoded.size()));
    if (field.empty()) continue;
    const std::size_t equals = std::min(field.find('='), field.size());
    auto name = base::percent_decode(field.substr(0, equals), true);
    auto value = base::percent_decode(field.substr(std::min(equals + 1, field.size())), true);
    if (!name || !value || !base::is_utf8(*name) || !base::is_utf8(*value) ||
        fields.fields_.size() == kMaxFields) {
      fields.fields_.clear();
      fields.valid_ = false;
      return fields;
    }
    fields.fields_.emplace_back(*std::move(name), *std::move(value));
  }
  return fields;
}

std::string Fields::get(std::string_view name) const {
  if (count(name) != 1) return {};
  return std::ranges::find(fields_, name, [](const auto& field) { return field.first; })->second;
}

std::size_t Fields::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count(fields_, name, [](const auto& field) { return field.first; }));
}

}  // namespace doorward::http
