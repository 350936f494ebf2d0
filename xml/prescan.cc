#include "xml/prescan.h"

#include "base/encoding.h"
#include "base/text.h"

namespace doorward::xml {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr auto kNone = std::string_view::npos;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The value of `name` in the text between "<?xml" and "?>"; nullopt if it is not there.
std::optional<std::string_view> pseudo_attribute(std::string_view declaration,
                                                 std::string_view name) {
  auto at = declaration.find(name);
  if (at == kNone) return std::nullopt;
  auto quote = declaration.find_first_of("\"'", at + name.size());
  if (quote == kNone) return std::nullopt;
  auto end = declaration.find(declaration[quote], quote + 1);
  if (end == kNone) return std::nullopt;
  return declaration.substr(quote + 1, end - quote - 1);
}

std::optional<XmlError> check_declaration(std::string_view text) {
  constexpr std::string_view kStart = "<?xml";
  if (!text.starts_with(kStart) || text.size() == kStart.size() || !is_blank(text[kStart.size()])) {
    return std::nullopt;
  }
  std::string_view declaration = text.substr(kStart.size(), text.find("?>") - kStart.size());
  if (pseudo_attribute(declaration, "version") != "1.0") return XmlError::xml_version;
  auto encoding = pseudo_attribute(declaration, "encoding");
  bool named = declaration.find("encoding") != kNone;
  if (named && (!encoding || base::ascii_lower(*encoding) != "utf-8")) return XmlError::encoding;
  return std::nullopt;
}

// The position after the next `mark`, or the end.
std::size_t after(std::string_view text, std::string_view mark, std::size_t from) {
  auto at = text.find(mark, from);
  return at == kNone ? text.size() : at + mark.size();
}

// The position after the start tag whose '<' is at `at`; kNone if it has too many attributes.
std::size_t after_tag(std::string_view text, std::size_t at, int most) {
  int attributes = 0;
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    char c = text[i];
    if (c == '>') return i + 1;
    if (c != '"' && c != '\'') continue;
    if (++attributes > most) return kNone;
    i = text.find(c, i + 1);
    if (i == kNone) return text.size();
  }
  return text.size();
}

std::optional<XmlError> check_tags(std::string_view text, int most) {
  std::size_t at = text.find('<');
  while (at != kNone) {
    std::string_view rest = text.substr(at);
    if (rest.starts_with("<!--")) {
      at = after(text, "-->", at + 4);
    } else if (rest.starts_with("<![CDATA[")) {
      at = after(text, "]]>", at);
    } else if (rest.starts_with("<?")) {
      at = after(text, "?>", at);
    } else if (rest.starts_with("<!")) {
      return std::nullopt;  // the parser refuses the document type and stops there
    } else {
      at = after_tag(text, at, most);
      if (at == kNone) return XmlError::too_many_attributes;
    }
    at = text.find('<', at);
  }
  return std::nullopt;
}

}  // namespace

std::optional<XmlError> prescan(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.bytes) return XmlError::too_large;
  if (!base::is_utf8(bytes)) return XmlError::encoding;
  if (bytes.starts_with(kBom)) {
    if (!limits.allow_bom) return XmlError::encoding;
    bytes.remove_prefix(kBom.size());
  }
  if (auto error = check_declaration(bytes)) return error;
  return check_tags(bytes, limits.attributes);
}

}  // namespace doorward::xml
