#include "xml/tree.h"

#include <libxml/parserInternals.h>

#include <algorithm>
#include <cstring>

#include "xml/names.h"

namespace doorward::xml {

char* Tree::bytes(std::size_t size) {
  constexpr std::size_t kFirst = 16UL * 1024;
  constexpr std::size_t kMore = 64UL * 1024;
  size = (size + kAlignment - 1) / kAlignment * kAlignment;
  if (size > left_) {
    const std::size_t block = std::max(size, blocks_.size() < 2 ? kFirst : kMore);
    blocks_.emplace_back(new std::byte[block]);
    next_ = blocks_.back().get();
    left_ = block;
  }
  auto* out = reinterpret_cast<char*>(next_);
  next_ += size;
  left_ -= size;
  return out;
}

const xmlChar* Tree::keep(std::string_view text) {
  char* out = bytes(text.size() + 1);
  std::memcpy(out, text.data(), text.size());
  out[text.size()] = '\0';
  return reinterpret_cast<const xmlChar*>(out);
}

xmlNs* Tree::declare(xmlNode* node, const xmlChar* prefix, const xmlChar* uri) {
  auto* ns = make<xmlNs>();
  ns->type = XML_NAMESPACE_DECL;
  ns->prefix = prefix;
  ns->href = uri;
  if (node == nullptr) return ns;
  ns->context = node->doc;
  xmlNs** end = &node->nsDef;
  while (*end != nullptr) end = &(*end)->next;
  *end = ns;
  return ns;
}

xmlNode* Tree::add_element(xmlDoc* doc, xmlNode* parent, const xmlChar* name, xmlNs* ns) {
  auto* node = make<xmlNode>();
  node->type = XML_ELEMENT_NODE;
  node->doc = doc;
  node->name = name;
  node->ns = ns;
  if (parent != nullptr) append(parent, node);
  return node;
}

xmlAttr* Tree::add_attribute(xmlNode* node, xmlAttr* last, const xmlChar* name, xmlNs* ns,
                             const xmlChar* value) {
  auto* attribute = make<xmlAttr>();
  attribute->type = XML_ATTRIBUTE_NODE;
  attribute->doc = node->doc;
  attribute->parent = node;
  attribute->prev = last;
  attribute->name = name;
  attribute->ns = ns;
  (last == nullptr ? node->properties : last->next) = attribute;
  if (*value != '\0') {
    attribute->children = attribute->last =
        make_text(node->doc, reinterpret_cast<xmlNode*>(attribute), value);
  }
  return attribute;
}

void Tree::add_text(xmlNode* parent, const xmlChar* content) {
  append(parent, make_text(parent->doc, parent, content));
}

xmlNode* Tree::make_text(xmlDoc* doc, xmlNode* parent, const xmlChar* content) {
  auto* node = make<xmlNode>();
  node->type = XML_TEXT_NODE;
  node->doc = doc;
  node->parent = parent;
  node->name = xmlStringText;
  node->content = const_cast<xmlChar*>(content);
  return node;
}

void Tree::append(xmlNode* parent, xmlNode* child) {
  child->parent = parent;
  child->prev = parent->last;
  (parent->last == nullptr ? parent->children : parent->last->next) = child;
  parent->last = child;
}

Scope::Scope(Tree& tree)
    : declared_{tree.declare(nullptr, BAD_CAST "xml", BAD_CAST names::kXml.data())} {}

xmlNs* Scope::find(std::string_view prefix) const {
  for (auto at = declared_.rbegin(); at != declared_.rend(); ++at) {
    const xmlChar* known = (*at)->prefix;
    if (known == nullptr ? prefix.empty() : prefix == reinterpret_cast<const char*>(known)) {
      return *at;
    }
  }
  return nullptr;
}

}  // namespace doorward::xml
