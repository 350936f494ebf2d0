#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/command.h"
#include "app/connection_view.h"
#include "app/input.h"
#include "app/presets.h"
#include "base/text.h"
#include "http/routes.h"

namespace doorward::app {
namespace {

constexpr int kMostDefaultIds = 100;

struct CreateOptions {
  std::string org;
  std::string preset;
  std::string id;
  MetadataSource metadata;
  std::string idp_entity_id;
  std::string idp_sso_url;
  std::vector<std::string> idp_certificates;
  std::string sp_entity_id;
  std::string acs_url;
};

bool is_safe_url(const std::string& text) {
  const auto url = base::parse_url(text);
  return url && (url->scheme == "https" || url->is_loopback());
}

Fallible<IdpSettings> idp_by_hand(const CreateOptions& options) {
  if (options.idp_entity_id.empty() || options.idp_sso_url.empty() ||
      options.idp_certificates.empty()) {
    return fail(
        "Say what the IdP is: --metadata FILE|URL|-, or all three of --idp-entity-id, "
        "--idp-sso-url and --idp-certificate.",
        2);
  }
  if (!is_safe_url(options.idp_sso_url)) {
    return fail("`--idp-sso-url` is an https:// URL (http:// only on loopback).");
  }
  auto certificates = read_certificates(options.idp_certificates);
  if (!certificates) return std::unexpected(certificates.error());
  IdpSettings idp;
  idp.entity_id = options.idp_entity_id;
  idp.redirect_url = options.idp_sso_url;
  idp.certificates = std::move(*certificates);
  return idp;
}

Fallible<IdpSettings> idp_of(Desk& desk, const CreateOptions& options) {
  if (options.metadata.from.empty()) return idp_by_hand(options);
  if (!options.idp_entity_id.empty() || !options.idp_sso_url.empty() ||
      !options.idp_certificates.empty()) {
    return fail("Either --metadata or --idp-entity-id, --idp-sso-url and --idp-certificate.", 2);
  }
  return read_idp(desk, options.metadata);
}

sp::ConnectionSettings settings_of(const Desk& desk, const CreateOptions& options,
                                   const base::OrgId& org, const IdpSettings& idp,
                                   const std::string& id) {
  sp::ConnectionSettings settings;
  settings.id = base::ConnectionId(id);
  settings.org = org;
  settings.preset = options.preset;
  settings.idp_entity_id = idp.entity_id;
  settings.idp_sso_url = idp.redirect_url.empty() ? idp.post_url : idp.redirect_url;
  settings.idp_sso_binding = idp.redirect_url.empty() ? sp::Binding::post : sp::Binding::redirect;
  settings.idp_certificates = idp.certificates;
  settings.sp_entity_id =
      options.sp_entity_id.empty() ? metadata_url(desk.config, settings.id) : options.sp_entity_id;
  settings.acs_url = options.acs_url.empty()
                         ? desk.config.public_url.origin() + "/saml/" + id + "/acs"
                         : options.acs_url;
  settings.sign_requests = idp.wants_signed_requests;
  settings.created_at = desk.now;
  return settings;
}

// Our server hands POSTs at a connection's ACS path to the connection before all else.
Fallible<void> check_acs_url(const Desk& desk, const sp::ConnectionSettings& settings) {
  const auto url = base::parse_url(settings.acs_url);
  if (!url) return fail("`" + settings.acs_url + "` is no URL.");
  const auto& own = desk.config.public_url;
  if (url->origin() != own.origin()) return {};
  if (settings.acs_url != own.origin() + url->path()) {
    return fail("`--acs-url` below our own URL is written as " + own.origin() + url->path() +
                ": only so would it ever be answered.");
  }
  const std::string usual = "/saml/" + settings.id.str() + "/acs";
  if (url->target == usual || !http::is_own_path(url->target)) return {};
  return fail("`--acs-url` names " + url->target +
              ", which doorward answers itself: the connection would take those requests away from "
              "everybody. Take a path that is not ours, or leave it out for " +
              own.origin() + usual + ".");
}

std::string default_id(const CreateOptions& options, int attempt) {
  const std::string tail =
      "-" + options.preset + (attempt == 1 ? "" : "-" + std::to_string(attempt));
  return options.org.substr(0, 63 - tail.size()) + tail;
}

// Writes the connection, its key and, if it is the organisation's first, the bindings of its
// domains. `conflict` tells a refusal that another id may heal.
Fallible<void> store_connection(Desk& desk, const std::string& org_slug,
                                const sp::ConnectionSettings& settings,
                                const certs::PrivateKey& key,
                                std::optional<store::Conflict>& conflict,
                                std::vector<std::string>& bound) {
  const auto record = seal_key(desk, settings.org, settings.id, key, std::nullopt);
  return desk.write(settings.org, [&](store::Tx& tx) -> std::optional<std::string> {
    conflict.reset();
    bound.clear();
    const bool first = tx.list_connections().empty();
    // To put a connection that is there would change it.
    if (tx.find_connection(settings.id)) {
      conflict = store::Conflict::id_taken;
    } else if (const auto put = tx.put_connection(settings); !put) {
      conflict = put.error();
    }
    if (conflict) return settings.id.str() + ": " + std::string(store::text_of(*conflict));
    tx.put_key(record);
    for (auto& domain : tx.list_domains()) {
      if (!first || domain.state != jit::DomainState::verified) continue;
      domain.connections.push_back(settings.id);
      const auto kept = tx.put_domain(domain);
      if (!kept) return domain.name + ": " + std::string(store::text_of(kept.error()));
      bound.push_back(domain.name);
    }
    auto event = desk.event(settings.org, "connection.created", settings.id.str());
    event.connection = settings.id.str();
    event.after = full_json(desk.config, settings, org_slug);
    event.after["bound_domains"] = bound;
    tx.append_audit(event);
    return std::nullopt;
  });
}

std::string next_steps(const Desk& desk, const sp::ConnectionSettings& settings,
                       const std::string& org_slug, const sp::Preset& preset,
                       const std::vector<std::string>& bound) {
  std::string text = "Made the connection " + settings.id.str() + ".\n\nIn " + preset.title + ":\n";
  const auto& setup = preset.setup;
  const auto step = [&text](const std::string& what) {
    if (!what.empty()) text += "  " + what + "\n";
  };
  step(setup.console);
  text += "  " + setup.acs_url + "\n      " + settings.acs_url + "\n";
  text += "  " + setup.entity_id + "\n      " + settings.sp_entity_id + "\n";
  step(setup.name_id);
  step(setup.attributes);
  step(setup.assignment);
  if (bound.empty()) {
    text +=
        "\nNo domain is bound to it, so that no e-mail address is trusted yet:\n"
        "  doorward domain add DOMAIN --org " +
        org_slug +
        "\n"
        "  doorward domain verify DOMAIN --trust\n"
        "  doorward domain bind DOMAIN --connection " +
        settings.id.str() + "\n";
  } else {
    text += "\nIt may assert addresses of " + base::join(bound, ", ") + ".\n";
  }
  return text + "\nThen sign in at " + desk.config.public_url.origin() +
         "/login?connection=" + settings.id.str() + "\n";
}

Fallible<void> check_options(const CreateOptions& options) {
  if (!options.id.empty() && !base::is_slug(options.id)) {
    return fail("`" + options.id + "` is no connection id: 1 to 63 of a-z, 0-9 and \"-\".", 2);
  }
  if (!options.acs_url.empty() && !is_safe_url(options.acs_url)) {
    return fail("`--acs-url` is an https:// URL (http:// only on loopback).");
  }
  return {};
}

Result create(Desk& desk, const CreateOptions& options) {
  const auto presets = builtin_presets();
  if (!presets) return fail(presets.error());
  const auto preset = presets->find(options.preset);
  if (preset == presets->end()) {
    std::vector<std::string> names;
    for (const auto& [name, known] : *presets) names.push_back(name);
    return fail(
        "There is no preset `" + options.preset + "`; take one of " + base::join(names, ", ") + ".",
        2);
  }
  const auto checked = check_options(options);
  if (!checked) return std::unexpected(checked.error());
  const auto organization = desk.organization(options.org);
  if (!organization) return std::unexpected(organization.error());
  const auto idp = idp_of(desk, options);
  if (!idp) return std::unexpected(idp.error());

  const auto key = certs::PrivateKey::generate_rsa();
  std::vector<std::string> bound;
  for (int attempt = 1;; ++attempt) {
    const auto id = options.id.empty() ? default_id(options, attempt) : options.id;
    const auto settings = settings_of(desk, options, organization->id, *idp, id);
    const auto acs = check_acs_url(desk, settings);
    if (!acs) return std::unexpected(acs.error());
    std::optional<store::Conflict> conflict;
    const auto done = store_connection(desk, options.org, settings, key, conflict, bound);
    const bool another_may_do =
        options.id.empty() && conflict == store::Conflict::id_taken && attempt < kMostDefaultIds;
    if (!done && another_may_do) continue;
    if (!done) return std::unexpected(done.error());
    return Answer{.json = short_json(desk.config, settings),
                  .text = next_steps(desk, settings, options.org, preset->second, bound),
                  .warnings = idp->warnings};
  }
}

std::string slug_of(const store::Configuration& loaded, const base::OrgId& org) {
  for (const auto& organization : loaded.organizations) {
    if (organization.id == org) return organization.slug;
  }
  return {};
}

Result list(Desk& desk, const std::string& org) {
  const auto loaded = desk.configuration();
  if (!loaded) return std::unexpected(loaded.error());
  if (!org.empty()) {
    const auto organization = desk.organization(org);
    if (!organization) return std::unexpected(organization.error());
  }
  Answer answer{.json = base::Json::array(), .text = ""};
  for (const auto& connection : loaded->connections) {
    const auto slug = slug_of(*loaded, connection.org);
    if (!org.empty() && slug != org) continue;
    answer.json.push_back(full_json(desk.config, connection, slug));
    answer.text += line_of(connection, slug);
  }
  if (answer.text.empty()) answer.text = "No connections.";
  return answer;
}

Result show(Desk& desk, const std::string& id) {
  const auto connection = desk.connection(id);
  if (!connection) return std::unexpected(connection.error());
  const auto loaded = desk.configuration();
  if (!loaded) return std::unexpected(loaded.error());
  const auto slug = slug_of(*loaded, connection->org);
  Answer answer{.json = full_json(desk.config, *connection, slug),
                .text = text_of(desk.config, *connection, slug)};
  answer.json["domains"] = base::Json::array();
  for (const auto& domain : loaded->domains) {
    if (std::ranges::find(domain.connections, connection->id) == domain.connections.end()) continue;
    answer.json["domains"].push_back(domain.name);
    answer.text += "  asserts           " + domain.name + "\n";
  }
  return answer;
}

void add_create(CLI::App& group, Invocation& invocation) {
  auto& command = add_command(
      group, "create", "Connects an organisation's identity provider.",
      "doorward connection create --org acme --preset okta --metadata idp-metadata.xml");
  auto options = std::make_shared<CreateOptions>();
  command.add_option("--org", options->org, "Slug of the organisation")->required();
  command.add_option("--preset", options->preset, "okta, entra, google, onelogin or generic")
      ->required();
  command.add_option("--metadata", options->metadata.from, "The IdP's metadata: FILE, URL or -");
  command.add_option("--entity-id", options->metadata.entity_id,
                     "Which identity provider of an aggregate");
  command.add_option("--metadata-certificate", options->metadata.certificate,
                     "File with the certificate whose key must have signed the metadata");
  command.add_option("--id", options->id, "Id of the connection (ORG-PRESET)");
  command.add_option("--idp-entity-id", options->idp_entity_id, "By hand: the IdP's entity id");
  command.add_option("--idp-sso-url", options->idp_sso_url, "By hand: the IdP's sign-on URL");
  command
      .add_option("--idp-certificate", options->idp_certificates,
                  "By hand: file with a certificate the IdP signs with; repeatable")
      ->allow_extra_args(false);
  command.add_option("--sp-entity-id", options->sp_entity_id,
                     "Taking over: the entity id that the IdP knows already");
  command.add_option("--acs-url", options->acs_url,
                     "Taking over: the ACS URL that the IdP knows already");
  on_desk(command, invocation, [options](Desk& desk) { return create(desk, *options); });
}

void add_unbuilt(CLI::App& group, Invocation& invocation, const std::shared_ptr<std::string>& id) {
  auto& test = add_command(group, "test", "Tries a connection out (not built yet).",
                           "doorward connection test acme-okta");
  test.add_option("id", *id, "Id of the connection")->required();
  on_run(test, invocation, []() -> Result {
    return fail(
        "`connection test` is not built yet; `doorward inspect FILE --connection ID` judges a "
        "message of the identity provider.");
  });
  auto& refresh =
      add_command(group, "refresh", "Fetches a connection's metadata again (not built yet).",
                  "doorward connection refresh acme-okta");
  refresh.add_option("id", *id, "Id of the connection")->required();
  on_run(refresh, invocation, []() -> Result {
    return fail(
        "`connection refresh` is not built yet: metadata URLs are not remembered. `doorward "
        "connection set ID --metadata URL` reads the metadata again.");
  });
}

}  // namespace

void add_connection_commands(CLI::App& root, Invocation& invocation) {
  auto& group = add_group(root, "connection", "Connections to identity providers.");
  add_create(group, invocation);

  auto& list_command =
      add_command(group, "list", "Prints connections.", "doorward connection list --org acme");
  auto text = std::make_shared<std::string>();
  list_command.add_option("--org", *text, "Only those of this organisation");
  on_desk(list_command, invocation, [text](Desk& desk) { return list(desk, *text); });

  auto& show_command = add_command(group, "show", "Prints everything about a connection.",
                                   "doorward connection show acme-okta");
  show_command.add_option("id", *text, "Id of the connection")->required();
  on_desk(show_command, invocation, [text](Desk& desk) { return show(desk, *text); });

  add_connection_set_commands(group, invocation);
  add_unbuilt(group, invocation, text);
}

}  // namespace doorward::app
