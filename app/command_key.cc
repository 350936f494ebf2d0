#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>

#include "app/command.h"
#include "app/connection_view.h"
#include "app/input.h"

namespace doorward::app {
namespace {

// Never over a file that is there: a lost data key loses every sealed secret.
Fallible<void> write_new_file(const std::string& path, const std::string& text) {
  const int file =
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (file < 0 && errno == EEXIST) {
    return fail(path + " is there already; a data key is never overwritten.");
  }
  if (file < 0) return fail(path + " cannot be made: " + std::strerror(errno) + ".");
  // The umask may only have taken rights away; say again what the owner needs.
  bool done = fchmod(file, S_IRUSR | S_IWUSR) == 0;
  done = done && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  done = done && fsync(file) == 0;
  const int why = errno;
  done = close(file) == 0 && done;
  if (done) return {};
  unlink(path.c_str());
  return fail(path + " cannot be written: " + std::strerror(why) + ".");
}

Result init(Invocation& invocation, const std::string& file) {
  std::string path = file;
  if (path.empty()) {
    const auto config = load_or_fail(invocation.sources());
    if (!config) return std::unexpected(config.error());
    path = config->data_key_file;
    if (path.empty()) return fail("The configuration gives the data key itself, not a file.");
  }
  const auto text = certs::DataKey::generate(invocation.process.rng);
  const auto written = write_new_file(path, text + "\n");
  if (!written) return std::unexpected(written.error());
  const auto id = certs::DataKey::parse(text)->id();
  return Answer{.json = {{"file", path}, {"id", id}},
                .text = "Made the data key " + id + " in " + path +
                        ".\nKeep a copy apart from the store: nothing opens without it."};
}

std::string_view name_of(store::KeyUse use) {
  switch (use) {
    case store::KeyUse::signing:
      return "signing";
    case store::KeyUse::encryption:
      return "encryption";
  }
  return "signing";
}

base::Json json_of(const store::KeyRecord& key) {
  base::Json json = {{"id", key.id},
                     {"connection", key.connection.str()},
                     {"use", name_of(key.use)},
                     {"active", key.active},
                     {"created_at", base::format_instant(key.created_at)},
                     {"sha256", nullptr},
                     {"not_after", nullptr}};
  const auto certificate = certs::Certificate::parse_pem(key.certificate);
  if (certificate) {
    json["sha256"] = certificate->sha256();
    json["not_after"] = base::format_instant(certificate->not_after());
  }
  return json;
}

std::string line_of(const store::KeyRecord& key) {
  const auto json = json_of(key);
  return key.id + "  " + key.connection.str() + "  " + std::string(name_of(key.use)) + "  " +
         (key.active ? "active" : "published only") + "  " + base::json_string(json, "sha256") +
         "  until " + base::json_string(json, "not_after") + "\n";
}

Result list(Desk& desk, const std::string& connection) {
  const auto loaded = desk.configuration();
  if (!loaded) return std::unexpected(loaded.error());
  Answer answer{.json = base::Json::array(), .text = ""};
  for (const auto& key : loaded->keys) {
    if (!connection.empty() && key.connection.str() != connection) continue;
    answer.json.push_back(json_of(key));
    answer.text += line_of(key);
  }
  if (answer.text.empty()) answer.text = "No keys.";
  return answer;
}

// Makes `record` the key that the connection signs with; earlier ones stay in our metadata.
Result activate(Desk& desk, const sp::ConnectionSettings& connection, store::KeyRecord record,
                const std::string& action) {
  const auto done = desk.write(connection.org, [&](store::Tx& tx) -> std::optional<std::string> {
    for (auto& known : tx.list_keys()) {
      if (known.connection != connection.id || known.use != record.use || !known.active) continue;
      known.active = false;
      tx.put_key(known);
    }
    tx.put_key(record);
    auto event = desk.event(connection.org, action, connection.id.str());
    event.connection = connection.id.str();
    event.after = json_of(record);
    tx.append_audit(event);
    return std::nullopt;
  });
  if (!done) return std::unexpected(done.error());
  Answer answer{.json = json_of(record), .text = line_of(record)};
  if (connection.sign_requests) {
    answer.warnings.push_back(
        "Requests are signed with the new key from now on: an identity provider that checks them "
        "needs the new certificate (" +
        metadata_url(desk.config, connection.id) + ").");
  }
  return answer;
}

Result rotate(Desk& desk, const std::string& id) {
  const auto connection = desk.connection(id);
  if (!connection) return std::unexpected(connection.error());
  return activate(desk, *connection, make_signing_key(desk, connection->org, connection->id),
                  "key.rotated");
}

struct ImportOptions {
  std::string connection, use, key, certificate;
};

constexpr int kFewestRsaBits = 2048;

Result import(Desk& desk, const ImportOptions& options) {
  if (options.use == "encryption") {
    return fail("Encrypted assertions are not supported yet, so a key for them has no use.");
  }
  const auto connection = desk.connection(options.connection);
  if (!connection) return std::unexpected(connection.error());
  const auto pem = read_input(options.key, desk.process.in);
  if (!pem) return std::unexpected(pem.error());
  const auto key = certs::PrivateKey::parse_pem(*pem);
  if (!key) return fail(options.key + ": " + std::string(certs::describe(key.error())));
  if (key->type() == certs::KeyType::rsa && key->public_key().bits() < kFewestRsaBits) {
    return fail("A key to sign with has at least 2048 bits; `doorward key rotate` makes one.");
  }
  std::optional<certs::Certificate> certificate;
  if (!options.certificate.empty()) {
    const auto read = read_certificates({options.certificate});
    if (!read) return std::unexpected(read.error());
    certificate = read->front();
    // Equal keys sign what the other verifies.
    const auto signature = key->sign(key->default_algorithm(), "doorward");
    if (!signature || certificate->key().type() != key->type() ||
        !certificate->key().verify(key->default_algorithm(), "doorward", *signature)) {
      return fail(options.certificate + " is the certificate of another key.");
    }
  }
  return activate(desk, *connection,
                  seal_key(desk, connection->org, connection->id, *key, certificate),
                  "key.imported");
}

}  // namespace

void add_key_commands(CLI::App& root, Invocation& invocation) {
  auto& group = add_group(root, "key", "The data key, and the keys that we sign with.");
  auto text = std::make_shared<std::string>();

  auto& init_command =
      add_command(group, "init", "Makes the data key that seals secrets in the store.",
                  "doorward key init /etc/doorward/data.key");
  init_command.add_option("file", *text, "Where to (keys.data_key_file)");
  on_run(init_command, invocation, [&invocation, text] { return init(invocation, *text); });

  auto& list_command = add_command(group, "list", "Prints our keys, never the secret half.",
                                   "doorward key list --connection acme-okta");
  list_command.add_option("--connection", *text, "Only those of this connection");
  on_desk(list_command, invocation, [text](Desk& desk) { return list(desk, *text); });

  auto& rotate_command =
      add_command(group, "rotate", "Makes a new key to sign with; the old one stays published.",
                  "doorward key rotate --connection acme-okta");
  rotate_command.add_option("--connection", *text, "Id of the connection")->required();
  on_desk(rotate_command, invocation, [text](Desk& desk) { return rotate(desk, *text); });

  auto& import_command =
      add_command(group, "import", "Takes a key over that the identity provider knows already.",
                  "doorward key import --connection acme-okta --use signing --key sp.key "
                  "--certificate sp.crt");
  auto options = std::make_shared<ImportOptions>();
  import_command.add_option("--connection", options->connection, "Id of the connection")
      ->required();
  import_command.add_option("--use", options->use, "What the key is for")
      ->required()
      ->check(CLI::IsMember({"signing", "encryption"}));
  import_command.add_option("--key", options->key, "File with the private key in PEM, or -")
      ->required();
  import_command.add_option("--certificate", options->certificate,
                            "File with its certificate (a new self-signed one)");
  on_desk(import_command, invocation, [options](Desk& desk) { return import(desk, *options); });
}

}  // namespace doorward::app
