#include "xml/profile.h"

#include <libxml/tree.h>

#include <array>
#include <cstdlib>

#include "base/encoding.h"
#include "base/text.h"
#include "xml/names.h"

namespace doorward::xml {
namespace {

using certs::SignatureAlgorithm;
using names::kDs;
using Check = std::expected<void, XmlError>;

std::unexpected<XmlError> refuse(XmlError error) {
  return std::unexpected(error);
}

template <typename T>
struct Named {
  std::string_view uri;
  T value;
};

constexpr std::array kSignatures = {
    Named{std::string_view("http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
          SignatureAlgorithm::rsa_sha1},
    Named{std::string_view("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
          SignatureAlgorithm::rsa_sha256},
    Named{std::string_view("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"),
          SignatureAlgorithm::rsa_sha384},
    Named{std::string_view("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"),
          SignatureAlgorithm::rsa_sha512},
    Named{std::string_view("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
          SignatureAlgorithm::ecdsa_sha256},
    Named{std::string_view("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"),
          SignatureAlgorithm::ecdsa_sha384},
    Named{std::string_view("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"),
          SignatureAlgorithm::ecdsa_sha512},
};

constexpr std::array kDigests = {
    Named{std::string_view("http://www.w3.org/2000/09/xmldsig#sha1"), DigestAlgorithm::sha1},
    Named{std::string_view("http://www.w3.org/2001/04/xmlenc#sha256"), DigestAlgorithm::sha256},
    Named{std::string_view("http://www.w3.org/2001/04/xmldsig-more#sha384"),
          DigestAlgorithm::sha384},
    Named{std::string_view("http://www.w3.org/2001/04/xmlenc#sha512"), DigestAlgorithm::sha512},
};

constexpr std::array kC14n = {
    Named{std::string_view("http://www.w3.org/2001/10/xml-exc-c14n#"), C14nMethod::exclusive},
    Named{std::string_view("http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
          C14nMethod::exclusive_with_comments},
    Named{std::string_view("http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
          C14nMethod::inclusive},
    Named{std::string_view("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"),
          C14nMethod::inclusive_with_comments},
};

template <typename Table>
auto find(const Table& table, std::string_view uri)
    -> std::optional<decltype(table.front().value)> {
  for (const auto& row : table) {
    if (row.uri == uri) return row.value;
  }
  return std::nullopt;
}

template <typename Table, typename T>
std::string_view uri_in(const Table& table, T value) {
  for (const auto& row : table) {
    if (row.value == value) return row.uri;
  }
  return {};
}

std::size_t digest_size(DigestAlgorithm digest) {
  switch (digest) {
    case DigestAlgorithm::sha1:
      return 20;
    case DigestAlgorithm::sha256:
      return 32;
    case DigestAlgorithm::sha384:
      return 48;
    case DigestAlgorithm::sha512:
      return 64;
  }
  std::abort();
}

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

// True if there is only blank text between the child elements.
bool elements_only(Element element) {
  for (const xmlNode* at = element.native()->children; at != nullptr; at = at->next) {
    if (at->type == XML_TEXT_NODE && !base::trim(view(at->content)).empty()) return false;
  }
  return true;
}

// True if the element has no attributes but those of `allowed`, none of them in a namespace.
bool attributes_within(Element element, std::initializer_list<std::string_view> allowed) {
  for (const xmlAttr* at = element.native()->properties; at != nullptr; at = at->next) {
    bool known = false;
    for (std::string_view name : allowed) known = known || view(at->name) == name;
    if (!known || at->ns != nullptr) return false;
  }
  return true;
}

// An element with an Algorithm and nothing else.
bool bare_algorithm(Element element) {
  return element.is_leaf() && base::trim(element.text()).empty() &&
         attributes_within(element, {"Algorithm"});
}

std::string algorithm_of(Element element) {
  return element.attribute("Algorithm").value_or(std::string());
}

bool is_exclusive(C14nMethod method) {
  return method == C14nMethod::exclusive || method == C14nMethod::exclusive_with_comments;
}

// A C14N element may hold the prefix list of exclusive C14N [ExcC14N 4].
bool c14n_content_allowed(Element element, C14nMethod method) {
  if (!elements_only(element) || !attributes_within(element, {"Algorithm"})) return false;
  auto children = element.children();
  if (children.empty()) return true;
  return children.size() == 1 && is_exclusive(method) &&
         children[0].is(names::kExcC14n, "InclusiveNamespaces") && children[0].is_leaf() &&
         children[0].text().empty() && attributes_within(children[0], {"PrefixList"});
}

xmlNode* next_in_document(xmlNode* node, const xmlNode* root) {
  if (node->children != nullptr) return node->children;
  while (node != root && node->next == nullptr) node = node->parent;
  return node == root ? nullptr : node->next;
}

template <typename Visit>
void for_each_element(const Document& document, Visit visit) {
  xmlNode* root = document.root().native();
  for (xmlNode* at = root; at != nullptr; at = next_in_document(at, root)) {
    if (at->type == XML_ELEMENT_NODE) visit(Element(at));
  }
}

bool names_an_id(const xmlAttr* attribute) {
  std::string_view name = view(attribute->name);
  return name.size() == 2 && (name[0] | 0x20) == 'i' && (name[1] | 0x20) == 'd';
}

bool has_value(const xmlAttr* attribute, std::string_view value) {
  const xmlNode* text = attribute->children;
  if (text == nullptr) return value.empty();
  return text->next == nullptr && view(text->content) == value;
}

// The Signature follows the Issuer, or comes first where there is none [Core 3.2.1, Meta 2.3.1].
// First before an Issuer and last are taken too: dex and Auth0 have signed there.
bool well_placed(Element signature) {
  auto parent = signature.parent();
  if (!parent) return false;
  std::string_view ns = parent->ns();
  if (ns != names::kSaml && ns != names::kSamlp && ns != names::kMd) return false;
  auto siblings = parent->children();
  bool after_issuer =
      siblings.size() > 1 && siblings[0].is(names::kSaml, "Issuer") && siblings[1] == signature;
  return after_issuer || siblings.front() == signature || siblings.back() == signature;
}

bool inside_signature(Element element) {
  for (auto at = element.parent(); at; at = at->parent()) {
    if (at->is(kDs, "Signature")) return true;
  }
  return false;
}

// Every Signature of the document, not only that of `element`: a stray one is how wrappings carry
// the real message along.
bool all_well_placed(const Document& document, Element element) {
  bool good = true;
  for_each_element(document, [&](Element at) {
    if (!good || !at.is(kDs, "Signature")) return;
    bool signable = at.parent() && (*at.parent() == element || at.parent()->attribute("ID"));
    good = signable && well_placed(at) && !inside_signature(at);
  });
  return good;
}

struct Parts {
  Element signed_info;
  Element signature_value;
};

// SignedInfo, SignatureValue, and at most a KeyInfo, which nobody reads [DSig 4.1].
std::expected<Parts, XmlError> read_signature(Element signature) {
  auto children = signature.children();
  for (Element child : children) {
    if (child.is(kDs, "Object")) return refuse(XmlError::object_in_signature);
  }
  bool shape = children.size() >= 2 && children.size() <= 3 && elements_only(signature) &&
               children[0].is(kDs, "SignedInfo") && children[1].is(kDs, "SignatureValue") &&
               (children.size() == 2 || children[2].is(kDs, "KeyInfo")) &&
               attributes_within(signature, {"Id"}) && elements_only(children[0]) &&
               attributes_within(children[0], {"Id"}) && children[1].is_leaf() &&
               attributes_within(children[1], {"Id"});
  if (!shape) return refuse(XmlError::signature_structure);
  return Parts{children[0], children[1]};
}

std::expected<C14nMethod, XmlError> read_c14n_method(Element method) {
  auto c14n = find(kC14n, algorithm_of(method));
  if (!c14n || !c14n_content_allowed(method, *c14n)) return refuse(XmlError::c14n_method);
  return *c14n;
}

std::expected<SignatureAlgorithm, XmlError> read_signature_method(Element method, bool allow_sha1) {
  std::string uri = algorithm_of(method);
  if (uri.find("hmac") != std::string::npos) return refuse(XmlError::hmac);
  auto algorithm = find(kSignatures, uri);
  if (!algorithm) return refuse(XmlError::signature_algorithm);
  if (!bare_algorithm(method)) return refuse(XmlError::signature_structure);
  if (*algorithm == SignatureAlgorithm::rsa_sha1 && !allow_sha1) {
    return refuse(XmlError::sha1_not_allowed);
  }
  return *algorithm;
}

Check check_id(const Document& document, const std::optional<std::string>& id) {
  if (!id || id->empty()) return refuse(XmlError::id_missing);
  if (!is_ncname(*id)) return refuse(XmlError::id_not_ncname);
  if (count_ids(document, *id) != 1) return refuse(XmlError::id_not_unique);
  return {};
}

// Exactly enveloped-signature and then one C14N [Core 5.4.4]. One that is neither is told apart:
// it is an attack more often than a mistake.
std::expected<C14nMethod, XmlError> read_transforms(Element transforms) {
  auto children = transforms.children(kDs, "Transform");
  for (Element child : children) {
    std::string uri = algorithm_of(child);
    if (uri != kEnvelopedUri && !find(kC14n, uri)) return refuse(XmlError::transform_unknown);
  }
  bool two = children.size() == 2 && transforms.children().size() == 2 &&
             elements_only(transforms) && attributes_within(transforms, {}) &&
             algorithm_of(children[0]) == kEnvelopedUri && bare_algorithm(children[0]);
  if (!two) return refuse(XmlError::transforms_wrong);
  auto c14n = find(kC14n, algorithm_of(children[1]));
  if (!c14n || !c14n_content_allowed(children[1], *c14n)) {
    return refuse(XmlError::transforms_wrong);
  }
  return *c14n;
}

std::expected<DigestAlgorithm, XmlError> read_digest_method(Element method, bool allow_sha1) {
  auto digest = find(kDigests, algorithm_of(method));
  if (!digest) return refuse(XmlError::digest_algorithm);
  if (!bare_algorithm(method)) return refuse(XmlError::signature_structure);
  if (*digest == DigestAlgorithm::sha1 && !allow_sha1) return refuse(XmlError::sha1_not_allowed);
  return *digest;
}

struct ReferenceParts {
  C14nMethod c14n;
  DigestAlgorithm digest;
};

std::expected<ReferenceParts, XmlError> read_reference(Element reference, bool allow_sha1) {
  auto children = reference.children();
  if (children.empty() || !children[0].is(kDs, "Transforms")) {
    return refuse(XmlError::transforms_wrong);
  }
  auto c14n = read_transforms(children[0]);
  if (!c14n) return refuse(c14n.error());
  bool shape = children.size() == 3 && elements_only(reference) &&
               children[1].is(kDs, "DigestMethod") && children[2].is(kDs, "DigestValue") &&
               children[2].is_leaf() && attributes_within(children[2], {}) &&
               attributes_within(reference, {"URI", "Id", "Type"});
  if (!shape) return refuse(XmlError::signature_structure);
  auto digest = read_digest_method(children[1], allow_sha1);
  if (!digest) return refuse(digest.error());
  auto value = base::base64_decode_spaced(children[2].text());
  if (!value || value->size() != digest_size(*digest)) return refuse(XmlError::bad_base64);
  return ReferenceParts{*c14n, *digest};
}

// Which Signature is meant, and that it is the only one and in its place [Core 5.4.1].
std::expected<Element, XmlError> find_signature(const Document& document, Element element) {
  auto signatures = element.children(kDs, "Signature");
  if (signatures.empty()) return refuse(XmlError::signature_missing);
  if (signatures.size() > 1) return refuse(XmlError::several_signatures);
  if (!all_well_placed(document, element)) return refuse(XmlError::signature_misplaced);
  if (document.has_comment_in_signature()) return refuse(XmlError::comment_in_signature);
  return signatures[0];
}

}  // namespace

std::string_view uri_of(SignatureAlgorithm algorithm) {
  return uri_in(kSignatures, algorithm);
}
std::string_view uri_of(DigestAlgorithm algorithm) {
  return uri_in(kDigests, algorithm);
}
std::string_view uri_of(C14nMethod method) {
  return uri_in(kC14n, method);
}

bool is_ncname(const std::string& text) {
  return text.find('\0') == std::string::npos &&
         xmlValidateNCName(reinterpret_cast<const xmlChar*>(text.c_str()), 0) == 0;
}

int count_ids(const Document& document, std::string_view id) {
  int count = 0;
  for_each_element(document, [&](Element element) {
    for (const xmlAttr* at = element.native()->properties; at != nullptr; at = at->next) {
      if (names_an_id(at) && has_value(at, id)) ++count;
    }
  });
  return count;
}

std::expected<SignatureProfile, XmlError> read_profile(const Document& document, Element element,
                                                       bool allow_sha1) {
  auto signature = find_signature(document, element);
  if (!signature) return refuse(signature.error());
  auto parts = read_signature(*signature);
  if (!parts) return refuse(parts.error());

  auto info = parts->signed_info.children();
  bool shape = info.size() >= 2 && info[0].is(kDs, "CanonicalizationMethod") &&
               info[1].is(kDs, "SignatureMethod");
  if (!shape) return refuse(XmlError::signature_structure);
  auto c14n = read_c14n_method(info[0]);
  if (!c14n) return refuse(c14n.error());
  auto algorithm = read_signature_method(info[1], allow_sha1);
  if (!algorithm) return refuse(algorithm.error());
  if (info.size() != 3) return refuse(XmlError::reference_count);
  if (!info[2].is(kDs, "Reference")) return refuse(XmlError::signature_structure);

  auto id = element.attribute("ID");
  if (auto checked = check_id(document, id); !checked) return refuse(checked.error());
  if (info[2].attribute("URI") != "#" + *id) return refuse(XmlError::reference_uri);
  auto reference = read_reference(info[2], allow_sha1);
  if (!reference) return refuse(reference.error());

  auto value = base::base64_decode_spaced(parts->signature_value.text());
  if (!value || value->empty()) return refuse(XmlError::bad_base64);
  return SignatureProfile{
      .signature = *signature,
      .id = *id,
      .signed_info_c14n = *c14n,
      .content_c14n = reference->c14n,
      .algorithm = *algorithm,
      .digest = reference->digest,
      .signature_size = value->size(),
      .uses_sha1 =
          *algorithm == SignatureAlgorithm::rsa_sha1 || reference->digest == DigestAlgorithm::sha1,
  };
}

}  // namespace doorward::xml
