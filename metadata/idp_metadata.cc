#include "metadata/idp_metadata.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "xml/document.h"
#include "xml/names.h"
#include "xml/signature.h"

namespace doorward::metadata {
namespace {

using xml::names::kDs;
using xml::names::kMd;
using xml::names::kSamlp;

template <class T>
using Result = std::expected<T, MetadataError>;

std::unexpected<MetadataError> fail(MetadataError error) {
  return std::unexpected(error);
}

void collect_entities(xml::Element element, std::vector<xml::Element>& entities) {
  if (element.is(kMd, "EntityDescriptor")) {
    entities.push_back(element);
  } else if (element.is(kMd, "EntitiesDescriptor")) {
    for (xml::Element child : element.children()) collect_entities(child, entities);
  }
}

bool speaks_saml2(xml::Element role) {
  std::string protocols = role.attribute("protocolSupportEnumeration").value_or("");
  std::ranges::replace_if(
      protocols, [](char c) { return c == '\t' || c == '\r' || c == '\n'; }, ' ');
  auto words = base::split(protocols, ' ');
  return std::ranges::find(words, kSamlp) != words.end();
}

std::optional<xml::Element> idp_role(xml::Element entity) {
  for (xml::Element role : entity.children(kMd, "IDPSSODescriptor")) {
    if (speaks_saml2(role)) return role;
  }
  return std::nullopt;
}

std::string entity_id_of(xml::Element entity) {
  return entity.attribute("entityID").value_or("");
}

// The entity that is asked for, or the only one that is an IdP.
Result<xml::Element> choose(xml::Element root, const std::string& entity_id) {
  std::vector<xml::Element> entities;
  collect_entities(root, entities);
  std::erase_if(entities, [](xml::Element entity) { return entity_id_of(entity).empty(); });
  if (entities.empty()) return fail(MetadataError::not_metadata);
  if (!entity_id.empty()) {
    std::erase_if(entities, [&](xml::Element e) { return entity_id_of(e) != entity_id; });
    if (entities.empty()) return fail(MetadataError::entity_not_found);
    if (entities.size() > 1) return fail(MetadataError::duplicate_entity);
    return entities.front();
  }
  if (entities.size() > 1) {
    std::erase_if(entities, [](xml::Element entity) { return !idp_role(entity); });
    if (entities.empty()) return fail(MetadataError::no_idp_role);
    if (entities.size() > 1) return fail(MetadataError::several_entities);
  }
  return entities.front();
}

// The outermost signed element that holds `entity`, itself included.
std::optional<xml::Element> signed_ancestor(xml::Element entity) {
  std::optional<xml::Element> outermost;
  for (std::optional<xml::Element> at = entity; at; at = at->parent()) {
    if (xml::has_signature(*at)) outermost = at;
  }
  return outermost;
}

class EntityReader {
 public:
  explicit EntityReader(const base::Instant& now) : now_(now) {}

  // validUntil of `element` and of what encloses it [Meta 2.3.1].
  Result<void> check_validity(xml::Element element) {
    for (std::optional<xml::Element> at = element; at; at = at->parent()) {
      auto text = at->attribute("validUntil");
      if (!text) continue;
      auto instant = base::parse_instant(*text);
      if (!instant) return fail(MetadataError::bad_valid_until);
      if (*instant <= now_) return fail(MetadataError::expired);
      out_.valid_until = std::min(*instant, out_.valid_until.value_or(*instant));
    }
    return {};
  }

  Result<void> read(xml::Element entity) {
    out_.entity_id = entity_id_of(entity);
    auto role = idp_role(entity);
    if (!role) {
      if (auto valid = check_validity(entity); !valid) return valid;
      return fail(MetadataError::no_idp_role);
    }
    if (auto valid = check_validity(*role); !valid) return valid;
    if (auto endpoints = read_endpoints(*role); !endpoints) return endpoints;
    for (xml::Element format : role->children(kMd, "NameIDFormat")) {
      out_.name_id_formats.emplace_back(base::trim(format.text()));
    }
    auto want = role->attribute("WantAuthnRequestsSigned").value_or("false");
    out_.want_authn_requests_signed = want == "true" || want == "1";
    return read_keys(*role);
  }

  IdpMetadata& out() { return out_; }

 private:
  static bool is_tenant_independent(std::string_view text) {
    std::string lower = base::ascii_lower(text);
    if (lower.find("{tenantid}") != std::string::npos) return true;
    auto url = base::parse_url(lower);
    if (!url || (url->host.find("microsoftonline.") == std::string::npos &&
                 url->host != "login.windows.net")) {
      return false;
    }
    auto is_segment = [&](std::string_view segment) {
      return url->target.starts_with(segment) &&
             (url->target.size() == segment.size() || url->target[segment.size()] == '/');
    };
    return is_segment("/common") || is_segment("/organizations") || is_segment("/consumers");
  }

