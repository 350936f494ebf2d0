#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "xml/document.h"

namespace doorward::xml {

class Tree;

// The tree of one element out of its canonical form [C14N 2.3, ExcC14N 3], which has so few ways to
// write a thing that a reader can know them all: no declaration, DTD, comment, CDATA section,
// processing instruction or empty-element tag; seven escapes; namespace declarations none of them
// idle, then attributes, both in order. What is written otherwise is refused, so that nothing is
// left to interpret. It shares no way of reading with the parser that read the message.
// Movable; its elements are valid while it lives.
class CanonicalTree {
 public:
  // nullopt: not the canonical form of an element, or beyond `limits` (but for their bytes), or an
  // xml:* attribute other than xml:lang and xml:space. Thread-safe.
  [[nodiscard]] static std::optional<CanonicalTree> read(std::string_view bytes,
                                                         const Limits& limits);

  // Elements of no document of libxml2's: native() is for this room's reading only.
  [[nodiscard]] Element root() const { return Element(root_); }

  CanonicalTree(CanonicalTree&&) noexcept;
  CanonicalTree& operator=(CanonicalTree&&) noexcept;
  ~CanonicalTree();

 private:
  class Reader;
  CanonicalTree(std::unique_ptr<Tree> tree, _xmlNode* root);

  std::unique_ptr<Tree> tree_;
  _xmlNode* root_;
};

}  // namespace doorward::xml
