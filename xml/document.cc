#include "xml/document.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>

#include <iterator>
#include <span>

#include "xml/names.h"
#include "xml/prescan.h"
#include "xml/tree.h"

namespace doorward::xml {
namespace {

// What one parse knows, reached through the parser's _private.
struct Parse {
  const Limits& limits;
  Tree& tree;
  Scope scope{tree};
  std::vector<std::size_t> outer_scopes = {};  // of the open elements
  std::string text = {};                       // since the last tag
  xmlNode* root = nullptr;
  xmlNode* at = nullptr;  // the innermost open element
  int elements = 0;
  bool comment_in_signature = false;
  std::optional<XmlError> refused;      // by a handler of ours
  std::optional<int> first_error = {};  // by libxml2, of its enum xmlParserErrors
};

xmlParserCtxtPtr parser_of(void* ctx) {
  return static_cast<xmlParserCtxtPtr>(ctx);
}
Parse& parse_of(void* ctx) {
  return *static_cast<Parse*>(parser_of(ctx)->_private);
}

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

// After xmlStopParser a handler must return at once: the default handlers would read freed memory.
void refuse(void* ctx, XmlError error) {
  Parse& parse = parse_of(ctx);
  if (!parse.refused) parse.refused = error;
  xmlStopParser(parser_of(ctx));
}

void on_doctype(void* ctx, const xmlChar*, const xmlChar*, const xmlChar*) {
  refuse(ctx, XmlError::doctype);
}

// The five entities of XML never get here.
xmlEntityPtr on_entity(void* ctx, const xmlChar*) {
  refuse(ctx, XmlError::entity);
  return nullptr;
}

void on_reference(void* ctx, const xmlChar*) {
  refuse(ctx, XmlError::entity);
}

void on_processing_instruction(void* ctx, const xmlChar*, const xmlChar*) {
  if (!parse_of(ctx).limits.drop_processing_instructions) {
    refuse(ctx, XmlError::processing_instruction);
  }
}

// Comments are not put into the tree, so that the text around one is one node; that one stood
// inside a signature is remembered.
void on_comment(void* ctx, const xmlChar*) {
  for (xmlNode* node = parse_of(ctx).at; node != nullptr; node = node->parent) {
    if (Element(node).is(names::kDs, "Signature")) parse_of(ctx).comment_in_signature = true;
  }
}

bool refused_attribute(const xmlChar** attribute) {
  std::string_view name = view(attribute[0]);
  return view(attribute[1]) == "xml" && name != "lang" && name != "space";
}

std::size_t size_of(int count, int each) {
  return static_cast<std::size_t>(count) * static_cast<std::size_t>(each);
}

// Names and URIs are in the dictionary, which the document shares.
void add_element(Parse& parse, xmlDoc* doc, const xmlChar* name, const xmlChar* prefix,
                 std::span<const xmlChar*> namespaces, std::span<const xmlChar*> attributes) {
  parse.outer_scopes.push_back(parse.scope.size());
  xmlNode* node = parse.tree.add_element(doc, parse.at, name, nullptr);
  if (parse.root == nullptr) parse.root = node;
  parse.at = node;
  for (std::size_t i = 0; i < namespaces.size(); i += 2) {
    const xmlChar* uri = namespaces[i + 1] == nullptr ? BAD_CAST "" : namespaces[i + 1];
    parse.scope.push(parse.tree.declare(node, namespaces[i], uri));
  }
  // A prefix that is not declared makes the parser refuse the document.
  node->ns = parse.scope.find(view(prefix));
  if (node->ns != nullptr && *node->ns->href == '\0') node->ns = nullptr;
  xmlAttr* last = nullptr;
  for (std::size_t i = 0; i < attributes.size(); i += 5) {
    xmlNs* ns = attributes[i + 1] == nullptr ? nullptr : parse.scope.find(view(attributes[i + 1]));
    const auto* begin = reinterpret_cast<const char*>(attributes[i + 3]);
    const auto* end = reinterpret_cast<const char*>(attributes[i + 4]);
    last = parse.tree.add_attribute(node, last, attributes[i], ns, parse.tree.keep({begin, end}));
  }
}

void on_text(void* ctx, const xmlChar* text, int size) {
  Parse& parse = parse_of(ctx);
  if (parse.at == nullptr) return;
  parse.text.append(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
}

void finish_text(Parse& parse) {
  if (!parse.text.empty()) parse.tree.add_text(parse.at, parse.tree.keep(parse.text));
  parse.text.clear();
}

void on_start(void* ctx, const xmlChar* name, const xmlChar* prefix, const xmlChar*,
              int namespace_count, const xmlChar** namespaces, int attribute_count, int,
              const xmlChar** attributes) {
  Parse& parse = parse_of(ctx);
  const Limits& limits = parse.limits;
  if (std::ssize(parse.outer_scopes) >= limits.depth) return refuse(ctx, XmlError::too_deep);
  if (++parse.elements > limits.elements) return refuse(ctx, XmlError::too_many_elements);
  // Every name is looked up in all namespaces in scope, so those are capped as well.
  bool crowded = namespace_count + attribute_count > limits.attributes ||
                 parser_of(ctx)->nsNr / 2 > 2 * limits.attributes;
  if (crowded) return refuse(ctx, XmlError::too_many_attributes);
  for (int i = 0; i < attribute_count; ++i) {
    if (refused_attribute(attributes + 5L * i)) return refuse(ctx, XmlError::xml_attribute);
  }
  finish_text(parse);
  add_element(parse, parser_of(ctx)->myDoc, name, prefix, {namespaces, size_of(namespace_count, 2)},
              {attributes, size_of(attribute_count, 5)});
}

void on_end(void* ctx, const xmlChar*, const xmlChar*, const xmlChar*) {
  Parse& parse = parse_of(ctx);
  if (parse.refused) return;
  finish_text(parse);
  parse.scope.shrink(parse.outer_scopes.back());
  parse.outer_scopes.pop_back();
  parse.at = parse.at->parent;
}

void on_error(void* ctx, xmlErrorPtr error) {
  Parse& parse = parse_of(ctx);
  if (error->level >= XML_ERR_ERROR && !parse.first_error) parse.first_error = error->code;
}

const xmlSAXHandler& handlers() {
  static const xmlSAXHandler handler = [] {
    xmlSAXHandler sax{};
    xmlSAXVersion(&sax, 2);
    sax.internalSubset = on_doctype;
    sax.externalSubset = on_doctype;
    sax.resolveEntity = nullptr;
    sax.getEntity = on_entity;
    sax.getParameterEntity = on_entity;
    sax.reference = on_reference;
    sax.entityDecl = nullptr;
    sax.notationDecl = nullptr;
    sax.attributeDecl = nullptr;
    sax.elementDecl = nullptr;
    sax.unparsedEntityDecl = nullptr;
    sax.processingInstruction = on_processing_instruction;
    sax.comment = on_comment;
    sax.characters = on_text;
    sax.ignorableWhitespace = on_text;
    sax.cdataBlock = on_text;
    sax.startElementNs = on_start;
    sax.endElementNs = on_end;
    sax.serror = on_error;
    return sax;
  }();
  return handler;
}

XmlError reason(const Parse& parse, bool well_formed) {
  if (parse.refused) return *parse.refused;
  if (well_formed) return XmlError::namespaces;
  return parse.first_error == XML_ERR_DOCUMENT_END ? XmlError::trailing_content
                                                   : XmlError::malformed;
}

struct FreeParser {
  void operator()(xmlParserCtxtPtr parser) const { xmlFreeParserCtxt(parser); }
};

}  // namespace

Limits Limits::metadata() {
  return {.bytes = 16UL * 1024 * 1024,
          .depth = 64,
          .elements = 1'000'000,
          .attributes = 64,
          .allow_bom = true,
          .drop_processing_instructions = true};
}

Document::Document(std::unique_ptr<Tree> tree, _xmlDoc* doc, _xmlNode* root,
                   bool comment_in_signature)
    : tree_(std::move(tree)), doc_(doc), comment_in_signature_(comment_in_signature) {
  if (doc == nullptr || root == nullptr) return;
  doc->children = doc->last = root;
  root->parent = reinterpret_cast<xmlNode*>(doc);
}

Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

void Document::Free::operator()(_xmlDoc* doc) const {
  // What is below it is not libxml2's to free.
  doc->children = doc->last = nullptr;
  xmlFreeDoc(doc);
}

std::expected<Document, XmlError> Document::parse(std::string_view bytes, const Limits& limits) {
  init();
  if (auto error = prescan(bytes, limits)) return std::unexpected(*error);
  std::unique_ptr<xmlParserCtxt, FreeParser> parser(xmlNewParserCtxt());
  if (!parser) return std::unexpected(XmlError::malformed);
  auto tree = std::make_unique<Tree>();
  Parse parse{.limits = limits, .tree = *tree, .refused = {}};
  *parser->sax = handlers();
  parser->_private = &parse;
  // NOENT because there is nothing to expand but the five: without it libxml2 would leave
  // reference nodes in attribute values.
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOENT |
                           XML_PARSE_COMPACT | XML_PARSE_NOWARNING;
  xmlDocPtr doc = xmlCtxtReadMemory(parser.get(), bytes.data(), static_cast<int>(bytes.size()),
                                    nullptr, nullptr, kOptions);
  // Only now: what libxml2 does not return to us it frees, with all that is below it.
  Document document(std::move(tree), doc, parse.root, parse.comment_in_signature);
  bool well_formed =
      parser->wellFormed == 1 && doc != nullptr && parse.root != nullptr && !parse.refused;
  if (!well_formed || parser->nsWellFormed != 1) {
    return std::unexpected(reason(parse, well_formed));
  }
  return document;
}

Element Document::root() const {
  return Element(xmlDocGetRootElement(doc_.get()));
}

}  // namespace doorward::xml
