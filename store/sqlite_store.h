#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "store/doorbell.h"
#include "store/server_lock.h"
#include "store/sqlite_db.h"
#include "store/store.h"
#include "store/writer.h"

namespace doorward::store {

// Reading connections, made when needed and kept. Thread-safe.
class ReaderPool {
 public:
  ReaderPool(std::string path, std::string vfs) : path_(std::move(path)), vfs_(std::move(vfs)) {}
  // Runs `body` in one short read transaction; waits while all connections are in use.
  [[nodiscard]] std::expected<void, StoreError> run(const std::function<void(Database&)>& body,
                                                    base::Log& log);

 private:
  [[nodiscard]] std::expected<std::unique_ptr<Database>, StoreError> take();
  void give_back(std::unique_ptr<Database> db);

  const std::string path_;
  const std::string vfs_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Database>> idle_;  // under mutex_
  std::size_t open_ = 0;                         // under mutex_
};

// What only tests change.
struct SqliteHooks {
  std::string vfs;  // name of a registered VFS; empty: the default one
  // After a COMMIT of unknown outcome, when every caller was told. Empty: the process ends with
  // status 70, without destructors.
  std::function<void()> unknown_commit;
};

// As open_sqlite.
[[nodiscard]] std::expected<std::unique_ptr<Store>, StoreError> open_sqlite_with(
    const OpenOptions& options, const SqliteHooks& hooks, base::Log& log);

class SqliteStore final : public Store {
 public:
  struct Parts {
    OpenOptions options;
    SqliteHooks hooks;
    ServerLock lock;  // held by a server
    std::unique_ptr<Database> writer;
    std::unique_ptr<Database> watcher;  // of commits by others
    std::int64_t change_seq = 0;        // all that was committed up to it may be cached
  };
  SqliteStore(Parts parts, base::Log& log);

  [[nodiscard]] std::expected<void, StoreError> write(
      const base::OrgId& org, const std::function<Verdict(Tx&)>& closure) override;
  [[nodiscard]] std::expected<void, StoreError> read(
      const base::OrgId& org, const std::function<void(Tx&)>& closure) override;
  [[nodiscard]] std::expected<std::expected<void, Conflict>, StoreError> create_organization(
      const jit::Organization& organization, const audit::Event& event) override;
  [[nodiscard]] std::expected<Configuration, StoreError> load_configuration() override;
  [[nodiscard]] std::expected<std::vector<jit::Domain>, StoreError> due_domains(
      base::Instant now, std::size_t limit) override;
  [[nodiscard]] std::expected<std::optional<SessionView>, StoreError> find_session(
      std::string_view hash) override;
  [[nodiscard]] std::expected<std::optional<jit::Invitation>, StoreError> find_invitation(
      std::string_view token_hash) override;
  [[nodiscard]] std::expected<std::vector<base::OrgId>, StoreError> with_ended_terms(
      base::Instant now) override;
  [[nodiscard]] std::expected<void, StoreError> touch_sessions(
      const std::vector<std::pair<std::string, base::Instant>>& seen) override;
  [[nodiscard]] std::expected<std::size_t, StoreError> sweep(base::Instant now,
                                                             std::size_t limit) override;
  void on_effects(std::function<void(const Effects&)> listener) override;
  void poll() override;
  void wait_for_others(base::Duration limit) override;
  [[nodiscard]] bool wait_confirmed(base::Duration limit) override;

 private:
  [[nodiscard]] Writer::Hooks writer_hooks(std::function<void()> unknown_commit);
  // The counter of changes that a server must look at; only other processes move it.
  [[nodiscard]] std::optional<std::int64_t> read_counter(std::string_view sql);

  base::Log& log_;
  const std::string path_;
  const bool is_server_;
  ServerLock lock_;
  std::optional<Doorbell> bell_;  // of a server
  std::function<void(const Effects&)> listener_;
  std::atomic<std::int64_t> own_change_{0};  // the last change of this process; 0: none
  ReaderPool readers_;
  std::mutex poll_mutex_;
  std::unique_ptr<Database> watcher_;  // under poll_mutex_
  std::int64_t data_version_ = 0;      // under poll_mutex_
  std::int64_t told_;                  // under poll_mutex_: change that the listener knows of
  std::int64_t confirmed_;             // under poll_mutex_: change that other processes may trust
  Writer writer_;                      // last: its thread uses all above
};

}  // namespace doorward::store
