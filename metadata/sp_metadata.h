#pragma once

#include <string>
#include <vector>

#include "certs/certificate.h"

namespace doorward::metadata {

// What an IdP needs to know of us, for one connection.
struct SpDescription {
  std::string entity_id;
  std::string acs_url;  // takes HTTP-POST
  // All that we sign with, now and next; none if requests are never signed.
  std::vector<certs::Certificate> signing_certificates;
  bool authn_requests_signed = false;
  std::vector<std::string> name_id_formats;  // in order of preference; may be empty
};

// Our EntityDescriptor as application/samlmetadata+xml, with XML declaration, unsigned
// [Meta 2.4.4]. Assertions are wanted signed. Its parts stand in the schema's order.
// Pure and thread-safe.
[[nodiscard]] std::string write_sp_metadata(const SpDescription& description);

}  // namespace doorward::metadata
