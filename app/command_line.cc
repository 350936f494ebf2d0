#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/command.h"
#include "app/version.h"
#include "base/text.h"

namespace doorward::app {
namespace {

struct GlobalFlag {
  const char* flag;
  const char* key;
  const char* sentence;
};
constexpr GlobalFlag kGlobalFlags[] = {
    {"--public-url", "public_url", "URL that browsers reach doorward at"},
    {"--listen", "listen", "Address and port of the public listener"},
    {"--admin-listen", "admin_listen", "Address and port of the admin listener"},
    {"--store", "store.url", "Where the store is, sqlite:PATH"},
    {"--data-key-file", "keys.data_key_file", "File with the data key"},
    {"--log-level", "log.level", "debug, info, warning or error"},
};

void add_globals(CLI::App& root, Invocation& invocation) {
  root.add_option("--config", invocation.config_path,
                  std::string("Configuration file (") + kDefaultConfigPath + ")");
  root.add_flag("--json", invocation.json, "Print one JSON document");
  for (const auto& global : kGlobalFlags) {
    const std::string key = global.key;
    root.add_option_function<std::string>(
        global.flag,
        [&invocation, key](const std::string& text) { invocation.flags.emplace_back(key, text); },
        global.sentence);
  }
}

void add_commands(CLI::App& root, Invocation& invocation) {
  add_serve_command(root, invocation);
  add_org_commands(root, invocation);
  add_domain_commands(root, invocation);
  add_connection_commands(root, invocation);
  add_member_commands(root, invocation);
  add_request_commands(root, invocation);
  add_inspect_command(root, invocation);
  add_key_commands(root, invocation);
  add_audit_commands(root, invocation);
  add_config_commands(root, invocation);
}

int print(const Result& result, Process& process, bool json) {
  if (!result) {
    process.err << "doorward: " << result.error().what << std::endl;
    return result.error().exit_code;
  }
  for (const auto& warning : result->warnings) {
    process.err << "doorward: warning: " << warning << std::endl;
  }
  for (const auto& mistake : result->mistakes) process.err << "doorward: " << mistake << std::endl;
  if (json) {
    process.out << base::dump_json(result->json) << std::endl;
  } else if (!result->text.empty()) {
    process.out << result->text << (result->text.ends_with('\n') ? "" : "\n") << std::flush;
  }
  return result->exit_code;
}

// A sentence about the first word that is no command where a command must stand; else empty.
std::string unknown_command(const CLI::App& root) {
  const CLI::App* group = &root;
  while (!group->get_subcommands().empty()) group = group->get_subcommands().front();
  const auto rest = root.remaining(true);
  std::vector<std::string> known;
  for (const auto* command : group->get_subcommands({})) known.push_back(command->get_name());
  if (known.empty() || rest.empty() || rest.front().starts_with("-")) return {};
  const auto near = base::nearest(rest.front(), known);
  return "There is no command `" + rest.front() + "`" +
         (near.empty() ? "; --help shows them." : "; did you mean `" + near + "`?");
}

}  // namespace

ConfigSources Invocation::sources() const {
  ConfigSources sources;
  if (!config_path.empty()) {
    sources.path = config_path;
    sources.path_was_given = true;
  }
  sources.environment = process.environment;
  sources.flags = flags;
  return sources;
}

CLI::App& add_command(CLI::App& group, const std::string& name, const std::string& sentence,
                      const std::string& example) {
  auto* command = group.add_subcommand(name, sentence);
  command->footer("Example: " + example);
  return *command;
}

CLI::App& add_group(CLI::App& root, const std::string& name, const std::string& sentence) {
  auto* group = root.add_subcommand(name, sentence);
  group->require_subcommand(1);
  return *group;
}

void on_run(CLI::App& command, Invocation& invocation, std::function<Result()> action) {
  command.callback([&invocation, action = std::move(action)] { invocation.action = action; });
}

void on_desk(CLI::App& command, Invocation& invocation, std::function<Result(Desk&)> action,
             StoreFile file) {
  on_run(command, invocation, [&invocation, action = std::move(action), file]() -> Result {
    auto desk = Desk::open(invocation.process, invocation.sources(), file);
    if (!desk) return std::unexpected(desk.error());
    return action(**desk);
  });
}

int run(const std::vector<std::string>& arguments, Process& process) {
  CLI::App root("doorward lets the people of your customers' identity providers in.", "doorward");
  Invocation invocation{.process = process, .config_path = "", .flags = {}, .action = {}};
  root.fallthrough();
  root.require_subcommand(1);
  root.set_version_flag("--version", std::string("doorward ") + kVersion);
  root.footer("Example: doorward org create acme --name \"Acme Ltd\"");
  add_globals(root, invocation);
  add_commands(root, invocation);
  try {
    root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      if (const auto hint = unknown_command(root); !hint.empty()) {
        process.err << "doorward: " << hint << std::endl;
        return 2;
      }
    }
    return root.exit(error, process.out, process.err) == 0 ? 0 : 2;
  }
  return print(invocation.action(), process, invocation.json);
}

}  // namespace doorward::app
