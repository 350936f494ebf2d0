#include <libxml/tree.h>

#include <cstring>

#include "xml/document.h"

namespace doorward::xml {
namespace {

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

// As `view(text) == expected`, without measuring the text first; no NUL in `expected`.
bool equal(const xmlChar* text, std::string_view expected) {
  if (text == nullptr || expected.empty()) return view(text) == expected;
  const auto* chars = reinterpret_cast<const char*>(text);
  return std::strncmp(chars, expected.data(), expected.size()) == 0 &&
         chars[expected.size()] == '\0';
}

std::string text_of(const xmlNode* first) {
  std::string out;
  for (const xmlNode* node = first; node != nullptr; node = node->next) {
    if (node->type == XML_TEXT_NODE) out += view(node->content);
  }
  return out;
}

std::optional<std::string> find_attribute(const xmlNode* node, std::string_view ns,
                                          std::string_view name) {
  for (const xmlAttr* at = node->properties; at != nullptr; at = at->next) {
    const xmlChar* at_ns = at->ns == nullptr ? nullptr : at->ns->href;
    if (equal(at->name, name) && equal(at_ns, ns)) return text_of(at->children);
  }
  return std::nullopt;
}

xmlNode* next_element(xmlNode* node) {
  while (node != nullptr && node->type != XML_ELEMENT_NODE) node = node->next;
  return node;
}

}  // namespace

std::string_view Element::name() const {
  return view(node_->name);
}

std::string_view Element::ns() const {
  return node_->ns == nullptr ? std::string_view() : view(node_->ns->href);
}

bool Element::is(std::string_view ns, std::string_view name) const {
  return equal(node_->name, name) && equal(node_->ns == nullptr ? nullptr : node_->ns->href, ns);
}

std::optional<std::string> Element::attribute(std::string_view name) const {
  return find_attribute(node_, {}, name);
}

std::optional<std::string> Element::attribute(std::string_view ns, std::string_view name) const {
  return find_attribute(node_, ns, name);
}

std::optional<Element> Element::first() const {
  xmlNode* at = next_element(node_->children);
  return at == nullptr ? std::nullopt : std::optional(Element(at));
}

std::optional<Element> Element::next() const {
  xmlNode* at = next_element(node_->next);
  return at == nullptr ? std::nullopt : std::optional(Element(at));
}

std::vector<Element> Element::children() const {
  std::vector<Element> out;
  for (xmlNode* at = next_element(node_->children); at != nullptr; at = next_element(at->next)) {
    out.emplace_back(at);
  }
  return out;
}

std::vector<Element> Element::children(std::string_view ns, std::string_view name) const {
  std::vector<Element> out;
  for (xmlNode* at = next_element(node_->children); at != nullptr; at = next_element(at->next)) {
    if (Element(at).is(ns, name)) out.emplace_back(at);
  }
  return out;
}

std::optional<Element> Element::child(std::string_view ns, std::string_view name) const {
  for (xmlNode* at = next_element(node_->children); at != nullptr; at = next_element(at->next)) {
    if (Element(at).is(ns, name)) return Element(at);
  }
  return std::nullopt;
}

std::optional<Element> Element::parent() const {
  if (node_->parent == nullptr || node_->parent->type != XML_ELEMENT_NODE) return std::nullopt;
  return Element(node_->parent);
}

bool Element::is_leaf() const {
  return next_element(node_->children) == nullptr;
}

std::string Element::text() const {
  return is_leaf() ? text_of(node_->children) : std::string();
}

}  // namespace doorward::xml
