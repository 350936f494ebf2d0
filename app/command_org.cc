#include <CLI/CLI.hpp>

#include "app/command.h"

namespace doorward::app {
namespace {

base::Json policy_json(const jit::Policy& policy) {
  base::Json json = {{"jit", jit::name_of(policy.jit)},
                     {"link", jit::name_of(policy.link)},
                     {"lease", nullptr},
                     {"seats", nullptr},
                     {"scim_authoritative", policy.scim_authoritative}};
  if (policy.lease) json["lease"] = base::format_duration(*policy.lease);
  if (policy.seat_limit) json["seats"] = *policy.seat_limit;
  return json;
}

base::Json json_of(const jit::Organization& organization) {
  base::Json json = policy_json(organization.policy);
  json["id"] = organization.id.str();
  json["slug"] = organization.slug;
  json["name"] = organization.name;
  json["enabled"] = organization.enabled;
  json["created_at"] = base::format_instant(organization.created_at);
  return json;
}

std::string line_of(const jit::Organization& organization) {
  const auto& policy = organization.policy;
  std::string line = organization.slug + "  " + organization.name;
  line += "  jit=" + std::string(jit::name_of(policy.jit));
  line += "  link=" + std::string(jit::name_of(policy.link));
  if (policy.lease) line += "  lease=" + base::format_duration(*policy.lease);
  if (policy.seat_limit) line += "  seats=" + std::to_string(*policy.seat_limit);
  if (policy.scim_authoritative) line += "  scim-authoritative";
  if (!organization.enabled) line += "  DISABLED";
  return line + "\n";
}

Result create(Desk& desk, const std::string& slug, const std::string& name) {
  if (!base::is_slug(slug)) {
    return fail("`" + slug + "` is no slug: 1 to 63 of a-z, 0-9 and \"-\".", 2);
  }
  jit::Organization organization;
  organization.id = base::OrgId(base::make_ulid(desk.now, desk.process.rng));
  organization.slug = slug;
  organization.name = name.empty() ? slug : name;
  organization.created_at = desk.now;
  auto event = desk.event(organization.id, "organization.created", slug);
  event.after = {{"slug", slug}, {"name", organization.name}};
  const auto created = desk.store->create_organization(organization, event);
  if (!created) return fail(std::string(store::text_of(created.error())));
  if (!*created) {
    return fail("`" + slug + "`: " + std::string(store::text_of(created->error())));
  }
  Answer answer;
  answer.json = {{"id", organization.id.str()}, {"slug", slug}, {"name", organization.name}};
  answer.text = "Made the organisation " + slug + " (" + organization.id.str() +
                ").\n\nNext:\n"
                "  doorward domain add DOMAIN --org " +
                slug +
                "\n"
                "  doorward domain verify DOMAIN --trust\n"
                "  doorward connection create --org " +
                slug +
                " --preset okta --metadata URL\n"
                "  sign in once at " +
                desk.config.public_url.origin() + "/login?org=" + slug +
                ", then make yourself the first owner:\n"
                "  doorward member list --org " +
                slug +
                "\n"
                "  doorward member grant ID --role " +
                desk.config.ladder.highest() + "\n";
  return answer;
}

Result list(Desk& desk) {
  const auto loaded = desk.configuration();
  if (!loaded) return std::unexpected(loaded.error());
  Answer answer{.json = base::Json::array(), .text = ""};
  for (const auto& organization : loaded->organizations) {
    answer.json.push_back(json_of(organization));
    answer.text += line_of(organization);
  }
  if (answer.text.empty()) answer.text = "No organisations.";
  return answer;
}

// Changes one organisation with its audit record. `end_sessions` ends all of its sessions, and a
// running server must have seen it.
Result change(Desk& desk, const std::string& slug, const std::string& action, bool end_sessions,
              const std::function<std::optional<std::string>(jit::Organization&)>& edit) {
  const auto found = desk.organization(slug);
  if (!found) return std::unexpected(found.error());
  jit::Organization changed;
  const auto done = desk.write(found->id, [&](store::Tx& tx) -> std::optional<std::string> {
    const auto current = tx.organization();
    if (!current) return "The organisation is gone.";
    changed = *current;
    if (auto refused = edit(changed)) return refused;
    tx.put_organization(changed);
    if (end_sessions) (void)tx.end_all_sessions();
    auto event = desk.event(found->id, action, slug);
    event.before = json_of(*current);
    event.after = json_of(changed);
    tx.append_audit(event);
    return std::nullopt;
  });
  if (!done) return std::unexpected(done.error());
  if (end_sessions) {
    const auto confirmed = desk.confirm();
    if (!confirmed) return std::unexpected(confirmed.error());
  }
  return Answer{.json = json_of(changed), .text = line_of(changed)};
}

struct SetOptions {
  std::string slug;
  std::string name;
  std::string jit;
  std::string link;
  std::string lease;
  std::string seats;
  std::string scim_authoritative;
};

std::optional<std::string> apply(const SetOptions& options, jit::Organization& organization) {
  auto& policy = organization.policy;
  if (!options.name.empty()) organization.name = options.name;
  if (!options.jit.empty()) policy.jit = jit::parse_jit_mode(options.jit).value_or(policy.jit);
  if (!options.link.empty()) policy.link = jit::parse_link_mode(options.link).value_or(policy.link);
  if (!options.scim_authoritative.empty()) {
    policy.scim_authoritative = is_on(options.scim_authoritative);
  }
  if (options.lease == "none") {
    policy.lease.reset();
  } else if (!options.lease.empty()) {
    policy.lease = base::parse_duration(options.lease);
    if (!policy.lease) return "`--lease` is a duration such as 14d, or none.";
  }
  if (options.seats == "none") {
    policy.seat_limit.reset();
  } else if (!options.seats.empty()) {
    std::uint64_t seats = 0;
    if (!CLI::detail::lexical_cast(options.seats, seats) || seats == 0) {
      return "`--seats` is a whole number from 1, or none.";
    }
    policy.seat_limit = seats;
  }
  return std::nullopt;
}

void add_set(CLI::App& group, Invocation& invocation) {
  auto& command = add_command(group, "set", "Changes an organisation's policy.",
                              "doorward org set acme --jit invite_only --lease 14d --seats 200");
  auto options = std::make_shared<SetOptions>();
  command.add_option("slug", options->slug, "Slug of the organisation")->required();
  command.add_option("--name", options->name, "Its name for people");
  command.add_option("--jit", options->jit, "Whether a first login makes a member")
      ->check(CLI::IsMember({"on", "off", "approval", "invite_only"}));
  command.add_option("--link", options->link, "Whether a login joins a member of the same address")
      ->check(CLI::IsMember({"never", "verified_domain", "confirm"}));
  command.add_option("--lease", options->lease, "How long a member lasts without a login, or none");
  command.add_option("--seats", options->seats, "At most so many members, or none");
  command
      .add_option("--scim-authoritative", options->scim_authoritative,
                  "Only the directory makes members")
      ->check(CLI::IsMember({"on", "off"}));
  command.require_option(2, 0);  // the slug and something to change
  on_desk(command, invocation, [options](Desk& desk) {
    return change(desk, options->slug, "organization.changed", false,
                  [&](jit::Organization& organization) { return apply(*options, organization); });
  });
}

void add_switches(CLI::App& group, Invocation& invocation) {
  auto& disable =
      add_command(group, "disable", "Lets nobody of an organisation in, and ends its sessions.",
                  "doorward org disable acme");
  auto slug = std::make_shared<std::string>();
  disable.add_option("slug", *slug, "Slug of the organisation")->required();
  on_desk(disable, invocation, [slug](Desk& desk) {
    return change(desk, *slug, "organization.disabled", true,
                  [](jit::Organization& organization) -> std::optional<std::string> {
                    organization.enabled = false;
                    return std::nullopt;
                  });
  });
  auto& enable = add_command(group, "enable", "Lets an organisation's people in again.",
                             "doorward org enable acme");
  enable.add_option("slug", *slug, "Slug of the organisation")->required();
  on_desk(enable, invocation, [slug](Desk& desk) {
    return change(desk, *slug, "organization.enabled", false,
                  [](jit::Organization& organization) -> std::optional<std::string> {
                    organization.enabled = true;
                    return std::nullopt;
                  });
  });
}

}  // namespace

void add_org_commands(CLI::App& root, Invocation& invocation) {
  auto& group = add_group(root, "org", "Organisations: your customers.");
  auto& create_command = add_command(group, "create", "Makes an organisation.",
                                     "doorward org create acme --name \"Acme Ltd\"");
  auto slug = std::make_shared<std::string>();
  auto name = std::make_shared<std::string>();
  create_command.add_option("slug", *slug, "Its short name in URLs, of a-z, 0-9 and \"-\"")
      ->required();
  create_command.add_option("--name", *name, "Its name for people (the slug)");
  on_desk(
      create_command, invocation, [slug, name](Desk& desk) { return create(desk, *slug, *name); },
      StoreFile::may_be_made);

  auto& list_command =
      add_command(group, "list", "Prints all organisations.", "doorward org list --json");
  on_desk(list_command, invocation, list);
  add_set(group, invocation);
  add_switches(group, invocation);
}

}  // namespace doorward::app
