#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/command.h"
#include "app/domain_change.h"
#include "base/encoding.h"

namespace doorward::app {
namespace {

std::string line_of(const jit::Domain& domain, const std::string& org_slug) {
  std::string line = domain.name + "  " + org_slug + "  " + std::string(jit::name_of(domain.state));
  if (domain.operator_vouched) line += " by the operator";
  if (domain.state == jit::DomainState::waiting) {
    line += ", verified from " + base::format_instant(domain.state_at + jit::kDomainWait);
  }
  if (domain.missing_since) {
    line += ", record missing since " + base::format_instant(*domain.missing_since);
  }
  if (domain.connections.empty()) return line + "  bound to no connection\n";
  line += "  bound to";
  for (const auto& connection : domain.connections) line += " " + connection.str();
  return line + "\n";
}

// What to type into a console for DNS records.
std::string record_of(const jit::Domain& domain) {
  return "  type   TXT\n  name   " + domain.record_name() +
         "   (or `_doorward`, where the console adds " + domain.name + " by itself)\n  value  " +
         domain.txt_value + "\n";
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
  // Who let go of it stands in nobody's way.
  if (claims.size() > 1 && org_slug.empty()) {
    std::erase_if(claims, [](const Claim& claim) {
      return claim.domain.state == jit::DomainState::released;
    });
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

std::string slug_of(Desk& desk, const std::optional<base::OrgId>& org) {
  const auto loaded = desk.configuration();
  if (!loaded || !org) return "";
  for (const auto& organization : loaded->organizations) {
    if (organization.id == *org) return organization.slug;
  }
  return "";
}

// Text that others wrote, fit for a terminal.
std::string in_quotes(std::string_view text) {
  constexpr std::size_t kShown = 100;
  std::string out = "\"";
  for (const char c : text.substr(0, kShown)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + (text.size() > kShown ? "…\"" : "\"");
}

std::string said_by(const base::TxtObservation& seen, const std::string& value) {
  using Outcome = base::TxtObservation::Outcome;
  constexpr std::size_t kShown = 5;
  if (seen.outcome != Outcome::found) return seen.detail;
  if (std::ranges::find(seen.texts, value) != seen.texts.end()) return "the record is there";
  std::string text = "no record has the value, but ";
  for (std::size_t i = 0; i < std::min(kShown, seen.texts.size()); ++i) {
    text += (i == 0 ? "" : ", ") + in_quotes(seen.texts[i]);
  }
  return text + (seen.texts.size() > kShown ? " and others" : "");
}

Failure unproven(const jit::Domain& domain, const std::vector<base::TxtObservation>& observations) {
  std::string text = domain.name + " is not proven: two resolvers must see its record.\n";
  for (const auto& seen : observations) {
    text += "  " + seen.server + ": " + said_by(seen, domain.txt_value) + "\n";
  }
  if (observations.size() < 2) {
    return {text + (observations.empty() ? "There is no resolver" : "That is one resolver") +
            " on this host (/etc/resolv.conf). Name two that do not depend on each other in the "
            "configuration:\n  [dns]\n  servers = [\"192.0.2.53\", \"198.51.100.53\"]"};
  }
  return {text + "Publish in the DNS console of " + domain.name + ":\n" + record_of(domain) +
          "and try again. A name that was asked for before it existed may stay unknown to a "
          "resolver for an hour or more."};
}

Failure failure_of(Desk& desk, const jit::Domain& domain, const DomainRefused& refused,
                   const std::optional<std::vector<base::TxtObservation>>& observations) {
  switch (refused.why) {
    case DomainRefused::Why::gone:
      return {"The domain is gone."};
    case DomainRefused::Why::bound_nowhere:
      return {domain.name + ": " + std::string(store::text_of(store::Conflict::not_found))};
    case DomainRefused::Why::store:
      return {std::string(store::text_of(refused.error))};
    case DomainRefused::Why::denied:
      break;
  }
  switch (refused.denied) {
    case jit::DomainDeny::unproven:
      return unproven(domain, observations.value_or(std::vector<base::TxtObservation>{}));
    case jit::DomainDeny::taken:
      return {domain.name + " belongs to the organisation `" + slug_of(desk, refused.holder) +
              "`. If it is no longer theirs: doorward domain release " + domain.name + " --org " +
              slug_of(desk, refused.holder)};
    case jit::DomainDeny::released:
      return {domain.name + " was released; `doorward domain add " + domain.name +
              " --org SLUG` claims it again, with a new record."};
  }
  return {"The domain is gone."};
}

DomainActor operator_of(const Desk& desk) {
  return {.actor = "operator", .via = "cli", .now = desk.now};
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
      if (known.name != domain.name) continue;
      if (known.state != jit::DomainState::released) {
        return "`" + org + "` claims " + domain.name + " already.";
      }
      domain.created_at = known.created_at;
      domain.verified_at = known.verified_at;
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
                .text = "Added " + domain.name + ", unverified. Publish in its DNS console:\n" +
                        record_of(domain) + "then: doorward domain verify " + domain.name +
                        "\nOr vouch for it: doorward domain verify " + domain.name + " --trust"};
}

Result verify(Desk& desk, const std::string& name, const std::string& org, bool trust) {
  const auto claim = find_claim(desk, name, org);
  if (!claim) return std::unexpected(claim.error());
  std::optional<std::vector<base::TxtObservation>> observations;
  if (!trust) {
    observations = desk.process.make_resolver(desk.config)->txt(claim->domain.record_name());
  }
  const auto written =
      write_domain(*desk.store, claim->organization.id, claim->domain.name, operator_of(desk),
                   [&](const jit::Domain& domain, const jit::DomainElsewhere& elsewhere) {
                     return jit::decide_domain_proof(domain, observations, elsewhere, desk.now);
                   });
  if (!written) {
    return std::unexpected(failure_of(desk, claim->domain, written.error(), observations));
  }
  const auto& domain = written->domain;
  Answer answer{.json = json_of(domain, claim->organization.slug),
                .text = line_of(domain, claim->organization.slug)};
  if (domain.state == jit::DomainState::waiting) {
    answer.text +=
        "Another organisation had it before, and has been told. The running server makes it "
        "yours when the time is over, or this command, once more.\n";
  } else if (domain.connections.empty()) {
    answer.text += "No connection may assert its addresses yet: doorward domain bind " +
                   domain.name + " --connection ID\n";
  }
  return answer;
}

Result release(Desk& desk, const std::string& name, const std::string& org) {
  const auto claim = find_claim(desk, name, org);
  if (!claim) return std::unexpected(claim.error());
  if (claim->domain.state == jit::DomainState::released) {
    return fail(claim->domain.name + " is released already.");
  }
  const auto written = write_domain(
      *desk.store, claim->organization.id, claim->domain.name, operator_of(desk),
      [&](const jit::Domain& domain,
          const jit::DomainElsewhere&) -> std::expected<jit::DomainChange, jit::DomainDeny> {
        return jit::release_domain(domain, desk.now);
      });
  if (!written) {
    return std::unexpected(failure_of(desk, claim->domain, written.error(), std::nullopt));
  }
  const auto confirmed = desk.confirm();
  if (!confirmed) return std::unexpected(confirmed.error());
  return Answer{.json = json_of(written->domain, claim->organization.slug),
                .text = line_of(written->domain, claim->organization.slug)};
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
    return fail("`" + claim->domain.name + "` is not verified, but " +
                std::string(jit::name_of(claim->domain.state)) + "; `doorward domain verify " +
                claim->domain.name + "` proves it.");
  }
  const auto written = write_domain(
      *desk.store, claim->organization.id, claim->domain.name, operator_of(desk),
      [&](const jit::Domain& domain,
          const jit::DomainElsewhere&) -> std::expected<jit::DomainChange, jit::DomainDeny> {
        jit::DomainChange change{.domain = domain, .action = "domain.bound", .tell = std::nullopt};
        auto& bound = change.domain.connections;
        if (std::ranges::find(bound, connection->id) == bound.end()) {
          bound.push_back(connection->id);
        }
        return change;
      });
  if (!written) {
    return std::unexpected(failure_of(desk, claim->domain, written.error(), std::nullopt));
  }
  return Answer{.json = json_of(written->domain, org), .text = line_of(written->domain, org)};
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
                                    "doorward domain verify acme.com");
  verify_domain.add_option("domain", options->domain, "The domain")->required();
  verify_domain.add_option("--org", options->org, "Slug, where several organisations claim it");
  verify_domain.add_flag("--trust", options->trust, "The operator vouches for it, without DNS");
  on_desk(verify_domain, invocation, [options](Desk& desk) {
    return verify(desk, options->domain, options->org, options->trust);
  });

  auto& release_domain =
      add_command(group, "release", "Lets go of a domain: its addresses mean nothing any more.",
                  "doorward domain release acme.com --org acme");
  release_domain.add_option("domain", options->domain, "The domain")->required();
  release_domain.add_option("--org", options->org, "Slug, where several organisations claim it");
  on_desk(release_domain, invocation,
          [options](Desk& desk) { return release(desk, options->domain, options->org); });

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
