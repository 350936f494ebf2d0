#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xml/error.h"

struct _xmlDoc;
struct _xmlNode;

namespace doorward::xml {

class Tree;

// What a document may be at most. The defaults are for messages.
struct Limits {
  std::size_t bytes = 512UL * 1024;
  int depth = 64;       // nested elements, the root is 1
  int elements = 2000;  // in the whole document
  int attributes = 64;  // of one element, namespace declarations counted
  bool allow_bom = false;
  // Processing instructions are left out of the tree instead of refusing the document.
  bool drop_processing_instructions = false;

  // For metadata: 16 MiB, 1,000,000 elements, a byte order mark, processing instructions dropped.
  [[nodiscard]] static Limits metadata();
};

// Prepares libxml2 and xmlsec for the process and the calling thread. Every function of this room
// that needs it calls it; main may call it early, to fail early. Thread-safe, cheap when repeated.
void init();

// A view of one element: a pointer, valid while its Document lives and stays where it is.
// Names and namespaces are compared byte for byte; there are no entities to resolve.
class Element {
 public:
  [[nodiscard]] std::string_view name() const;  // local name
  [[nodiscard]] std::string_view ns() const;    // namespace name, empty if none
  [[nodiscard]] bool is(std::string_view ns, std::string_view name) const;

  // An attribute without namespace, or of namespace `ns`; nullopt if it is not there.
  [[nodiscard]] std::optional<std::string> attribute(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> attribute(std::string_view ns,
                                                     std::string_view name) const;

  // The first child element, and the element after this one of the same parent.
  [[nodiscard]] std::optional<Element> first() const;
  [[nodiscard]] std::optional<Element> next() const;
  // Child elements in document order; with a name, only those.
  [[nodiscard]] std::vector<Element> children() const;
  [[nodiscard]] std::vector<Element> children(std::string_view ns, std::string_view name) const;
  // The first child of that name.
  [[nodiscard]] std::optional<Element> child(std::string_view ns, std::string_view name) const;
  // nullopt for the root.
  [[nodiscard]] std::optional<Element> parent() const;

  // True if there are no child elements.
  [[nodiscard]] bool is_leaf() const;
  // All text of a leaf, untrimmed (comments never split it); empty for an element with children.
  [[nodiscard]] std::string text() const;

  // The same element of the same document.
  friend bool operator==(Element a, Element b) { return a.node_ == b.node_; }
  [[nodiscard]] _xmlNode* native() const { return node_; }
  explicit Element(_xmlNode* node) : node_(node) {}

 private:
  _xmlNode* node_;
};

// A tree out of bytes that nothing vouches for: no DTD, no entity but the five of XML, no
// network, no xml:* attribute but xml:lang and xml:space, comments left out so that a text is one
// node, CDATA merged into text. One thread at a time.
class Document {
 public:
  // XML 1.0 in UTF-8 within `limits`, one root. The caps hold before any work that grows faster
  // than the bytes. Errors: those of XmlError's first group, the first in document order.
  [[nodiscard]] static std::expected<Document, XmlError> parse(std::string_view bytes,
                                                               const Limits& limits = {});

  [[nodiscard]] Element root() const;
  // True if a comment stood inside a ds:Signature: the tree no longer shows it.
  [[nodiscard]] bool has_comment_in_signature() const { return comment_in_signature_; }
  // For functions that only read.
  [[nodiscard]] _xmlDoc* native() const { return doc_.get(); }

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

 private:
  struct Free {
    void operator()(_xmlDoc* doc) const;
  };
  Document(std::unique_ptr<Tree> tree, _xmlDoc* doc, _xmlNode* root, bool comment_in_signature);

  std::unique_ptr<Tree> tree_;  // all below doc_
  std::unique_ptr<_xmlDoc, Free> doc_;
  bool comment_in_signature_;
};

}  // namespace doorward::xml
