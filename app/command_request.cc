// `request`: what denied logins ask an administrator for.
#include <CLI/CLI.hpp>

#include "app/command.h"
#include "jit/access_request.h"

namespace doorward::app {
namespace {

base::Json json_of(const jit::AccessRequest& request) {
  base::Json json = {{"id", request.id},
                     {"kind", jit::name_of(request.kind)},
                     {"state", jit::name_of(request.state)},
                     {"connection", request.subject.connection.str()},
                     {"name_id", request.subject.name_id},
                     {"email", nullptr},
                     {"email_trusted", false},
                     {"name", request.display_name},
                     {"member", nullptr},
                     {"rule", request.rule},
                     {"created_at", base::format_instant(request.created_at)},
                     {"last_seen_at", base::format_instant(request.last_seen_at)},
                     {"ends_at", base::format_instant(request.ends_at())},
                     {"decided_by", request.decided_by}};
  if (!request.member.empty()) json["member"] = request.member.str();
  if (request.email) {
    json["email"] = request.email->address;
    json["email_trusted"] = request.email->trust == sp::EmailTrust::trusted;
  }
  return json;
}

std::string line_of(const jit::AccessRequest& request) {
  std::string line = request.id + "  " + std::string(jit::name_of(request.kind)) + "  " +
                     std::string(jit::name_of(request.state)) + "  " + request.subject.name_id +
                     " through " + request.subject.connection.str();
  if (!request.display_name.empty()) line += " (" + request.display_name + ")";
  if (!request.member.empty()) line += ", concerns member " + request.member.str();
  return line + ", since " + base::format_instant(request.created_at) + "\n";
}

Result list(Desk& desk, const std::string& org, bool all) {
  const auto organization = desk.organization(org);
  if (!organization) return std::unexpected(organization.error());
  std::vector<jit::AccessRequest> requests;
  const auto done =
      desk.read(organization->id, [&](store::Tx& tx) { requests = tx.list_requests(); });
  if (!done) return std::unexpected(done.error());
  Answer answer{.json = base::Json::array(), .text = ""};
  for (const auto& request : requests) {
    const bool waits = request.state == jit::RequestState::waiting && desk.now < request.ends_at();
    if (!all && !waits) continue;
    answer.json.push_back(json_of(request));
    answer.text += line_of(request);
  }
  if (answer.text.empty()) answer.text = "No requests.";
  return answer;
}

Fallible<jit::AccessRequest> find(Desk& desk, const std::string& id) {
  auto found =
      desk.find_anywhere<jit::AccessRequest>([&](store::Tx& tx) { return tx.find_request(id); });
  if (!found) return std::unexpected(found.error());
  if (*found) return std::move(**found);
  return fail("There is no request `" + id + "`; `doorward request list --org SLUG` shows them.");
}

Result decide(Desk& desk, const std::string& id, jit::Answer said) {
  const auto found = find(desk, id);
  if (!found) return std::unexpected(found.error());
  jit::AccessRequest after;
  const auto done = desk.write(found->org, [&](store::Tx& tx) -> std::optional<std::string> {
    const auto request = tx.find_request(id);
    const auto organization = tx.organization();
    if (!request || !organization) return "The request is gone.";
    jit::RequestFacts facts;
    if (!request->member.empty()) facts.member = tx.find_member(request->member);
    facts.seat_free = jit::has_free_seat(organization->policy, tx.seats_used(desk.now));
    const auto decided =
        jit::decide_request(jit::Actor{}, *request, said, facts, desk.config.ladder, desk.now);
    if (!decided) {
      return std::string(jit::name_of(decided.error())) + ": " +
             std::string(jit::text_of(decided.error()));
    }
    after = *decided;
    tx.put_request(after);
    auto event = desk.event(found->org,
                            said == jit::Answer::yes ? "request.approved" : "request.denied", id);
    event.before = json_of(*request);
    event.after = json_of(after);
    tx.append_audit(event);
    return std::nullopt;
  });
  if (!done) return std::unexpected(done.error());
  Answer answer{.json = json_of(after), .text = line_of(after)};
  if (said == jit::Answer::yes) {
    answer.text += "The person's next sign-in until " + base::format_instant(after.ends_at()) +
                   " uses this yes; tell them to sign in again.\n";
  }
  return answer;
}

}  // namespace

void add_request_commands(CLI::App& root, Invocation& invocation) {
  auto& group = add_group(root, "request", "What people whom a rule denied are waiting for.");
  auto org = std::make_shared<std::string>();
  auto all = std::make_shared<bool>(false);
  auto& list_command = add_command(group, "list", "Prints the requests that wait for a decision.",
                                   "doorward request list --org acme");
  list_command.add_option("--org", *org, "Slug of the organisation")->required();
  list_command.add_flag("--all", *all, "Decided ones too");
  on_desk(list_command, invocation, [org, all](Desk& desk) { return list(desk, *org, *all); });

  auto id = std::make_shared<std::string>();
  auto& approve = add_command(group, "approve", "Lets the person's next sign-in pass.",
                              "doorward request approve 01J8ZQ4T6X0000000000000000");
  approve.add_option("id", *id, "Id of the request")->required();
  on_desk(approve, invocation, [id](Desk& desk) { return decide(desk, *id, jit::Answer::yes); });
  auto& deny = add_command(group, "deny", "Keeps the person out.",
                           "doorward request deny 01J8ZQ4T6X0000000000000000");
  deny.add_option("id", *id, "Id of the request")->required();
  on_desk(deny, invocation, [id](Desk& desk) { return decide(desk, *id, jit::Answer::no); });
}

}  // namespace doorward::app
