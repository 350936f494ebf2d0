#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/sp/fixture.h"

// What forgers do to the text of a signed message. Each function ends the program if its place is
// not there: a forgery that changes nothing would test nothing.
namespace doorward::tests {

inline std::size_t find_or_die(const std::string& text, std::string_view what, std::size_t from) {
  const auto place = text.find(what, from);
  if (place == std::string::npos) {
    std::fprintf(stderr, "nothing to forge: no %s\n", std::string(what).c_str());
    std::abort();
  }
  return place;
}

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(find_or_die(text, from, 0), from.size(), to);
}

inline std::string inserted_before(std::string text, std::string_view place,
                                   std::string_view what) {
  return text.insert(find_or_die(text, place, 0), what);
}

inline std::string inserted_after(std::string text, std::string_view place, std::string_view what) {
  return text.insert(find_or_die(text, place, 0) + place.size(), what);
}

// The first stretch from `open` to the end of the first `close` after it.
inline std::string stretch(const std::string& text, std::string_view open, std::string_view close) {
  const auto begin = find_or_die(text, open, 0);
  return text.substr(begin, find_or_die(text, close, begin) + close.size() - begin);
}

inline std::string assertion_of(const std::string& xml) {
  return stretch(xml, "<saml:Assertion ", "</saml:Assertion>");
}

inline std::string signature_of(const std::string& xml) {
  return stretch(xml, "<ds:Signature ", "</ds:Signature>");
}

inline std::string without_signature(const std::string& xml) {
  return replaced(xml, signature_of(xml), "");
}

// The same element about Mallory, under another ID.
inline std::string evil_twin(std::string element, std::string_view id) {
  element = replaced(std::move(element), "ID=\"" + std::string(id) + "\"", "ID=\"_evil\"");
  while (element.find(kAda) != std::string::npos) {
    element = replaced(std::move(element), kAda, kMallory);
  }
  return element;
}

}  // namespace doorward::tests
