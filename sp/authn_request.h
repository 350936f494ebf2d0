#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/doors.h"
#include "base/instant.h"
#include "certs/certificate.h"
#include "certs/private_key.h"
#include "sp/connection.h"
#include "sp/preset.h"
#include "xml/error.h"

namespace doorward::sp {

// "_" and 160 random bits in hex: an xs:ID that nobody can guess [Core 1.3.4].
[[nodiscard]] std::string make_request_id(base::Rng& rng);

struct RequestOptions {
  bool force_authn = false;  // the IdP must ask for credentials again [Core 3.4.1]
  bool is_passive = false;   // … must not talk to the person
};

// An AuthnRequest as XML, unsigned [Core 3.4.1], its children in the schema's order. It asks for a
// Response by HTTP-POST at the connection's ACS, and for the preset's NameID format if it names
// one (AllowCreate, so that a person can be new at the IdP). Pure and thread-safe.
[[nodiscard]] std::string write_authn_request(const ConnectionSettings& connection,
                                              const Preset& preset, std::string_view id,
                                              base::Instant now,
                                              const RequestOptions& options = {});

// RelayState may have so many bytes [Bind 3.4.3]; a longer one is not sent, and so that sign-in
// ends at the ACS instead of returning somewhere else.
inline constexpr std::size_t kMaxRelayState = 80;

// The IdP's URL with the request in its query, by the HTTP-Redirect binding with DEFLATE
// [Bind 3.4.4.1]. A query that the SSO URL already has comes first. With a key the query is signed
// by the key's default algorithm: exactly the octets "SAMLRequest=…&RelayState=…&SigAlg=…".
// Pure and thread-safe.
[[nodiscard]] std::string redirect_url(const ConnectionSettings& connection,
                                       std::string_view request_xml, std::string_view relay_state,
                                       const certs::PrivateKey* key = nullptr);

// What a page posts to the IdP: fields "SAMLRequest" and, unless empty, "RelayState".
struct PostForm {
  std::string action;
  std::string saml_request;  // base64, not deflated [Bind 3.5.4]
  std::string relay_state;
};

// The request by the HTTP-POST binding [Bind 3.5.4]. With a key, an enveloped signature with
// `certificate` (unless null) in its KeyInfo. `id` is the request's ID.
// Errors: those of xml::sign_enveloped. Pure and thread-safe.
[[nodiscard]] std::expected<PostForm, xml::XmlError> post_form(
    const ConnectionSettings& connection, std::string_view request_xml, std::string_view id,
    std::string_view relay_state, const certs::PrivateKey* key = nullptr,
    const certs::Certificate* certificate = nullptr);

}  // namespace doorward::sp
