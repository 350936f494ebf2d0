#include "app/connection_view.h"

#include "app/input.h"
#include "metadata/idp_metadata.h"

namespace doorward::app {
namespace {

constexpr std::size_t kMostMetadata = std::size_t{16} << 20U;
constexpr base::Duration kKeyLife = std::chrono::days(3650);

std::string_view name_of(sp::Binding binding) {
  switch (binding) {
    case sp::Binding::redirect:
      return "redirect";
    case sp::Binding::post:
      return "post";
  }
  return "redirect";
}

std::string_view name_of(sp::Unsolicited unsolicited) {
  switch (unsolicited) {
    case sp::Unsolicited::refuse:
      return "refuse";
    case sp::Unsolicited::convert:
      return "convert";
    case sp::Unsolicited::allow:
      return "allow";
  }
  return "refuse";
}

Fallible<std::string> fetch(Desk& desk, const MetadataSource& source) {
  if (!is_url(source.from)) return read_input(source.from, desk.process.in);
  auto fetched = desk.process.make_fetcher(desk.config)->get(source.from, kMostMetadata);
  if (!fetched) return fail(source.from + ": " + fetched.error().detail);
  return std::move(*fetched);
}

}  // namespace

std::string metadata_url(const Config& config, const base::ConnectionId& id) {
  return config.public_url.origin() + "/saml/" + id.str() + "/metadata";
}

base::Json short_json(const Config& config, const sp::ConnectionSettings& settings) {
  base::Json certificates = base::Json::array();
  for (const auto& certificate : settings.idp_certificates) {
    certificates.push_back({{"sha256", certificate.sha256()},
                            {"not_after", base::format_instant(certificate.not_after())}});
  }
  return {{"id", settings.id.str()},
          {"acs_url", settings.acs_url},
          {"entity_id", settings.sp_entity_id},
          {"metadata_url", metadata_url(config, settings.id)},
          {"idp_entity_id", settings.idp_entity_id},
          {"certificates", std::move(certificates)}};
}

base::Json full_json(const Config& config, const sp::ConnectionSettings& settings,
                     const std::string& org_slug) {
  base::Json json = short_json(config, settings);
  json["org"] = org_slug;
  json["preset"] = settings.preset;
  json["enabled"] = settings.enabled;
  json["idp_sso_url"] = settings.idp_sso_url;
  json["binding"] = name_of(settings.idp_sso_binding);
  json["audiences"] = settings.extra_audiences;
  json["sign_requests"] = settings.sign_requests;
  json["clock_skew"] = base::format_duration(settings.clock_skew);
  json["allow_sha1_until"] = nullptr;
  if (settings.sha1_until) json["allow_sha1_until"] = base::format_instant(*settings.sha1_until);
  json["unsolicited"] = name_of(settings.unsolicited);
  json["allowed_domains"] = settings.allowed_domains;
  json["created_at"] = base::format_instant(settings.created_at);
  return json;
}

std::string line_of(const sp::ConnectionSettings& settings, const std::string& org_slug) {
  return settings.id.str() + "  " + org_slug + "  " + settings.preset + "  " +
         settings.idp_entity_id + (settings.enabled ? "\n" : "  DISABLED\n");
}

std::string text_of(const Config& config, const sp::ConnectionSettings& settings,
                    const std::string& org_slug) {
  std::string text = line_of(settings, org_slug);
  const auto row = [&text](std::string_view name, const std::string& value) {
    text += "  " + std::string(name) + std::string(18 - name.size(), ' ') + value + "\n";
  };
  row("ACS URL", settings.acs_url);
  row("our entity id", settings.sp_entity_id);
  row("our metadata", metadata_url(config, settings.id));
  row("IdP sign-on URL",
      settings.idp_sso_url + " (" + std::string(name_of(settings.idp_sso_binding)) + ")");
  for (const auto& certificate : settings.idp_certificates) {
    row("IdP certificate",
        certificate.sha256() + ", until " + base::format_instant(certificate.not_after()));
  }
  for (const auto& audience : settings.extra_audiences) row("audience too", audience);
  for (const auto& domain : settings.allowed_domains) row("only domain", domain);
  row("signs requests", settings.sign_requests ? "yes" : "no");
  row("clock skew", base::format_duration(settings.clock_skew));
  row("unsolicited", std::string(name_of(settings.unsolicited)));
  if (settings.sha1_until) row("SHA-1 until", base::format_instant(*settings.sha1_until));
  return text;
}

Fallible<IdpSettings> read_idp(Desk& desk, const MetadataSource& source) {
  const auto bytes = fetch(desk, source);
  if (!bytes) return std::unexpected(bytes.error());
  metadata::ReadOptions options;
  options.entity_id = source.entity_id;
  options.now = desk.now;
  certs::TrustedKeys signers;
  if (!source.certificate.empty()) {
    const auto certificates = read_certificates({source.certificate});
    if (!certificates) return std::unexpected(certificates.error());
    signers = certs::TrustedKeys(*certificates);
    options.signed_by = &signers;
  }
  const auto read = metadata::parse_idp_metadata(*bytes, options);
  if (!read) {
    const auto& info = metadata::metadata_error_info(read.error());
    return fail(std::string(info.name) + ": " + std::string(info.meaning) + " " +
                std::string(info.fix));
  }
  IdpSettings idp;
  idp.entity_id = read->entity_id;
  idp.redirect_url = read->sso_location(metadata::kRedirectBinding).value_or("");
  idp.post_url = read->sso_location(metadata::kPostBinding).value_or("");
  idp.wants_signed_requests = read->want_authn_requests_signed;
  idp.certificates = read->signing_certificates;
  idp.warnings = read->warnings;
  return idp;
}

store::KeyRecord seal_key(Desk& desk, const base::OrgId& org, const base::ConnectionId& connection,
                          const certs::PrivateKey& key,
                          const std::optional<certs::Certificate>& certificate) {
  store::KeyRecord record;
  record.id = base::make_ulid(desk.now, desk.process.rng);
  record.org = org;
  record.connection = connection;
  record.use = store::KeyUse::signing;
  record.created_at = desk.now;
  const auto shown = certificate ? *certificate
                                 : certs::make_self_signed(key, connection.str(), desk.now,
                                                           desk.now + kKeyLife, desk.process.rng);
  record.certificate = shown.pem();
  record.sealed_pem =
      certs::seal(desk.data_key, store::key_aad(record), key.pem(), desk.process.rng);
  return record;
}

store::KeyRecord make_signing_key(Desk& desk, const base::OrgId& org,
                                  const base::ConnectionId& connection) {
  return seal_key(desk, org, connection, certs::PrivateKey::generate_rsa(), std::nullopt);
}

}  // namespace doorward::app
