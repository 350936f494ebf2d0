// `member invite` and `member uninvite`: a role for somebody who has not come yet.
#include <CLI/CLI.hpp>

#include "app/command.h"
#include "base/encoding.h"
#include "base/text.h"
#include "jit/invitation.h"
#include "session/session.h"

namespace doorward::app {
namespace {

struct Options {
  std::string email, org, role;
  bool renew = false;
};

base::Json json_of(const jit::Invitation& invitation) {
  return {{"id", invitation.id},
          {"member", invitation.member.str()},
          {"email", invitation.email},
          {"role", invitation.role},
          {"expires_at", base::format_instant(invitation.expires_at)}};
}

// The invitation of whoever among `holders` has not come yet.
std::optional<jit::Invitation> open_invitation(store::Tx& tx,
                                               const std::vector<jit::Member>& holders) {
  for (const auto& holder : holders) {
    if (auto found = tx.invitation_of(holder.id)) return found;
  }
  return std::nullopt;
}

Result invite(Desk& desk, const Options& options) {
  const auto organization = desk.organization(options.org);
  if (!organization) return std::unexpected(organization.error());
  auto& rng = desk.process.rng;
  const std::string token = "dw_invite_" + base::base64url_encode(rng.bytes(32));
  const jit::InviteIds ids{.member = base::MemberId(base::make_ulid(desk.now, rng)),
                           .invitation = base::make_ulid(desk.now, rng),
                           .token_hash = session::hash_of(token)};
  const jit::InviteAsk asked{options.email, options.role, options.renew};
  jit::Invitation made;
  const auto done = desk.write(organization->id, [&](store::Tx& tx) -> std::optional<std::string> {
    auto holders = tx.members_with_address(options.email);
    auto open = open_invitation(tx, holders);
    const auto decided =
        jit::decide_invitation(jit::Actor{}, organization->id, asked,
                               {.holders = std::move(holders), .invitation = std::move(open)}, ids,
                               desk.config.ladder, desk.now);
    if (!decided) {
      return std::string(jit::name_of(decided.error())) + ": " +
             std::string(jit::text_of(decided.error()));
    }
    tx.apply(decided->change);
    tx.put_invitation(decided->invitation);
    made = decided->invitation;
    auto event = desk.event(organization->id, "member.invited", made.member.str());
    event.after = json_of(made);
    tx.append_audit(event);
    return std::nullopt;
  });
  if (!done) return std::unexpected(done.error());
  Answer answer;
  const std::string link = desk.config.public_url.origin() + "/invite#" + token;
  answer.json = json_of(made);
  answer.json["link"] = link;
  answer.text = "Invited " + made.email + " as " + made.role +
                ". Send this link, which is shown "
                "only now and works once, until " +
                base::format_instant(made.expires_at) + ":\n\n  " + link + "\n";
  return answer;
}

Result uninvite(Desk& desk, const Options& options) {
  const auto organization = desk.organization(options.org);
  if (!organization) return std::unexpected(organization.error());
  jit::Invitation gone;
  const auto done = desk.write(organization->id, [&](store::Tx& tx) -> std::optional<std::string> {
    auto open = open_invitation(tx, tx.members_with_address(options.email));
    if (!open) return "No open invitation has the address " + options.email + ".";
    gone = *open;
    tx.delete_invitation(gone.id);
    auto event = desk.event(organization->id, "member.uninvited", gone.member.str());
    event.before = json_of(gone);
    tx.append_audit(event);
    return std::nullopt;
  });
  if (!done) return std::unexpected(done.error());
  return Answer{.json = json_of(gone),
                .text = "The invitation of " + gone.email + " works no more.\n"};
}

}  // namespace

void add_invite_commands(CLI::App& member, Invocation& invocation) {
  auto options = std::make_shared<Options>();
  auto& invite_command =
      add_command(member, "invite", "Prints a link that lets somebody in with a role.",
                  "doorward member invite grace@acme.com --org acme --role editor");
  invite_command.add_option("email", options->email, "Address that they sign in with")->required();
  invite_command.add_option("--org", options->org, "Slug of the organisation")->required();
  invite_command.add_option("--role", options->role, "One of [roles] ladder")->required();
  invite_command.add_flag("--renew", options->renew, "Replaces an open invitation by a new link");
  on_desk(invite_command, invocation, [options](Desk& desk) { return invite(desk, *options); });

  auto& uninvite_command =
      add_command(member, "uninvite", "Takes an invitation back that nobody has used.",
                  "doorward member uninvite grace@acme.com --org acme");
  uninvite_command.add_option("email", options->email, "Address of the invitation")->required();
  uninvite_command.add_option("--org", options->org, "Slug of the organisation")->required();
  on_desk(uninvite_command, invocation, [options](Desk& desk) { return uninvite(desk, *options); });
}

}  // namespace doorward::app
