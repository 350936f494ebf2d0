#include <algorithm>
#include <string>

#include "base/url.h"
#include "metadata/idp_metadata.h"
#include "tests/fuzz/target.h"
#include "tests/sp/fixture.h"

// Metadata that is accepted is enough for a connection, and with a key only what it signed is.
namespace doorward::tests::fuzz {
namespace {

template <class T>
bool distinct(const std::vector<T>& values) {
  for (auto at = values.begin(); at != values.end(); ++at) {
    if (std::find(values.begin(), at, *at) != at) return false;
  }
  return true;
}

std::string broken_promise(const metadata::IdpMetadata& idp, base::Instant now) {
  if (idp.entity_id.empty()) return "no entity id";
  if (!idp.sso_location(metadata::kRedirectBinding) && !idp.sso_location(metadata::kPostBinding)) {
    return "no endpoint that we can use";
  }
  for (const auto& endpoint : idp.sso) {
    const auto url = base::parse_url(endpoint.location);
    if (!url) return "an endpoint that is no URL: " + endpoint.location;
    if (url->scheme != "https" && !url->is_loopback()) return "an endpoint without TLS";
  }
  if (idp.signing_certificates.empty()) return "no certificate";
  if (!distinct(idp.sso) || !distinct(idp.signing_certificates)) return "a thing twice";
  if (idp.valid_until && *idp.valid_until <= now) return "it is over";
  return {};
}

std::string idp_metadata(std::string_view input) {
  static const base::Instant kInstant = at(kNow);
  static const certs::TrustedKeys kKeys({signing_key("idp").certificate});
  const auto idp =
      metadata::parse_idp_metadata(input, {.entity_id = "", .now = kInstant, .signed_by = nullptr});
  const auto proven =
      metadata::parse_idp_metadata(input, {.entity_id = "", .now = kInstant, .signed_by = &kKeys});
  if (proven) {
    if (!proven->signed_and_verified) return "a key was given, and no signature verified";
    if (const auto broken = broken_promise(*proven, kInstant); !broken.empty()) return broken;
    if (proven->entity_id != "https://idp.example.com/signed") return "what was never signed";
  }
  if (!idp) return {};
  if (idp->signed_and_verified) return "signed, and no key was given";
  if (const auto broken = broken_promise(*idp, kInstant); !broken.empty()) return broken;
  const auto named = metadata::parse_idp_metadata(
      input, {.entity_id = idp->entity_id, .now = kInstant, .signed_by = nullptr});
  if (!named || named->entity_id != idp->entity_id || named->sso != idp->sso) {
    return "by its name it is another";
  }
  return {};
}

}  // namespace

DOORWARD_FUZZ_TARGET(idp_metadata)

}  // namespace doorward::tests::fuzz
