#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>

#include "app/command.h"
#include "app/input.h"
#include "sp/verify.h"

namespace doorward::app {
namespace {

struct Options {
  std::string file;
  std::string connection;
  std::string at;
  std::string in_response_to;
};

base::Json json_of(const sp::Examination& examination) {
  base::Json attributes = base::Json::object();
  for (const auto& attribute : examination.attributes) {
    auto& values = attributes[attribute.name];
    if (values.is_null()) values = base::Json::array();
    for (const auto& value : attribute.values) values.push_back(value);
  }
  base::Json checks = base::Json::array();
  for (const auto& check : examination.checks) {
    base::Json entry = {{"name", check.name}, {"clause", check.clause}, {"detail", check.detail}};
    switch (check.outcome) {
      case sp::Check::Outcome::fail:
        entry["pass"] = false;
        break;
      case sp::Check::Outcome::pass:
        entry["pass"] = true;
        break;
      case sp::Check::Outcome::skipped:
        entry["pass"] = nullptr;
        break;
    }
    checks.push_back(std::move(entry));
  }
  base::Json json = {{"verdict", examination.reject ? "reject" : "accept"},
                     {"reject", nullptr},
                     {"name_id", nullptr},
                     {"attributes", std::move(attributes)},
                     {"checks", std::move(checks)}};
  if (examination.reject) json["reject"] = sp::reject_info(*examination.reject).name;
  if (!examination.name_id.empty()) json["name_id"] = examination.name_id;
  return json;
}

std::string text_of(const sp::Examination& examination, const std::string& vendor_fix) {
  std::string text;
  for (const auto& check : examination.checks) {
    switch (check.outcome) {
      case sp::Check::Outcome::fail:
        text += "FAIL  ";
        break;
      case sp::Check::Outcome::pass:
        text += "pass  ";
        break;
      case sp::Check::Outcome::skipped:
        text += "  -   ";
        break;
    }
    text += check.name + " [" + check.clause + "]: " + check.detail + "\n";
  }
  if (!examination.name_id.empty()) text += "\nNameID: " + examination.name_id + "\n";
  for (const auto& attribute : examination.attributes) {
    for (const auto& value : attribute.values) text += attribute.name + ": " + value + "\n";
  }
  if (!examination.reject) return text + "\naccept\n";
  const auto info = sp::reject_info(*examination.reject);
  text += "\nreject " + std::string(info.name) + " [" + std::string(info.clause) +
          "]: " + std::string(info.meaning) + "\n" + std::string(info.fix) + "\n";
  if (!vendor_fix.empty()) text += vendor_fix + "\n";
  return text;
}

Result inspect(Desk& desk, const Options& options) {
  const auto connection = desk.connection(options.connection);
  if (!connection) return fail(connection.error().what, 2);
  auto at = std::optional(desk.now);
  if (!options.at.empty()) at = base::parse_instant(options.at);
  if (!at) return fail("`--at` is an instant such as 2024-05-01T12:00:00Z.", 2);
  const auto message = read_input(options.file, desk.process.in);
  if (!message) return fail(message.error().what, 2);
  const auto& limits = desk.config.limits;
  std::optional<std::string> in_response_to;
  if (!options.in_response_to.empty()) in_response_to = options.in_response_to;
  const auto examination =
      sp::examine(*message, {*connection, certs::TrustedKeys(connection->idp_certificates)},
                  in_response_to, *at, message_limits(limits));
  std::string fix;
  if (examination.reject) {
    fix = preset_fix(connection->preset, std::string(sp::reject_info(*examination.reject).name));
  }
  return Answer{.json = json_of(examination),
                .text = text_of(examination, fix),
                .exit_code = examination.reject ? 1 : 0};
}

}  // namespace

void add_inspect_command(CLI::App& root, Invocation& invocation) {
  auto& command = add_command(
      root, "inspect",
      "Reads a SAML response as the ACS would and says of each check whether it passes and why; "
      "signs nobody in and writes nothing.",
      "doorward inspect response.xml --connection acme-okta --at 2024-05-01T12:00:00Z");
  auto options = std::make_shared<Options>();
  command.add_option("file", options->file, "XML or the base64 form value; - for standard input")
      ->required();
  command.add_option("--connection", options->connection, "Id of the connection")->required();
  command.add_option("--at", options->at, "The instant to judge at (now)");
  command.add_option("--in-response-to", options->in_response_to,
                     "Id of the request that is pending");
  on_desk(command, invocation, [options](Desk& desk) { return inspect(desk, *options); });
}

}  // namespace doorward::app
