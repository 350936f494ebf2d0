#include "xml/writer.h"

#include <cstdint>

namespace doorward::xml {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Length in bytes of the character at `at`, or 0 if it is broken UTF-8 or no character of XML 1.0.
std::size_t character_size(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  unsigned lead = byte(0);
  if (lead < 0x80) return lead >= 0x20 || lead == '\t' || lead == '\n' || lead == '\r' ? 1 : 0;
  std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + size > text.size()) return 0;
  std::uint32_t code = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    code = code << 6U | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  bool forbidden = code < kLeast[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) ||
                   code == 0xFFFE || code == 0xFFFF;
  return forbidden ? 0 : size;
}

void append_escaped(std::string& out, char c, bool attribute) {
  switch (c) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '\r':
      out += "&#13;";
      return;
    case '"':
      out += attribute ? "&quot;" : "\"";
      return;
    case '\t':
      out += attribute ? "&#9;" : "\t";
      return;
    case '\n':
      out += attribute ? "&#10;" : "\n";
      return;
    default:
      out += c;
  }
}

}  // namespace

std::string escape(std::string_view value, bool attribute) {
  std::string out;
  out.reserve(value.size() + 16);
  for (std::size_t at = 0; at < value.size();) {
    std::size_t size = character_size(value, at);
    if (size == 0) {
      out += kReplacement;
    } else if (size == 1) {
      append_escaped(out, value[at], attribute);
    } else {
      out += value.substr(at, size);
    }
    at += size == 0 ? 1 : size;
  }
  return out;
}

void Writer::close_tag() {
  if (in_tag_) out_ += '>';
  in_tag_ = false;
}

Writer& Writer::start(std::string_view name, std::initializer_list<Attribute> attributes) {
  close_tag();
  out_ += '<';
  out_ += name;
  open_.emplace_back(name);
  in_tag_ = true;
  for (const auto& [key, value] : attributes) attribute(key, value);
  return *this;
}

Writer& Writer::start(std::string_view name, const std::vector<Attribute>& attributes) {
  start(name);
  for (const auto& [key, value] : attributes) attribute(key, value);
  return *this;
}

Writer& Writer::attribute(std::string_view name, std::string_view value) {
  if (!in_tag_) return *this;
  out_ += ' ';
  out_ += name;
  out_ += "=\"";
  out_ += escape(value, true);
  out_ += '"';
  return *this;
}

Writer& Writer::text(std::string_view value) {
  if (value.empty() || open_.empty()) return *this;
  close_tag();
  out_ += escape(value, false);
  return *this;
}

Writer& Writer::end() {
  if (open_.empty()) return *this;
  if (in_tag_) {
    out_ += "/>";
    in_tag_ = false;
  } else {
    out_ += "</" + open_.back() + ">";
  }
  open_.pop_back();
  return *this;
}

Writer& Writer::leaf(std::string_view name, std::string_view value,
                     std::initializer_list<Attribute> attributes) {
  return start(name, attributes).text(value).end();
}

std::string Writer::str() {
  while (!open_.empty()) end();
  return std::exchange(out_, {});
}

}  // namespace doorward::xml
