#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/command_line.h"
#include "certs/seal.h"
#include "store/store.h"

namespace doorward::app {

// Why a command did not do its work.
struct Failure {
  std::string what;  // sentences for stderr
  int exit_code = 1;
};
template <class T>
using Fallible = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> fail(std::string what, int exit_code = 1) {
  return std::unexpected(Failure{std::move(what), exit_code});
}

// Reads the configuration; a failure tells every mistake, one a line.
[[nodiscard]] Fallible<Config> load_or_fail(const ConfigSources& sources);

// The data key that the configuration names. Failures: none is there (and how to make one), it is
// readable by everybody, or it is no key.
[[nodiscard]] Fallible<certs::DataKey> load_data_key(const Config& config);

enum class StoreFile { must_exist, may_be_made };

// Where a command works: configuration, data key and the open store.
class Desk {
 public:
  [[nodiscard]] static Fallible<std::unique_ptr<Desk>> open(Process& process,
                                                            const ConfigSources& sources,
                                                            StoreFile file);

  Process& process;
  Config config;
  certs::DataKey data_key;
  base::Instant now;
  std::unique_ptr<base::Log> log;
  std::unique_ptr<store::Store> store;

  // Look-ups by what the operator typed; a failure says what there is not.
  [[nodiscard]] Fallible<store::Configuration> configuration();
  [[nodiscard]] Fallible<jit::Organization> organization(const std::string& slug);
  [[nodiscard]] Fallible<sp::ConnectionSettings> connection(const std::string& id);
  [[nodiscard]] Fallible<jit::Member> member(const std::string& id);

  // What `find` finds in the first organisation that has it; nullopt if none has.
  template <class T>
  [[nodiscard]] Fallible<std::optional<T>> find_anywhere(
      const std::function<std::optional<T>(store::Tx&)>& find) {
    const auto loaded = configuration();
    if (!loaded) return std::unexpected(loaded.error());
    for (const auto& organization : loaded->organizations) {
      std::optional<T> found;
      const auto done = read(organization.id, [&](store::Tx& tx) { found = find(tx); });
      if (!done) return std::unexpected(done.error());
      if (found) return found;
    }
    return std::optional<T>();
  }

  // One transaction: commits if `work` returns nothing, else rolls back and fails with its text.
  [[nodiscard]] Fallible<void> write(
      const base::OrgId& org, const std::function<std::optional<std::string>(store::Tx&)>& work);
  [[nodiscard]] Fallible<void> read(const base::OrgId& org,
                                    const std::function<void(store::Tx&)>& work);
  // An audit record of what the operator does now.
  [[nodiscard]] audit::Event event(const base::OrgId& org, std::string action,
                                   std::string target) const;
  // Returns when a running server has seen what was written; fails if it does not within 5 s.
  [[nodiscard]] Fallible<void> confirm();

 private:
  Desk(Process& process, Config config, const certs::DataKey& key);
};

}  // namespace doorward::app
