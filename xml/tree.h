#pragma once

#include <libxml/tree.h>

#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <vector>

namespace doorward::xml {

// Nodes in libxml2's own structures, for its functions that only read, with their strings beside
// them in a few blocks that go all at once. No function of libxml2's may change or free such a
// node. For this room's sources only.
class Tree {
 public:
  Tree() = default;

  // `size` bytes that live as long as the tree.
  [[nodiscard]] char* bytes(std::size_t size);
  // `text` and a NUL.
  [[nodiscard]] const xmlChar* keep(std::string_view text);

  // Names, URIs and values below are not copied and must live as long as the tree.

  // `prefix` is nullptr for the default namespace; in order of declaration at `node`, if any.
  [[nodiscard]] xmlNs* declare(xmlNode* node, const xmlChar* prefix, const xmlChar* uri);
  // As last child of `parent`, if there is one.
  [[nodiscard]] xmlNode* add_element(xmlDoc* doc, xmlNode* parent, const xmlChar* name, xmlNs* ns);
  // After `last`, or first; an empty value has no text node.
  [[nodiscard]] xmlAttr* add_attribute(xmlNode* node, xmlAttr* last, const xmlChar* name, xmlNs* ns,
                                       const xmlChar* value);
  void add_text(xmlNode* parent, const xmlChar* content);

 private:
  template <typename T>
  [[nodiscard]] T* make() {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kAlignment);
    return new (bytes(sizeof(T))) T{};
  }
  [[nodiscard]] xmlNode* make_text(xmlDoc* doc, xmlNode* parent, const xmlChar* content);
  static void append(xmlNode* parent, xmlNode* child);

  static constexpr std::size_t kAlignment = alignof(void*);

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
};

// The namespace declarations in scope, innermost last.
class Scope {
 public:
  explicit Scope(Tree& tree);

  [[nodiscard]] std::size_t size() const { return declared_.size(); }
  void push(xmlNs* ns) { declared_.push_back(ns); }
  void shrink(std::size_t size) { declared_.resize(size); }
  // `prefix` is empty for the default namespace. nullptr if it was never declared.
  [[nodiscard]] xmlNs* find(std::string_view prefix) const;

 private:
  std::vector<xmlNs*> declared_;  // first that of "xml", which needs no declaration
};

}  // namespace doorward::xml
