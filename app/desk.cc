#include "app/desk.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "app/log.h"

namespace doorward::app {
namespace {

constexpr base::Duration kConfirmLimit = std::chrono::seconds(5);

Failure failure_of(store::StoreError error) {
  return {std::string(store::text_of(error)), 1};
}

}  // namespace

Fallible<Config> load_or_fail(const ConfigSources& sources) {
  auto config = load_config(sources);
  if (config) return std::move(*config);
  std::string told;
  for (const auto& mistake : config.error()) {
    if (!told.empty()) told += '\n';
    told += mistake.text();
  }
  return fail(std::move(told));
}

Fallible<certs::DataKey> load_data_key(const Config& config) {
  struct stat info{};
  if (!config.data_key_file.empty()) {
    if (stat(config.data_key_file.c_str(), &info) != 0) {
      if (errno != ENOENT) {
        return fail("The data key " + config.data_key_file +
                    " cannot be read: " + std::strerror(errno) + ".");
      }
      return fail("There is no data key at " + config.data_key_file +
                  ". Make one with `doorward key init`; keep a copy apart from the store, because "
                  "nothing opens without it.");
    }
    if ((info.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
      return fail("The data key " + config.data_key_file +
                  " can be read by everybody or written by others; `chmod 600` it.");
    }
  }
  const auto text = read_secret(config.data_key, config.data_key_file);
  if (!text) return fail("The data key cannot be used: " + text.error() + ".");
  auto key = certs::DataKey::parse(*text);
  if (!key) {
    return fail("The data key is not the base64 text of 32 bytes; `doorward key init` makes one.");
  }
  return std::move(*key);
}

Desk::Desk(Process& a_process, Config a_config, const certs::DataKey& key)
    : process(a_process),
      config(std::move(a_config)),
      data_key(key),
      now(a_process.clock.now()),
      log(std::make_unique<StreamLog>(a_process.err, config.log, a_process.clock)) {}

Fallible<std::unique_ptr<Desk>> Desk::open(Process& process, const ConfigSources& sources,
                                           StoreFile file) {
  auto config = load_or_fail(sources);
  if (!config) return std::unexpected(config.error());
  // People read what commands say; only trouble of the store is worth a log line beside it.
  if (config->log.level < LogLevel::warning) config->log.level = LogLevel::warning;
  auto key = load_data_key(*config);
  if (!key) return std::unexpected(key.error());
  std::error_code ignored;
  if (file == StoreFile::must_exist && !std::filesystem::exists(config->store_path, ignored)) {
    return fail("There is no store at " + config->store_path +
                " yet; `doorward org create SLUG --name NAME` makes it.");
  }
  std::unique_ptr<Desk> desk(new Desk(process, std::move(*config), *key));
  auto opened = store::open_sqlite({.path = desk->config.store_path,
                                    .role = store::Role::command,
                                    .data_key_id = desk->data_key.id(),
                                    .create = file == StoreFile::may_be_made},
                                   *desk->log);
  if (!opened) {
    return fail(desk->config.store_path + ": " + std::string(store::text_of(opened.error())));
  }
  desk->store = std::move(*opened);
  return desk;
}

Fallible<store::Configuration> Desk::configuration() {
  auto loaded = store->load_configuration();
  if (!loaded) return std::unexpected(failure_of(loaded.error()));
  return std::move(*loaded);
}

Fallible<jit::Organization> Desk::organization(const std::string& slug) {
  const auto loaded = configuration();
  if (!loaded) return std::unexpected(loaded.error());
  for (const auto& organization : loaded->organizations) {
    if (organization.slug == slug) return organization;
  }
  return fail("There is no organisation `" + slug + "`; `doorward org list` shows them.");
}

Fallible<sp::ConnectionSettings> Desk::connection(const std::string& id) {
  const auto loaded = configuration();
  if (!loaded) return std::unexpected(loaded.error());
  for (const auto& connection : loaded->connections) {
    if (connection.id.str() == id) return connection;
  }
  return fail("There is no connection `" + id + "`; `doorward connection list` shows them.");
}

Fallible<jit::Member> Desk::member(const std::string& id) {
  auto found =
      find_anywhere<jit::Member>([&](store::Tx& tx) { return tx.find_member(base::MemberId(id)); });
  if (!found) return std::unexpected(found.error());
  if (*found) return std::move(**found);
  return fail("There is no member `" + id + "`; `doorward member list --org SLUG` shows them.");
}

Fallible<void> Desk::write(const base::OrgId& org,
                           const std::function<std::optional<std::string>(store::Tx&)>& work) {
  std::optional<std::string> refused;
  const auto done = store->write(org, [&](store::Tx& tx) {
    refused = work(tx);
    return refused ? store::Verdict::rollback : store::Verdict::commit;
  });
  if (refused) return fail(*refused);
  if (!done) return std::unexpected(failure_of(done.error()));
  return {};
}

Fallible<void> Desk::read(const base::OrgId& org, const std::function<void(store::Tx&)>& work) {
  const auto done = store->read(org, work);
  if (!done) return std::unexpected(failure_of(done.error()));
  return {};
}

audit::Event Desk::event(const base::OrgId& org, std::string action, std::string target) const {
  audit::Event event;
  event.time = now;
  event.org = org;
  event.actor = "operator";
  event.via = "cli";
  event.action = std::move(action);
  event.target = std::move(target);
  return event;
}

Fallible<void> Desk::confirm() {
  if (store->wait_confirmed(kConfirmLimit)) return {};
  return fail(
      "The change is stored, but the running server did not confirm it within 5 seconds: sessions "
      "may still be open. Look at the server's log, or restart it.");
}

}  // namespace doorward::app
