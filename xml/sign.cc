#include "xml/sign.h"

#include <libxml/tree.h>
#include <xmlsec/templates.h>

#include <memory>

#include "xml/document.h"
#include "xml/names.h"
#include "xml/profile.h"
#include "xml/xmlsec.h"

namespace doorward::xml {
namespace {

const xmlChar* chars(const std::string& text) {
  return reinterpret_cast<const xmlChar*>(text.c_str());
}

// The element whose ID, in SAML's spelling, is `id`.
std::optional<Element> find_by_id(Element at, const std::string& id) {
  if (at.attribute("ID") == id) return at;
  for (Element child : at.children()) {
    if (auto found = find_by_id(child, id)) return found;
  }
  return std::nullopt;
}

std::expected<void, XmlError> check_target(const Document& document, const std::string& id) {
  if (!find_by_id(document.root(), id)) return std::unexpected(XmlError::id_missing);
  if (!is_ncname(id)) return std::unexpected(XmlError::id_not_ncname);
  if (count_ids(document, id) != 1) return std::unexpected(XmlError::id_not_unique);
  return {};
}

void place(Element element, xmlNodePtr signature) {
  auto children = element.children();
  if (!children.empty() && children[0].is(names::kSaml, "Issuer")) {
    xmlAddNextSibling(children[0].native(), signature);
  } else if (element.native()->children != nullptr) {
    xmlAddPrevSibling(element.native()->children, signature);
  } else {
    xmlAddChild(element.native(), signature);
  }
}

// An unsigned Signature of the profile; nullptr if there is no memory.
xmlNodePtr make_template(xmlDocPtr doc, const std::string& id,
                         const DsigContext::Allowed& algorithms, const std::string& prefixes) {
  xmlNodePtr signature =
      xmlSecTmplSignatureCreateNsPref(doc, transform_of(algorithms.signed_info_c14n),
                                      transform_of(algorithms.signature), nullptr, BAD_CAST "ds");
  if (signature == nullptr) return nullptr;
  std::string uri = "#" + id;
  xmlNodePtr reference = xmlSecTmplSignatureAddReference(signature, transform_of(algorithms.digest),
                                                         nullptr, chars(uri), nullptr);
  xmlNodePtr c14n = nullptr;
  if (reference != nullptr &&
      xmlSecTmplReferenceAddTransform(reference, xmlSecTransformEnvelopedId) != nullptr) {
    c14n = xmlSecTmplReferenceAddTransform(reference, transform_of(algorithms.content_c14n));
  }
  bool good = c14n != nullptr && (prefixes.empty() || xmlSecTmplTransformAddC14NInclNamespaces(
                                                          c14n, chars(prefixes)) == 0);
  if (good) return signature;
  xmlFreeNode(signature);
  return nullptr;
}

// Added after signing: xmlsec would otherwise write its own view of the key.
void add_key_info(xmlNodePtr signature, const std::vector<certs::Certificate>& certificates) {
  if (certificates.empty()) return;
  xmlNodePtr key_info = xmlNewChild(signature, signature->ns, BAD_CAST "KeyInfo", nullptr);
  xmlNodePtr data = xmlNewChild(key_info, signature->ns, BAD_CAST "X509Data", nullptr);
  for (const auto& certificate : certificates) {
    xmlNewTextChild(data, signature->ns, BAD_CAST "X509Certificate", chars(certificate.base64()));
  }
}

struct FreeDoc {
  void operator()(xmlDoc* doc) const { xmlFreeDoc(doc); }
};

std::string serialize(xmlDoc* doc) {
  std::unique_ptr<xmlBuffer, decltype(&xmlBufferFree)> buffer(xmlBufferCreate(), xmlBufferFree);
  if (!buffer || xmlNodeDump(buffer.get(), doc, xmlDocGetRootElement(doc), 0, 0) < 0) {
    return {};
  }
  return {reinterpret_cast<const char*>(xmlBufferContent(buffer.get())),
          static_cast<std::size_t>(xmlBufferLength(buffer.get()))};
}

}  // namespace

std::expected<std::string, XmlError> sign_enveloped(
    std::string_view xml, std::string_view id, const certs::PrivateKey& key,
    const std::vector<certs::Certificate>& certificates, const SignOptions& options) {
  DsigContext::Allowed algorithms{.signature = options.signature.value_or(key.default_algorithm()),
                                  .digest = options.digest,
                                  .signed_info_c14n = options.c14n,
                                  .content_c14n = options.c14n};
  if (!certs::fits(key.type(), algorithms.signature)) {
    return std::unexpected(XmlError::signature_algorithm);
  }
  bool inclusive =
      options.c14n == C14nMethod::inclusive || options.c14n == C14nMethod::inclusive_with_comments;
  if (inclusive && !options.inclusive_prefixes.empty()) {
    return std::unexpected(XmlError::signing_failed);
  }
  auto document = Document::parse(xml, Limits::metadata());
  if (!document) return std::unexpected(document.error());
  std::string name(id);
  if (auto checked = check_target(*document, name); !checked) {
    return std::unexpected(checked.error());
  }
  // A tree of libxml2's own, for the signature to be added.
  std::unique_ptr<xmlDoc, FreeDoc> doc(xmlCopyDoc(document->native(), 1));
  if (!doc) return std::unexpected(XmlError::signing_failed);
  const auto element = find_by_id(Element(xmlDocGetRootElement(doc.get())), name);

  RegisteredId registered(doc.get(), element->native(), name);
  DsigContext context;
  if (!registered.good() || !context.prepare(key.native(), algorithms)) {
    return std::unexpected(XmlError::signing_failed);
  }
  xmlNodePtr signature = make_template(doc.get(), name, algorithms, options.inclusive_prefixes);
  if (signature == nullptr) return std::unexpected(XmlError::signing_failed);
  place(*element, signature);
  if (xmlSecDSigCtxSign(context.get(), signature) != 0) {
    return std::unexpected(XmlError::signing_failed);
  }
  add_key_info(signature, certificates);
  std::string out = serialize(doc.get());
  if (out.empty()) return std::unexpected(XmlError::signing_failed);
  return out;
}

}  // namespace doorward::xml
