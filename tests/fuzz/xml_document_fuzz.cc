#include <libxml/tree.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/fuzz/target.h"
#include "xml/document.h"
#include "xml/names.h"
#include "xml/writer.h"

// A parsed document keeps its limits, and comes back the same when it is written and parsed.
namespace doorward::tests::fuzz {
namespace {

constexpr xml::Limits kLimits{.bytes = 32UL * 1024, .depth = 12, .elements = 120, .attributes = 12};
// The written document declares a namespace at every name and escapes more than it must.
constexpr xml::Limits kWrittenLimits{
    .bytes = 16UL * 1024 * 1024, .depth = 12, .elements = 120, .attributes = 24};

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

// One element with all that its start tag says, or a text.
struct Token {
  std::string ns;
  std::string name;
  std::vector<std::pair<std::pair<std::string, std::string>, std::string>> attributes;
  std::string text;
  int depth = 0;
  friend bool operator==(const Token&, const Token&) = default;
};

struct Tree {
  xml::Limits limits;
  std::vector<Token> tokens;
  std::string written;
  std::string broken;
};

void add_text(Tree& tree, std::string_view text, int depth) {
  if (text.empty()) return;
  Token* last = tree.tokens.empty() ? nullptr : &tree.tokens.back();
  if (last != nullptr && last->name.empty() && last->depth == depth) {
    last->text += text;
  } else {
    Token token;
    token.text = text;
    token.depth = depth;
    tree.tokens.push_back(std::move(token));
  }
}

void open(Tree& tree, xml::Writer& writer, xml::Element element, int depth) {
  Token token;
  token.ns = element.ns();
  token.name = element.name();
  token.depth = depth;
  const bool in_xml = token.ns == xml::names::kXml;
  writer.start(in_xml ? "xml:" + token.name : token.name);
  if (!in_xml) writer.attribute("xmlns", token.ns);
  int count = 0;
  for (const xmlNs* ns = element.native()->nsDef; ns != nullptr; ns = ns->next) ++count;
  for (const xmlAttr* at = element.native()->properties; at != nullptr; at = at->next) {
    ++count;
    const std::string name(view(at->name));
    const std::string ns(at->ns == nullptr ? std::string_view() : view(at->ns->href));
    const auto value = element.attribute(ns, name);
    if (!value) {
      tree.broken = "an attribute that is there is not found: " + name;
      return;
    }
    std::string prefix;
    if (ns == xml::names::kXml) {
      prefix = "xml:";
    } else if (!ns.empty()) {
      prefix = "n" + std::to_string(count) + ":";
      writer.attribute("xmlns:n" + std::to_string(count), ns);
    }
    writer.attribute(prefix + name, *value);
    token.attributes.push_back({{ns, name}, *value});
  }
  if (count > tree.limits.attributes) tree.broken = "more attributes than the limit";
  std::ranges::sort(token.attributes);
  tree.tokens.push_back(std::move(token));
}

void walk(Tree& tree, xml::Writer& writer, xml::Element element, int depth) {
  if (depth > tree.limits.depth) tree.broken = "deeper than the limit";
  if (!tree.broken.empty()) return;
  open(tree, writer, element, depth);
  std::size_t elements = 0;
  for (xmlNode* at = element.native()->children; at != nullptr; at = at->next) {
    if (at->type == XML_ELEMENT_NODE) {
      const xml::Element child(at);
      if (child.parent() != element) tree.broken = "a child with another parent";
      ++elements;
      walk(tree, writer, child, depth + 1);
    } else if (at->type == XML_TEXT_NODE) {
      add_text(tree, view(at->content), depth);
      writer.text(view(at->content));
    } else {
      tree.broken = "a node that is neither element nor text";
    }
  }
  if (element.children().size() != elements) tree.broken = "children() misses some";
  if (element.is_leaf() != (elements == 0)) tree.broken = "is_leaf() is wrong";
  if (elements > 0 && !element.text().empty()) tree.broken = "an element with children has a text";
  writer.end();
}

Tree tree_of(const xml::Document& document, const xml::Limits& limits) {
  Tree tree{.limits = limits, .tokens = {}, .written = {}, .broken = {}};
  xml::Writer writer;
  if (document.root().parent()) tree.broken = "the root has a parent";
  walk(tree, writer, document.root(), 1);
  tree.written = writer.str();
  const auto elements =
      std::ranges::count_if(tree.tokens, [](const Token& token) { return !token.name.empty(); });
  if (elements > tree.limits.elements) tree.broken = "more elements than the limit";
  return tree;
}

std::string xml_document(std::string_view input) {
  const auto document = xml::Document::parse(input, kLimits);
  if (!document) return {};
  if (input.size() > kLimits.bytes) return "more bytes than the limit";
  const Tree tree = tree_of(*document, kLimits);
  if (!tree.broken.empty()) return tree.broken;
  const auto again = xml::Document::parse(tree.written, kWrittenLimits);
  if (!again) {
    return "written, it is refused for " + std::string(xml::xml_error_info(again.error()).name) +
           ": " + tree.written;
  }
  const Tree second = tree_of(*again, kWrittenLimits);
  if (!second.broken.empty()) return "written, " + second.broken;
  return tree.tokens == second.tokens ? "" : "written, it is another: " + tree.written;
}

}  // namespace

DOORWARD_FUZZ_TARGET(xml_document)

}  // namespace doorward::tests::fuzz
