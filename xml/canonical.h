#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "xml/document.h"

namespace doorward::xml {

// The tree of one element out of its canonical form [C14N 2.3, ExcC14N 3], which has so few ways to
// write a thing that a reader can know them all: no declaration, DTD, comment, CDATA section,
// processing instruction or empty-element tag; seven escapes; namespace declarations none of them
// idle, then attributes, both in order. What is written otherwise is refused, so that nothing is
// left to interpret. It shares no code with the parser that read the message.
// Movable; its elements are valid while it lives.
class CanonicalTree {
 public:
  // nullopt: not the canonical form of an element, or beyond `limits` (but for their bytes), or an
  // xml:* attribute other than xml:lang and xml:space. Thread-safe.
  [[nodiscard]] static std::optional<CanonicalTree> read(std::string_view bytes,
                                                         const Limits& limits);

  // Elements of no document of libxml2's: native() is for this room's reading only.
  [[nodiscard]] Element root() const { return Element(root_); }

 private:
  class Arena;
  class Reader;
  struct Free {
    void operator()(Arena* arena) const;
  };
  CanonicalTree(std::unique_ptr<Arena, Free> arena, _xmlNode* root)
      : arena_(std::move(arena)), root_(root) {}

  std::unique_ptr<Arena, Free> arena_;
  _xmlNode* root_;
};

}  // namespace doorward::xml
