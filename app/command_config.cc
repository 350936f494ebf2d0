#include <CLI/CLI.hpp>

#include "app/command.h"

namespace doorward::app {
namespace {

Result validate(const ConfigSources& sources) {
  const auto config = load_config(sources);
  Answer answer;
  answer.json = {{"valid", config.has_value()}, {"mistakes", base::Json::array()}};
  if (config) {
    answer.text = "The configuration is valid.";
    return answer;
  }
  for (const auto& mistake : config.error()) {
    answer.json["mistakes"].push_back({{"where", mistake.where}, {"what", mistake.what}});
    answer.mistakes.push_back(mistake.text());
  }
  answer.exit_code = 1;
  return answer;
}

Result print(const ConfigSources& sources) {
  const auto config = load_or_fail(sources);
  if (!config) return std::unexpected(config.error());
  return Answer{.json = effective_json(*config), .text = effective_toml(*config)};
}

}  // namespace

void add_config_commands(CLI::App& root, Invocation& invocation) {
  auto& group = add_group(root, "config", "Reads the configuration.");

  auto& validate_command =
      add_command(group, "validate", "Says whether the configuration can be used, and if not, why.",
                  "doorward config validate --config doorward.toml");
  on_run(validate_command, invocation, [&invocation] { return validate(invocation.sources()); });

  auto& print_command =
      add_command(group, "print", "Prints the configuration in force, secrets hidden.",
                  "doorward config print --effective");
  auto effective = std::make_shared<bool>(false);
  print_command.add_flag("--effective", *effective,
                         "With defaults, environment and flags (always so)");
  on_run(print_command, invocation,
         [&invocation, effective] { return print(invocation.sources()); });
}

}  // namespace doorward::app