  Result<void> read_endpoints(xml::Element role) {
    if (is_tenant_independent(out_.entity_id)) return fail(MetadataError::tenant_independent);
    bool usable = false;
    for (xml::Element service : role.children(kMd, "SingleSignOnService")) {
      IdpEndpoint endpoint{service.attribute("Binding").value_or(""),
                           std::string(base::trim(service.attribute("Location").value_or("")))};
      if (is_tenant_independent(endpoint.location)) {
        return fail(MetadataError::tenant_independent);
      }
      bool ours = endpoint.binding == kRedirectBinding || endpoint.binding == kPostBinding;
      auto url = base::parse_url(endpoint.location);
      if (!url || (url->scheme != "https" && !url->is_loopback())) {
        if (ours) return fail(MetadataError::endpoint_not_https);
        out_.warnings.push_back("an endpoint without an https URL was left out (binding " +
                                endpoint.binding + ")");
        continue;
      }
      usable = usable || ours;
      if (std::ranges::find(out_.sso, endpoint) == out_.sso.end()) out_.sso.push_back(endpoint);
    }
    if (!usable) return fail(MetadataError::no_sso_endpoint);
    return {};
  }

  Result<void> read_keys(xml::Element role) {
    bool unusable = false;
    for (xml::Element descriptor : role.children(kMd, "KeyDescriptor")) {
      if (descriptor.attribute("use").value_or("signing") != "signing") continue;
      auto texts = certificates_of(descriptor);
      if (texts.empty()) out_.warnings.push_back("a signing key without a certificate was ignored");
      for (const std::string& text : texts) {
        auto certificate = certs::Certificate::parse_base64(text);
        if (certificate) {
          add_certificate(*certificate);
        } else if (certificate.error() == certs::CertError::syntax) {
          return fail(MetadataError::bad_certificate);
        } else {
          unusable = true;
          out_.warnings.push_back("a signing certificate was ignored: " +
                                  std::string(certs::describe(certificate.error())));
        }
      }
    }
    if (!out_.signing_certificates.empty()) return {};
    return fail(unusable ? MetadataError::bad_certificate : MetadataError::no_signing_certificate);
  }

  // The first certificate of each X509Data is the key's; what follows is a chain up to an
  // authority, which must never become a trusted signer [DSig 4.5.4].
  std::vector<std::string> certificates_of(xml::Element descriptor) {
    std::vector<std::string> texts;
    for (xml::Element info : descriptor.children(kDs, "KeyInfo")) {
      for (xml::Element data : info.children(kDs, "X509Data")) {
        auto certificates = data.children(kDs, "X509Certificate");
        if (certificates.empty()) continue;
        texts.push_back(certificates.front().text());
        if (certificates.size() > 1) {
          out_.warnings.push_back("only the first certificate of a chain was taken");
        }
      }
    }
    return texts;
  }

  void add_certificate(const certs::Certificate& certificate) {
    auto& list = out_.signing_certificates;
    if (std::ranges::find(list, certificate) != list.end()) return;
    list.push_back(certificate);
    if (certificate.not_after() < now_) {
      out_.warnings.push_back("the signing certificate " + certificate.sha256().substr(0, 16) +
                              "… expired at " + base::format_instant(certificate.not_after()) +
                              "; it is taken all the same");
    }
  }

  base::Instant now_;
  IdpMetadata out_;
};

}  // namespace

std::optional<std::string> IdpMetadata::sso_location(std::string_view binding) const {
  for (const IdpEndpoint& endpoint : sso) {
    if (endpoint.binding == binding) return endpoint.location;
  }
  return std::nullopt;
}

std::expected<IdpMetadata, MetadataError> parse_idp_metadata(std::string_view bytes,
                                                             const ReadOptions& options) {
  const xml::Limits limits = xml::Limits::metadata();
  auto document = xml::Document::parse(bytes, limits);
  if (!document) {
    return fail(document.error() == xml::XmlError::too_large ? MetadataError::too_large
                                                             : MetadataError::malformed);
  }
  auto entity = choose(document->root(), options.entity_id);
  if (!entity) return fail(entity.error());

  EntityReader reader(options.now);
  auto signed_element = signed_ancestor(*entity);
  if (options.signed_by == nullptr) {
    if (auto read = reader.read(*entity); !read) return fail(read.error());
    if (signed_element) {
      reader.out().warnings.emplace_back(
          "the metadata is signed, but no key was given to check it");
    }
    return std::move(reader.out());
  }

  if (!signed_element) return fail(MetadataError::not_signed);
  auto verified = xml::verify_enveloped(*document, *signed_element, *options.signed_by, {}, limits);
  if (!verified) return fail(MetadataError::signature_invalid);
  // What is outside the signature may only refuse.
  if (auto valid = reader.check_validity(*entity); !valid) return fail(valid.error());
  auto signed_entity = choose(verified->root(), entity_id_of(*entity));
  if (!signed_entity) return fail(signed_entity.error());
  if (auto read = reader.read(*signed_entity); !read) return fail(read.error());
  reader.out().signed_and_verified = true;
  return std::move(reader.out());
}

}  // namespace doorward::metadata
