#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "certs/certificate.h"
#include "certs/trusted_keys.h"

namespace doorward::sp {

enum class Binding { redirect, post };  // [Bind 3.4], [Bind 3.5]

// What to do with a Response that nobody asked for. Only `refuse` signs nobody in.
enum class Unsolicited { refuse, convert, allow };

// How an organisation's IdP and we talk. Plain values, as the administrator set them and as the
// store keeps them.
struct ConnectionSettings {
  base::ConnectionId id;
  base::OrgId org;
  std::string preset = "generic";  // name of a file in presets/
  bool enabled = true;

  std::string idp_entity_id;  // opaque, compared byte for byte
  std::string idp_sso_url;
  Binding idp_sso_binding = Binding::redirect;
  std::vector<certs::Certificate> idp_certificates;  // trusted for signatures, all of them

  std::string sp_entity_id;  // our metadata URL unless set
  std::string acs_url;
  std::vector<std::string> extra_audiences;

  bool sign_requests = false;
  base::Duration clock_skew = std::chrono::seconds(60);  // at most 180 s
  std::optional<base::Instant> sha1_until;               // a time-boxed exception
  Unsolicited unsolicited = Unsolicited::refuse;
  std::vector<std::string> allowed_domains;  // of e-mail addresses; empty: any

  base::Instant created_at;
};

// A connection ready for use: settings with their keys parsed once. Immutable, shared by threads.
struct Connection {
  ConnectionSettings settings;
  certs::TrustedKeys keys;
};

}  // namespace doorward::sp
