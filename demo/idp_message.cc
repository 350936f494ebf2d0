#include "demo/idp_message.h"

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "xml/error.h"
#include "xml/names.h"
#include "xml/writer.h"

namespace doorward::demo {

namespace {

namespace names = xml::names;
using Attributes = std::initializer_list<std::pair<std::string_view, std::string>>;

std::string instant(const std::optional<base::Instant>& value) {
  return value ? base::format_instant(*value) : std::string();
}

std::string urn(std::string_view family, const std::string& last) {
  return last.empty() ? std::string()
                      : "urn:oasis:names:tc:SAML:2.0:" + std::string(family) + ":" + last;
}

// Writes one message with the prefixes that its IdP uses.
class Message {
 public:
  explicit Message(const ResponseSpec& spec) : spec_(spec) {}

  std::string response() const {
    return element(
        protocol("Response"),
        {{declaration(spec_.protocol_prefix), std::string(names::kSamlp)},
         {"ID", spec_.response_id},
         {"Version", spec_.version},
         {"IssueInstant", instant(spec_.issue_instant)},
         {"Destination", spec_.destination},
         {"InResponseTo", spec_.in_response_to}},
        issuer(spec_.response_issuer, true) + status() + (spec_.has_assertion ? assertion() : ""));
  }

 private:
  // Attributes without a value are left out.
  static std::string element(const std::string& name, Attributes attributes,
                             const std::string& content) {
    std::string out = "<" + name;
    for (const auto& [attribute, value] : attributes) {
      if (value.empty()) continue;
      out.append(" ").append(attribute).append("=\"");
      out.append(xml::escape(value, true)).append("\"");
    }
    return content.empty() ? out + "/>" : out + ">" + content + "</" + name + ">";
  }

  std::string protocol(std::string_view name) const {
    return spec_.protocol_prefix + ":" + std::string(name);
  }
  std::string own(std::string_view name) const {
    return (spec_.assertion_prefix.empty() ? "" : spec_.assertion_prefix + ":") + std::string(name);
  }
  static std::string declaration(const std::string& prefix) {
    return prefix.empty() ? "xmlns" : "xmlns:" + prefix;
  }

  std::string issuer(const std::string& value, bool declare) const {
    if (value.empty()) return {};
    const auto name = declaration(spec_.assertion_prefix);
    return element(
        own("Issuer"),
        {{name, declare ? std::string(names::kSaml) : ""}, {"Format", spec_.issuer_format}},
        xml::escape(value, false));
  }

  std::string status() const {
    if (spec_.status.empty()) return {};
    const auto second =
        spec_.status_second.empty()
            ? std::string()
            : element(protocol("StatusCode"), {{"Value", urn("status", spec_.status_second)}}, "");
    const auto message =
        spec_.status_message.empty()
            ? std::string()
            : element(protocol("StatusMessage"), {}, xml::escape(spec_.status_message, false));
    return element(
        protocol("Status"), {},
        element(protocol("StatusCode"), {{"Value", urn("status", spec_.status)}}, second) +
            message);
  }

  std::string assertion() const {
    const auto authn = authn_statement();
    const auto attributes = attribute_statement();
    const auto name = declaration(spec_.assertion_prefix);
    return element(own("Assertion"),
                   {{name, std::string(names::kSaml)},
                    {"ID", spec_.assertion_id},
                    {"Version", spec_.assertion_version},
                    {"IssueInstant", instant(spec_.issue_instant)}},
                   issuer(spec_.issuer, false) + subject() + conditions() +
                       (spec_.attributes_first ? attributes + authn : authn + attributes));
  }

  std::string subject() const {
    if (!spec_.has_subject) return {};
    std::string id;
    if (spec_.name_id) {
      id = element(own("NameID"),
                   {{"Format", spec_.name_id_format},
                    {"NameQualifier", spec_.name_qualifier},
                    {"SPNameQualifier", spec_.sp_name_qualifier}},
                   xml::escape(*spec_.name_id, false));
    }
    if (spec_.confirmation_method.empty()) return element(own("Subject"), {}, id);
    const auto data = element(own("SubjectConfirmationData"),
                              {{"NotBefore", instant(spec_.confirmation_not_before)},
                               {"NotOnOrAfter", instant(spec_.confirmation_not_on_or_after)},
                               {"Recipient", spec_.recipient},
                               {"InResponseTo", spec_.confirmation_in_response_to}},
                              "");
    return element(own("Subject"), {},
                   id + element(own("SubjectConfirmation"),
                                {{"Method", urn("cm", spec_.confirmation_method)}}, data));
  }

  std::string conditions() const {
    std::string audiences;
    for (const auto& audience : spec_.audiences) {
      audiences += element(own("Audience"), {}, xml::escape(audience, false));
    }
    const auto restriction =
        audiences.empty() ? audiences : element(own("AudienceRestriction"), {}, audiences);
    return element(own("Conditions"),
                   {{"NotBefore", instant(spec_.not_before)},
                    {"NotOnOrAfter", instant(spec_.not_on_or_after)}},
                   restriction + spec_.extra_conditions);
  }

  std::string authn_statement() const {
    if (!spec_.has_authn_statement) return {};
    const auto reference =
        element(own("AuthnContextClassRef"), {}, urn("ac:classes", spec_.authn_context));
    return element(own("AuthnStatement"),
                   {{"AuthnInstant", instant(spec_.authn_instant)},
                    {"SessionIndex", spec_.session_index},
                    {"SessionNotOnOrAfter", instant(spec_.session_not_on_or_after)}},
                   element(own("AuthnContext"), {}, reference));
  }

  std::string attribute_statement() const {
    std::string all;
    for (const auto& attribute : spec_.attributes) {
      std::string values;
      for (const auto& value : attribute.values) {
        const bool typed = spec_.typed_values;
        values += element(own("AttributeValue"),
                          {{"xmlns:xs", typed ? std::string(names::kXs) : ""},
                           {"xmlns:xsi", typed ? std::string(names::kXsi) : ""},
                           {"xsi:type", typed ? "xs:string" : ""}},
                          xml::escape(value, false));
      }
      all += element(own("Attribute"),
                     {{"Name", attribute.name},
                      {"NameFormat", attribute.name_format},
                      {"FriendlyName", attribute.friendly_name}},
                     values);
    }
    return all.empty() ? all : element(own("AttributeStatement"), {}, all);
  }

  const ResponseSpec& spec_;
};

std::string sign(const std::string& xml, const std::string& id, const ResponseSpec& spec) {
  std::vector<certs::Certificate> certificates;
  if (spec.key && spec.key_info) certificates.push_back(spec.key->certificate);
  if (spec.key) {
    auto done = xml::sign_enveloped(xml, id, spec.key->key, certificates, spec.options);
    if (done) return std::move(*done);
    std::fprintf(stderr, "cannot sign %s: %s\n", id.c_str(),
                 std::string(xml::xml_error_info(done.error()).name).c_str());
  }
  std::abort();
}

}  // namespace

std::string build_response(const ResponseSpec& spec) {
  auto xml = Message(spec).response();
  if (spec.edit) spec.edit(xml);
  const bool both = spec.signing == Signing::both;
  if (both || spec.signing == Signing::assertion) xml = sign(xml, spec.assertion_id, spec);
  if (both || spec.signing == Signing::response) xml = sign(xml, spec.response_id, spec);
  return xml;
}

}  // namespace doorward::demo
