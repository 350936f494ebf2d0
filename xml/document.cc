#include "xml/document.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>

#include "xml/names.h"
#include "xml/prescan.h"

namespace doorward::xml {
namespace {

// What one parse knows, reached through the parser's _private.
struct Parse {
  const Limits& limits;
  int depth = 0;
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
  for (xmlNodePtr node = parser_of(ctx)->node; node != nullptr; node = node->parent) {
    if (node->type == XML_ELEMENT_NODE && Element(node).is(names::kDs, "Signature")) {
      parse_of(ctx).comment_in_signature = true;
    }
  }
}

bool refused_attribute(const xmlChar** attribute) {
  std::string_view name = view(attribute[0]);
  return view(attribute[1]) == "xml" && name != "lang" && name != "space";
}

void on_start(void* ctx, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri,
              int namespace_count, const xmlChar** namespaces, int attribute_count,
              int defaulted_count, const xmlChar** attributes) {
  Parse& parse = parse_of(ctx);
  const Limits& limits = parse.limits;
  if (++parse.depth > limits.depth) return refuse(ctx, XmlError::too_deep);
  if (++parse.elements > limits.elements) return refuse(ctx, XmlError::too_many_elements);
  // Every name is looked up in all namespaces in scope, so those are capped as well.
  bool crowded = namespace_count + attribute_count > limits.attributes ||
                 parser_of(ctx)->nsNr / 2 > 2 * limits.attributes;
  if (crowded) return refuse(ctx, XmlError::too_many_attributes);
  for (int i = 0; i < attribute_count; ++i) {
    if (refused_attribute(attributes + 5L * i)) return refuse(ctx, XmlError::xml_attribute);
  }
  xmlSAX2StartElementNs(ctx, name, prefix, uri, namespace_count, namespaces, attribute_count,
                        defaulted_count, attributes);
}

void on_end(void* ctx, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri) {
  --parse_of(ctx).depth;
  xmlSAX2EndElementNs(ctx, name, prefix, uri);
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

void Document::Free::operator()(_xmlDoc* doc) const {
  xmlFreeDoc(doc);
}

std::expected<Document, XmlError> Document::parse(std::string_view bytes, const Limits& limits) {
  init();
  if (auto error = prescan(bytes, limits)) return std::unexpected(*error);
  std::unique_ptr<xmlParserCtxt, FreeParser> parser(xmlNewParserCtxt());
  if (!parser) return std::unexpected(XmlError::malformed);
  Parse parse{.limits = limits, .refused = {}};
  *parser->sax = handlers();
  parser->_private = &parse;
  // NOENT because there is nothing to expand but the five: without it libxml2 would leave
  // reference nodes in attribute values.
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOENT |
                           XML_PARSE_COMPACT | XML_PARSE_NOWARNING;
  xmlDocPtr doc = xmlCtxtReadMemory(parser.get(), bytes.data(), static_cast<int>(bytes.size()),
                                    nullptr, nullptr, kOptions);
  Document document(doc, parse.comment_in_signature);
  bool well_formed = parser->wellFormed == 1 && doc != nullptr &&
                     xmlDocGetRootElement(doc) != nullptr && !parse.refused;
  if (!well_formed || parser->nsWellFormed != 1) {
    return std::unexpected(reason(parse, well_formed));
  }
  return document;
}

Element Document::root() const {
  return Element(xmlDocGetRootElement(doc_.get()));
}

}  // namespace doorward::xml
