#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/command.h"
#include "base/encoding.h"

namespace doorward::app {
namespace {

base::Json json_of(const jit::Domain& domain, const std::string& org_slug) {
  base::Json connections = base::Json::array();
  for (const auto& connection : domain.connections) connections.push_back(connection.str());
  return {{"domain", domain.name},
          {"org", org_slug},
          {"state", jit::name_of(domain.state)},
          {"operator_vouched", domain.operator_vouched},
          {"record",
           {{"name", "_doorward." + domain.name}, {"type", "TXT"}, {"value", domain.txt_value}}},
          {"connections", std::move(connections)}};
}

std::string line_of(const jit::Domain& domain, const std::string& org_slug) {
  std::string line = domain.name + "  " + org_slug + "  " + std::string(jit::name_of(domain.state));
  if (domain.connections.empty()) return line + "  bound to no connection\n";
  line += "  bound to";
  for (const auto& connection : domain.connections) line += " " + connection.str();
  return line + "\n";
}

// A domain as the operator named it, with the organisation that claims it.
struct Claim {
  jit::Domain domain;
  jit::Organization organization;
};

Fallible<Claim> find_claim(Desk& desk, const std::string& name, const std::string& org_slug) {
  const auto loaded = desk.configuration();
  if (!loaded) return std::unexpected(loaded.error());
  const auto wanted = jit::parse_domain(name).value_or(name);
  std::vector<Claim> claims;
  for (const auto& domain : loaded->domains) {
    if (domain.name != wanted) continue;
    for (const auto& organization : loaded->organizations) {
      if (organization.id != domain.org) continue;
      if (org_slug.empty() || organization.slug == org_slug)
        claims.push_back({domain, organization});
    }
  }
  if (claims.empty()) {
    return fail("No organisation claims `" + wanted + "`; `doorward domain add " + wanted +
                " --org SLUG` does.");
  }
  if (claims.size() > 1) {
    return fail("Several organisations claim `" + wanted + "`; say which by --org SLUG.");
  }
  return std::move(claims.front());
}

// Reads the domain again inside the transaction, changes it and writes the audit record.
Fallible<jit::Domain> change(Desk& desk, const Claim& claim, const std::string& action,
                             const std::function<void(store::Tx&, jit::Domain&)>& edit) {
  jit::Domain changed;
  const auto done =
      desk.write(claim.organization.id, [&](store::Tx& tx) -> std::optional<std::string> {
        const auto domains = tx.list_domains();
        const auto current = std::ranges::find(domains, claim.domain.name, &jit::Domain::name);
        if (current == domains.end()) return "The domain is gone.";
        changed = *current;
        edit(tx, changed);
        const auto put = tx.put_domain(changed);
        if (!put) return changed.name + ": " + std::string(store::text_of(put.error()));
        auto event = desk.event(claim.organization.id, action, changed.name);
        event.before = json_of(*current, claim.organization.slug);
        event.after = json_of(changed, claim.organization.slug);
        tx.append_audit(event);
        return std::nullopt;
      });
  if (!done) return std::unexpected(done.error());
  return changed;
}

Result add(Desk& desk, const std::string& name, const std::string& org) {
  const auto parsed = jit::parse_domain(name);
  if (!parsed) {
    return fail("`" + name +
                "` cannot be an organisation's domain: it is no domain name in A-label form, or a "
                "public suffix or mail provider that belongs to nobody.");
  }
  const auto organization = desk.organization(org);
  if (!organization) return std::unexpected(organization.error());
  jit::Domain domain;
  domain.name = *parsed;
  domain.org = organization->id;
  domain.txt_value = "doorward-verify=" + base::base64url_encode(desk.process.rng.bytes(16));
  domain.created_at = desk.now;
  domain.state_at = desk.now;
  const auto done = desk.write(organization->id, [&](store::Tx& tx) -> std::optional<std::string> {
    for (const auto& known : tx.list_domains()) {
      if (known.name == domain.name) return "`" + org + "` claims " + domain.name + " already.";
    }
    const auto put = tx.put_domain(domain);
    if (!put) return domain.name + ": " + std::string(store::text_of(put.error()));
    auto event = desk.event(organization->id, "domain.added", domain.name);
    event.after = json_of(domain, org);
    tx.append_audit(event);
    return std::nullopt;
  });
  if (!done) return std::unexpected(done.error());
  return Answer{.json = json_of(domain, org),
                .text = "Added " + domain.name +
                        ", unverified.\nTXT record to publish:\n  name   _doorward." + domain.name +
                        "\n  value  " + domain.txt_value +
                        "\nOr vouch for it: doorward domain verify " + domain.name + " --trust"};
}

Result verify(Desk& desk, const std::string& name, const std::string& org, bool trust) {
  if (!trust) {
    return fail("DNS verification is not built yet; the operator can vouch with --trust.");
  }
  const auto claim = find_claim(desk, name, org);
  if (!claim) return std::unexpected(claim.error());
  const auto changed =
      change(desk, *claim, "domain.verified", [&](store::Tx& tx, jit::Domain& domain) {
        domain.state = jit::DomainState::verified;
        domain.operator_vouched = true;
        if (!domain.verified_at) domain.verified_at = desk.now;
        const auto connections = tx.list_connections();
        if (connections.size() == 1 && domain.connections.empty()) {
          domain.connections.push_back(connections.front().id);
        }
      });
  if (!changed) return std::unexpected(changed.error());
  Answer answer{.json = json_of(*changed, claim->organization.slug),
                .text = line_of(*changed, claim->organization.slug)};
  if (changed->connections.empty()) {
    answer.text += "No connection may assert its addresses yet: doorward domain bind " +
                   changed->name + " --connection ID\n";
  }
  return answer;
}

Result bind_to(Desk& desk, const std::string& name, const std::string& connection_id) {
  const auto connection = desk.connection(connection_id);
  if (!connection) return std::unexpected(connection.error());
  const auto loaded = desk.configuration();
  if (!loaded) return std::unexpected(loaded.error());
  std::string org;
  for (const auto& organization : loaded->organizations) {
    if (organization.id == connection->org) org = organization.slug;
  }
  const auto claim = find_claim(desk, name, org);
  if (!claim) return std::unexpected(claim.error());
  if (claim->domain.state != jit::DomainState::verified) {
    return fail("`" + claim->domain.name + "` is not verified yet; `doorward domain verify " +
                claim->domain.name + " --trust` vouches for it.");
  }
  const auto changed = change(desk, *claim, "domain.bound", [&](store::Tx&, jit::Domain& domain) {
    if (std::ranges::find(domain.connections, connection->id) == domain.connections.end()) {
      domain.connections.push_back(connection->id);
    }
  });
  if (!changed) return std::unexpected(changed.error());
  return Answer{.json = json_of(*changed, org), .text = line_of(*changed, org)};
}

Result list(Desk& desk, const std::string& org) {
  const auto loaded = desk.configuration();
  if (!loaded) return std::unexpected(loaded.error());
  if (!org.empty()) {
    const auto organization = desk.organization(org);
    if (!organization) return std::unexpected(organization.error());
  }
  Answer answer{.json = base::Json::array(), .text = ""};
  for (const auto& organization : loaded->organizations) {
    if (!org.empty() && organization.slug != org) continue;
    for (const auto& domain : loaded->domains) {
      if (domain.org != organization.id) continue;
      answer.json.push_back(json_of(domain, organization.slug));
      answer.text += line_of(domain, organization.slug);
    }
  }
  if (answer.text.empty()) answer.text = "No domains.";
  return answer;
}

}  // namespace

void add_domain_commands(CLI::App& root, Invocation& invocation) {
  struct Options {
    std::string domain, org, connection;
    bool trust = false;
  };
  auto options = std::make_shared<Options>();
  auto& group = add_group(root, "domain", "Domains of e-mail addresses that organisations own.");

  auto& add_domain = add_command(group, "add", "Claims a domain for an organisation.",
                                 "doorward domain add acme.com --org acme");
  add_domain.add_option("domain", options->domain, "The domain")->required();
  add_domain.add_option("--org", options->org, "Slug of the organisation")->required();
  on_desk(add_domain, invocation,
          [options](Desk& desk) { return add(desk, options->domain, options->org); });

  auto& verify_domain = add_command(group, "verify", "Makes a claimed domain the organisation's.",
                                    "doorward domain verify acme.com --trust");
  verify_domain.add_option("domain", options->domain, "The domain")->required();
  verify_domain.add_option("--org", options->org, "Slug, where several organisations claim it");
  verify_domain.add_flag("--trust", options->trust, "The operator vouches for it, without DNS");
  on_desk(verify_domain, invocation, [options](Desk& desk) {
    return verify(desk, options->domain, options->org, options->trust);
  });

  auto& bind_domain =
      add_command(group, "bind", "Lets a connection assert addresses of a verified domain.",
                  "doorward domain bind acme.com --connection acme-okta");
  bind_domain.add_option("domain", options->domain, "The domain")->required();
  bind_domain.add_option("--connection", options->connection, "Id of the connection")->required();
  on_desk(bind_domain, invocation,
          [options](Desk& desk) { return bind_to(desk, options->domain, options->connection); });

  auto& list_domains = add_command(group, "list", "Prints domains and what they are bound to.",
                                   "doorward domain list --org acme");
  list_domains.add_option("--org", options->org, "Only those of this organisation");
  on_desk(list_domains, invocation, [options](Desk& desk) { return list(desk, options->org); });
}

}  // namespace doorward::app
