#pragma once

#include <string>
#include <vector>

#include "app/desk.h"
#include "base/json.h"
#include "certs/private_key.h"
#include "sp/connection.h"

// What the connection commands share: views of a connection, IdP metadata, keys of ours.
namespace doorward::app {

[[nodiscard]] std::string metadata_url(const Config& config, const base::ConnectionId& id);

// {"id","acs_url","entity_id","metadata_url","idp_entity_id","certificates":[…]}
[[nodiscard]] base::Json short_json(const Config& config, const sp::ConnectionSettings& settings);
// … and every setting.
[[nodiscard]] base::Json full_json(const Config& config, const sp::ConnectionSettings& settings,
                                   const std::string& org_slug);
[[nodiscard]] std::string line_of(const sp::ConnectionSettings& settings,
                                  const std::string& org_slug);
[[nodiscard]] std::string text_of(const Config& config, const sp::ConnectionSettings& settings,
                                  const std::string& org_slug);

// Where an IdP's metadata comes from.
struct MetadataSource {
  std::string from;         // a file, a URL, or "-"
  std::string entity_id;    // which one of an aggregate
  std::string certificate;  // file: its key must have signed it
};
// What a connection takes from it.
struct IdpSettings {
  std::string entity_id;
  std::string redirect_url;  // empty: the IdP has none
  std::string post_url;
  bool wants_signed_requests = false;
  std::vector<certs::Certificate> certificates;
  std::vector<std::string> warnings;
};
[[nodiscard]] Fallible<IdpSettings> read_idp(Desk& desk, const MetadataSource& source);

// A new key of ours for a connection, sealed: RSA of 2048 bits, self-signed for 10 years.
[[nodiscard]] store::KeyRecord make_signing_key(Desk& desk, const base::OrgId& org,
                                                const base::ConnectionId& connection);
// The same of a key that is at hand.
[[nodiscard]] store::KeyRecord seal_key(Desk& desk, const base::OrgId& org,
                                        const base::ConnectionId& connection,
                                        const certs::PrivateKey& key,
                                        const std::optional<certs::Certificate>& certificate);

}  // namespace doorward::app
