#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace doorward::xml {

// Writes one element tree as text. Values are escaped whatever they hold: what XML 1.0 forbids
// (control characters, broken UTF-8, U+FFFE and U+FFFF) becomes U+FFFD, and tab, CR and LF in
// attributes become character references, so they come back as they were. Names are the caller's
// own constants, never data.
class Writer {
 public:
  using Attribute = std::pair<std::string_view, std::string_view>;

  // <name attributes…>; namespace declarations are attributes ("xmlns:saml").
  Writer& start(std::string_view name, std::initializer_list<Attribute> attributes = {});
  Writer& start(std::string_view name, const std::vector<Attribute>& attributes);
  // Adds an attribute to the element that start has just opened, before any content.
  Writer& attribute(std::string_view name, std::string_view value);
  Writer& text(std::string_view value);
  // Closes the innermost open element.
  Writer& end();
  // start, text, end.
  Writer& leaf(std::string_view name, std::string_view value,
               std::initializer_list<Attribute> attributes = {});

  // Closes what is open and returns the document, without XML declaration. The writer is empty
  // again.
  [[nodiscard]] std::string str();

 private:
  void close_tag();

  std::string out_;
  std::vector<std::string> open_;
  bool in_tag_ = false;
};

// `value` escaped as Writer does it, for text (`attribute` false) or an attribute in quotes.
[[nodiscard]] std::string escape(std::string_view value, bool attribute);

}  // namespace doorward::xml
