#include <CLI/CLI.hpp>

#include "app/command.h"
#include "base/encoding.h"

namespace doorward::app {
namespace {

struct ListOptions {
  std::string org;
  std::uint64_t after = 0;
  std::size_t limit = 100;
};

std::string line_of(const audit::Record& record) {
  const auto& event = record.event;
  std::string line = std::to_string(record.seq) + "  " + base::format_instant(event.time) + "  " +
                     event.actor + "  " + event.action;
  if (!event.target.empty()) line += "  " + event.target;
  if (!event.rule.empty()) line += "  [" + event.rule + "]";
  return line + "\n";
}

Result list(Desk& desk, const ListOptions& options) {
  const auto organization = desk.organization(options.org);
  if (!organization) return std::unexpected(organization.error());
  std::vector<audit::Record> records;
  const auto done = desk.read(organization->id, [&](store::Tx& tx) {
    records = tx.audit_records(options.after, options.limit);
  });
  if (!done) return std::unexpected(done.error());
  Answer answer{.json = base::Json::array(), .text = ""};
  for (const auto& record : records) {
    answer.json.push_back(audit::to_json(record));
    answer.text += line_of(record);
  }
  if (records.empty()) answer.text = "No records.";
  return answer;
}

Result verify(Desk& desk, const std::string& org) {
  const auto organization = desk.organization(org);
  if (!organization) return std::unexpected(organization.error());
  std::vector<audit::Record> records;
  const auto done = desk.read(organization->id, [&](store::Tx& tx) {
    constexpr std::size_t kPage = 10'000;
    records.clear();
    for (;;) {
      auto page = tx.audit_records(records.empty() ? 0 : records.back().seq, kPage);
      const bool last = page.size() < kPage;
      records.insert(records.end(), std::make_move_iterator(page.begin()),
                     std::make_move_iterator(page.end()));
      if (last) return;
    }
  });
  if (!done) return std::unexpected(done.error());
  Answer answer;
  answer.json = {{"org", org}, {"records", records.size()}};
  const auto head = audit::verify_chain(records);
  answer.json["ok"] = head.has_value();
  if (head) {
    answer.json["head"] = base::hex_encode(*head);
    answer.text = std::to_string(records.size()) +
                  " records, the chain is whole.\nHead: " + base::hex_encode(*head);
    return answer;
  }
  answer.json["fault"] = {{"seq", head.error().seq}, {"what", head.error().what}};
  answer.mistakes.push_back("The chain of `" + org + "` is broken at record " +
                            std::to_string(head.error().seq) + ": " + head.error().what + ".");
  answer.exit_code = 1;
  return answer;
}

}  // namespace

void add_audit_commands(CLI::App& root, Invocation& invocation) {
  auto& group = add_group(root, "audit", "Reads what happened.");

  auto& list_command =
      add_command(group, "list", "Prints records of an organisation, oldest first.",
                  "doorward audit list --org acme --after 100");
  auto options = std::make_shared<ListOptions>();
  list_command.add_option("--org", options->org, "Slug of the organisation")->required();
  list_command.add_option("--after", options->after, "Only records with a higher number");
  list_command.add_option("--limit", options->limit, "At most so many records (100)")
      ->check(CLI::Range(1, 10'000));
  on_desk(list_command, invocation, [options](Desk& desk) { return list(desk, *options); });

  auto& verify_command =
      add_command(group, "verify", "Checks that no record was changed, removed or put in between.",
                  "doorward audit verify --org acme");
  auto org = std::make_shared<std::string>();
  verify_command.add_option("--org", *org, "Slug of the organisation")->required();
  on_desk(verify_command, invocation, [org](Desk& desk) { return verify(desk, *org); });
}

}  // namespace doorward::app
