#include <libxml/c14n.h>

#include <memory>
#include <string>

#include "tests/fuzz/target.h"
#include "tests/xml/same_tree.h"
#include "xml/canonical.h"

// The reader of canonical bytes takes nothing that the parser does not take, and sees the same in
// it; and it reads whatever libxml2 writes as canonical.
namespace doorward::tests::fuzz {
namespace {

constexpr xml::Limits kLimits{.bytes = 32UL * 1024, .depth = 12, .elements = 120, .attributes = 12};

// The inclusive and the exclusive canonical form; empty where libxml2 knows none.
std::string canonical(const xml::Document& document, int mode) {
  xmlChar* bytes = nullptr;
  const int size = xmlC14NDocDumpMemory(document.native(), nullptr, mode, nullptr, 0, &bytes);
  const std::unique_ptr<xmlChar, void (*)(void*)> owner(bytes, [](void* at) { xmlFree(at); });
  return size <= 0
             ? std::string()
             : std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

std::string canonical_xml(std::string_view input) {
  const auto document = xml::Document::parse(input, kLimits);
  if (const auto tree = xml::CanonicalTree::read(input, kLimits)) {
    if (input.size() > kLimits.bytes) return {};
    // Of a namespace the parser wants a URI; the reader only ever follows it.
    if (!document && document.error() == xml::XmlError::namespaces) return {};
    if (!document) return "the parser refuses what the reader took";
    if (written(tree->root()) != written(document->root())) return "they see different things";
    // libxml2 knows no canonical form where a namespace has a relative name.
    const std::string bytes = canonical(*document, XML_C14N_1_0);
    if (!bytes.empty() && bytes != input) return "it was not canonical";
  }
  if (!document) return {};
  for (const int mode : {XML_C14N_1_0, XML_C14N_EXCLUSIVE_1_0}) {
    const std::string bytes = canonical(*document, mode);
    // libxml2 forgets to escape "&" in a namespace's name; what comes of it is no XML.
    if (bytes.empty() || !xml::Document::parse(bytes, kLimits)) continue;
    const auto tree = xml::CanonicalTree::read(bytes, kLimits);
    if (!tree) return "the reader refuses what is canonical";
    if (written(tree->root()) != written(document->root())) return "canonical form lost something";
  }
  return {};
}

}  // namespace

DOORWARD_FUZZ_TARGET(canonical_xml)

}  // namespace doorward::tests::fuzz
