#include "demo/idp_metadata.h"

#include "base/instant.h"
#include "xml/writer.h"

namespace doorward::demo {

namespace {

constexpr std::string_view kMetadata = "urn:oasis:names:tc:SAML:2.0:metadata";
constexpr std::string_view kProtocol = "urn:oasis:names:tc:SAML:2.0:protocol";
constexpr std::string_view kSignature = "http://www.w3.org/2000/09/xmldsig#";
constexpr std::string_view kRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
constexpr std::string_view kPost = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
constexpr std::string_view kSoap = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP";
constexpr std::string_view kEmail = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
constexpr std::string_view kUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

struct Facts {
  std::string issuer;
  std::string sso_url;
  std::string certificate;
  std::string not_after;
};

void key(xml::Writer& writer, const std::string& prefix, const Facts& facts) {
  writer.start(prefix + "KeyDescriptor", {{"use", "signing"}})
      .start("ds:KeyInfo", {{"xmlns:ds", kSignature}})
      .start("ds:X509Data")
      .leaf("ds:X509Certificate", facts.certificate)
      .end()
      .end()
      .end();
}

void service(xml::Writer& writer, const std::string& name, std::string_view binding,
             std::string_view location) {
  writer.start(name, {{"Binding", binding}, {"Location", location}}).end();
}

std::string okta(const Facts& facts) {
  xml::Writer writer;
  writer.start("md:EntityDescriptor", {{"entityID", facts.issuer}, {"xmlns:md", kMetadata}})
      .start("md:IDPSSODescriptor",
             {{"WantAuthnRequestsSigned", "false"}, {"protocolSupportEnumeration", kProtocol}});
  key(writer, "md:", facts);
  writer.leaf("md:NameIDFormat", kUnspecified).leaf("md:NameIDFormat", kEmail);
  service(writer, "md:SingleSignOnService", kPost, facts.sso_url);
  service(writer, "md:SingleSignOnService", kRedirect, facts.sso_url);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + writer.str();
}

void entra_role(xml::Writer& writer, std::string_view type, const Facts& facts) {
  writer.start(
      "RoleDescriptor",
      {{"xsi:type", type},
       {"protocolSupportEnumeration", "http://docs.oasis-open.org/wsfed/federation/200706"},
       {"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"},
       {"xmlns:fed", "http://docs.oasis-open.org/wsfed/federation/200706"}});
  key(writer, "", facts);
  writer.end();
}

std::string entra(const Facts& facts) {
  xml::Writer writer;
  writer.start("EntityDescriptor", {{"ID", "_0f6cbd61-2f52-4a63-8a34-1f0d2f6d6a11"},
                                    {"entityID", facts.issuer},
                                    {"xmlns", kMetadata}});
  entra_role(writer, "fed:SecurityTokenServiceType", facts);
  entra_role(writer, "fed:ApplicationServiceType", facts);
  writer.start("IDPSSODescriptor", {{"protocolSupportEnumeration", kProtocol}});
  key(writer, "", facts);
  service(writer, "SingleLogoutService", kRedirect, facts.sso_url);
  service(writer, "SingleSignOnService", kRedirect, facts.sso_url);
  service(writer, "SingleSignOnService", kPost, facts.sso_url);
  return "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>" + writer.str();
}

std::string google(const Facts& facts) {
  xml::Writer writer;
  writer
      .start("md:EntityDescriptor",
             {{"xmlns:md", kMetadata}, {"entityID", facts.issuer}, {"validUntil", facts.not_after}})
      .start("md:IDPSSODescriptor",
             {{"WantAuthnRequestsSigned", "false"}, {"protocolSupportEnumeration", kProtocol}});
  key(writer, "md:", facts);
  writer.leaf("md:NameIDFormat", kEmail);
  service(writer, "md:SingleSignOnService", kRedirect, facts.sso_url);
  service(writer, "md:SingleSignOnService", kPost, facts.sso_url);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n" + writer.str();
}

std::string onelogin(const Facts& facts) {
  xml::Writer writer;
  writer.start("EntityDescriptor", {{"xmlns", kMetadata}, {"entityID", facts.issuer}})
      .start("IDPSSODescriptor", {{"protocolSupportEnumeration", kProtocol}});
  key(writer, "", facts);
  writer.leaf("NameIDFormat", kEmail);
  service(writer, "SingleSignOnService", kPost, facts.sso_url);
  service(writer, "SingleSignOnService", kPost, facts.sso_url);
  service(writer, "SingleSignOnService", kSoap, facts.sso_url + "/soap");
  writer.end()
      .start("ContactPerson", {{"contactType", "technical"}})
      .leaf("SurName", "Support")
      .leaf("EmailAddress", "support@umbrella.example")
      .end();
  return "<?xml version=\"1.0\"?>\n" + writer.str();
}

}  // namespace

std::string idp_metadata(const Company& company, std::string_view issuer,
                         std::string_view public_url, const certs::Certificate& certificate) {
  const Facts facts = {.issuer = std::string(issuer),
                       .sso_url = std::string(public_url) + std::string(company.sso_target),
                       .certificate = certificate.base64(),
                       .not_after = base::format_instant(certificate.not_after())};
  if (company.vendor == "okta") return okta(facts);
  if (company.vendor == "entra") return entra(facts);
  if (company.vendor == "google") return google(facts);
  return onelogin(facts);
}

}  // namespace doorward::demo
