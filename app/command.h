#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/desk.h"
#include "base/json.h"

namespace CLI {
class App;
}

// How the files command_*.cc describe and carry out one command each group.
namespace doorward::app {

// What a command has to say: one JSON document with --json, else the text.
struct Answer {
  base::Json json;
  std::string text;
  std::vector<std::string> warnings = {};  // sentences for stderr
  std::vector<std::string> mistakes = {};  // the same, of an answer that is a no
  int exit_code = 0;
};
using Result = std::expected<Answer, Failure>;

// The command line as it was read: global flags, and the command that was chosen.
struct Invocation {
  Process& process;
  std::string config_path;
  bool json = false;
  NamedTexts flags;  // global flags that set a configuration key
  std::function<Result()> action;

  [[nodiscard]] ConfigSources sources() const;
};

// Adds a command that one sentence describes and one example shows.
CLI::App& add_command(CLI::App& group, const std::string& name, const std::string& sentence,
                      const std::string& example);
// … and a group of commands.
CLI::App& add_group(CLI::App& root, const std::string& name, const std::string& sentence);
// What `command` does when it is chosen; on_desk opens configuration, data key and store first.
void on_run(CLI::App& command, Invocation& invocation, std::function<Result()> action);
void on_desk(CLI::App& command, Invocation& invocation, std::function<Result(Desk&)> action,
             StoreFile file = StoreFile::must_exist);

void add_org_commands(CLI::App& root, Invocation& invocation);
void add_domain_commands(CLI::App& root, Invocation& invocation);
void add_connection_commands(CLI::App& root, Invocation& invocation);
void add_connection_set_commands(CLI::App& connection, Invocation& invocation);
void add_member_commands(CLI::App& root, Invocation& invocation);
void add_invite_commands(CLI::App& member, Invocation& invocation);
void add_request_commands(CLI::App& root, Invocation& invocation);
void add_inspect_command(CLI::App& root, Invocation& invocation);
void add_key_commands(CLI::App& root, Invocation& invocation);
void add_audit_commands(CLI::App& root, Invocation& invocation);
void add_config_commands(CLI::App& root, Invocation& invocation);
void add_serve_command(CLI::App& root, Invocation& invocation);

// "on" and "off" of an option; anything else does not come past the command line.
[[nodiscard]] inline bool is_on(const std::string& word) {
  return word == "on";
}

}  // namespace doorward::app
