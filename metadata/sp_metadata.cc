#include "metadata/sp_metadata.h"

#include "metadata/idp_metadata.h"
#include "xml/names.h"
#include "xml/writer.h"

namespace doorward::metadata {

std::string write_sp_metadata(const SpDescription& description) {
  xml::Writer writer;
  writer.start("md:EntityDescriptor", {{"xmlns:md", xml::names::kMd},
                                       {"xmlns:ds", xml::names::kDs},
                                       {"entityID", description.entity_id}});
  writer.start("md:SPSSODescriptor",
               {{"AuthnRequestsSigned", description.authn_requests_signed ? "true" : "false"},
                {"WantAssertionsSigned", "true"},
                {"protocolSupportEnumeration", xml::names::kSamlp}});
  for (const certs::Certificate& certificate : description.signing_certificates) {
    writer.start("md:KeyDescriptor", {{"use", "signing"}});
    writer.start("ds:KeyInfo").start("ds:X509Data");
    writer.leaf("ds:X509Certificate", certificate.base64());
    writer.end().end().end();
  }
  for (const std::string& format : description.name_id_formats) {
    writer.leaf("md:NameIDFormat", format);
  }
  writer.start("md:AssertionConsumerService", {{"Binding", kPostBinding},
                                               {"Location", description.acs_url},
                                               {"index", "0"},
                                               {"isDefault", "true"}});
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + writer.str() + "\n";
}

}  // namespace doorward::metadata
