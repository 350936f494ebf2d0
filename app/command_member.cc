#include <CLI/CLI.hpp>

#include "app/command.h"
#include "base/text.h"
#include "jit/admin_decision.h"

namespace doorward::app {
namespace {

base::Json instant_or_null(const std::optional<base::Instant>& instant) {
  return instant ? base::Json(base::format_instant(*instant)) : base::Json(nullptr);
}

base::Json json_of(const Desk& desk, const jit::Member& member) {
  base::Json json = {{"id", member.id.str()},
                     {"status", jit::name_of(member.status_at(desk.now))},
                     {"managed_by", jit::name_of(member.managed_by)},
                     {"email", nullptr},
                     {"email_trusted", false},
                     {"name", member.display_name},
                     {"role", jit::effective_role(member, desk.config.ladder, desk.now)},
                     {"roles", jit::effective_roles(member, desk.config.ladder, desk.now)},
                     {"lease_until", instant_or_null(member.lease_until)},
                     {"created_at", base::format_instant(member.created_at)},
                     {"last_login_at", instant_or_null(member.last_login_at)}};
  if (member.email) {
    json["email"] = member.email->address;
    json["email_trusted"] = member.email->trust == sp::EmailTrust::trusted;
  }
  return json;
}

std::string line_of(const Desk& desk, const jit::Member& member) {
  std::string email = "(no e-mail)";
  if (member.email) {
    const bool trusted = member.email->trust == sp::EmailTrust::trusted;
    email = member.email->address + (trusted ? "" : " (claimed)");
  }
  return member.id.str() + "  " + email + "  " + member.display_name + "  " +
         jit::effective_role(member, desk.config.ladder, desk.now) + "  " +
         std::string(jit::name_of(member.status_at(desk.now))) + "  " +
         std::string(jit::name_of(member.managed_by)) + "\n";
}

Result list(Desk& desk, const std::string& org) {
  const auto organization = desk.organization(org);
  if (!organization) return std::unexpected(organization.error());
  std::vector<jit::Member> members;
  const auto done =
      desk.read(organization->id, [&](store::Tx& tx) { members = tx.list_members(); });
  if (!done) return std::unexpected(done.error());
  Answer answer{.json = base::Json::array(), .text = ""};
  for (const auto& member : members) {
    answer.json.push_back(json_of(desk, member));
    answer.text += line_of(desk, member);
  }
  if (members.empty()) answer.text = "No members; the first login makes one.";
  return answer;
}

base::Json json_of(const jit::Grant& grant, base::Instant now) {
  return {{"role", grant.role},
          {"source", jit::name_of(grant.source)},
          {"source_id", grant.source_id},
          {"by", grant.by},
          {"at", base::format_instant(grant.at)},
          {"expires", instant_or_null(grant.expires)},
          {"valid", grant.valid_at(now)}};
}

std::string line_of(const jit::Grant& grant, base::Instant now) {
  std::string line = "  " + grant.role + "  from " + std::string(jit::name_of(grant.source));
  if (!grant.source_id.empty()) line += " " + grant.source_id;
  if (!grant.by.empty()) line += ", given by " + grant.by;
  line += ", since " + base::format_instant(grant.at);
  if (grant.expires) line += ", until " + base::format_instant(*grant.expires);
  return line + (grant.valid_at(now) ? "\n" : " (over)\n");
}

// explain: every role with its source too.
Result show(Desk& desk, const std::string& id, bool explain) {
  const auto member = desk.member(id);
  if (!member) return std::unexpected(member.error());
  std::vector<jit::IdentityRecord> identities;
  const auto done =
      desk.read(member->org, [&](store::Tx& tx) { identities = tx.identities_of(member->id); });
  if (!done) return std::unexpected(done.error());
  Answer answer{.json = json_of(desk, *member), .text = line_of(desk, *member)};
  answer.json["identities"] = base::Json::array();
  for (const auto& identity : identities) {
    answer.json["identities"].push_back({{"connection", identity.subject.connection.str()},
                                         {"name_id", identity.subject.name_id},
                                         {"format", identity.subject.format},
                                         {"linked_at", base::format_instant(identity.linked_at)}});
    answer.text += "  signs in through " + identity.subject.connection.str() + " as " +
                   identity.subject.name_id + "\n";
  }
  if (!explain) return answer;
  answer.json["grants"] = base::Json::array();
  answer.text += "Roles and where they come from:\n";
  for (const auto& grant : member->grants) {
    answer.json["grants"].push_back(json_of(grant, desk.now));
    answer.text += line_of(grant, desk.now);
  }
  answer.text += "In force: " + jit::effective_role(*member, desk.config.ladder, desk.now) +
                 ", the highest of those that are valid; never less than " +
                 desk.config.ladder.lowest() + ".\n";
  return answer;
}

jit::AdminFacts facts_about(const Desk& desk, store::Tx& tx, const base::MemberId& id) {
  const auto organization = tx.organization();
  return {.other_owners = jit::other_owners(tx.list_members(), id, desk.config.ladder, desk.now),
          .seat_free =
              organization && jit::has_free_seat(organization->policy, tx.seats_used(desk.now))};
}

// Decides, applies and audits in one transaction. confirm: rights shrink, so wait for the server.
Result change(Desk& desk, const std::string& id, const jit::AdminChange& wanted,
              const std::string& action, bool confirm) {
  const auto found = desk.member(id);
  if (!found) return std::unexpected(found.error());
  std::optional<jit::Member> after;
  const auto done = desk.write(found->org, [&](store::Tx& tx) -> std::optional<std::string> {
    after.reset();
    const auto before = tx.find_member(found->id);
    if (!before) return "The member is gone.";
    const auto decided =
        jit::decide_admin_change(jit::Actor{}, *before, wanted, facts_about(desk, tx, found->id),
                                 desk.config.ladder, desk.now);
    if (!decided) {
      return std::string(jit::name_of(decided.error())) + ": " +
             std::string(jit::text_of(decided.error()));
    }
    tx.apply(*decided);
    after = tx.find_member(found->id);
    if (!after) return "The member is gone.";
    auto event = desk.event(found->org, action, found->id.str());
    event.before = json_of(desk, *before);
    event.after = json_of(desk, *after);
    if (const auto* give = std::get_if<jit::GiveRole>(&wanted)) {
      event.after["granted"] = {{"role", give->role}, {"expires", instant_or_null(give->expires)}};
    }
    if (const auto* take = std::get_if<jit::TakeRole>(&wanted)) event.after["revoked"] = take->role;
    tx.append_audit(event);
    return std::nullopt;
  });
  if (!done) return std::unexpected(done.error());
  if (confirm) {
    const auto confirmed = desk.confirm();
    if (!confirmed) return std::unexpected(confirmed.error());
  }
  return Answer{.json = json_of(desk, *after), .text = line_of(desk, *after)};
}

struct Options {
  std::string id, org, role, expires;
};

Result grant(Desk& desk, const Options& options) {
  jit::GiveRole give{options.role, std::nullopt};
  if (!options.expires.empty()) {
    const auto life = base::parse_duration(options.expires);
    if (!life) return fail("`--expires` is a duration such as 30d.", 2);
    give.expires = desk.now + *life;
  }
  return change(desk, options.id, give, "member.granted", false);
}

void add_changes(CLI::App& group, Invocation& invocation, const std::shared_ptr<Options>& options) {
  auto& suspend = add_command(group, "suspend", "Keeps a member out until restored, at once.",
                              "doorward member suspend 01J8ZQ4T6X0000000000000000");
  suspend.add_option("id", options->id, "Id of the member")->required();
  on_desk(suspend, invocation, [options](Desk& desk) {
    return change(desk, options->id, jit::Suspend{}, "member.suspended", true);
  });

  auto& restore = add_command(group, "restore", "Lets a suspended member in again.",
                              "doorward member restore 01J8ZQ4T6X0000000000000000");
  restore.add_option("id", options->id, "Id of the member")->required();
  on_desk(restore, invocation, [options](Desk& desk) {
    return change(desk, options->id, jit::Restore{}, "member.restored", false);
  });

  auto& give = add_command(group, "grant", "Gives a member a role by hand.",
                           "doorward member grant 01J8ZQ4T6X0000000000000000 --role owner");
  give.add_option("id", options->id, "Id of the member")->required();
  give.add_option("--role", options->role, "One of [roles] ladder")->required();
  give.add_option("--expires", options->expires, "For how long, such as 30d");
  on_desk(give, invocation, [options](Desk& desk) { return grant(desk, *options); });

  auto& take = add_command(group, "revoke", "Takes a role back that was given by hand.",
                           "doorward member revoke 01J8ZQ4T6X0000000000000000 --role admin");
  take.add_option("id", options->id, "Id of the member")->required();
  take.add_option("--role", options->role, "The role of the grant")->required();
  on_desk(take, invocation, [options](Desk& desk) {
    return change(desk, options->id, jit::TakeRole{options->role}, "member.revoked", true);
  });
}

}  // namespace

void add_member_commands(CLI::App& root, Invocation& invocation) {
  auto options = std::make_shared<Options>();
  auto& group = add_group(root, "member", "Who is a member, and what they may do.");

  auto& list_command = add_command(group, "list", "Prints an organisation's members.",
                                   "doorward member list --org acme");
  list_command.add_option("--org", options->org, "Slug of the organisation")->required();
  on_desk(list_command, invocation, [options](Desk& desk) { return list(desk, options->org); });

  auto& show_command = add_command(group, "show", "Prints a member and how they sign in.",
                                   "doorward member show 01J8ZQ4T6X0000000000000000");
  show_command.add_option("id", options->id, "Id of the member")->required();
  on_desk(show_command, invocation,
          [options](Desk& desk) { return show(desk, options->id, false); });

  auto& explain = add_command(group, "explain", "Prints every role of a member with its source.",
                              "doorward member explain 01J8ZQ4T6X0000000000000000");
  explain.add_option("id", options->id, "Id of the member")->required();
  on_desk(explain, invocation, [options](Desk& desk) { return show(desk, options->id, true); });

  add_changes(group, invocation, options);
  add_invite_commands(group, invocation);
}

}  // namespace doorward::app
