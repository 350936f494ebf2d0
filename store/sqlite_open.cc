#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "store/schema.h"
#include "store/sqlite_store.h"

namespace doorward::store {
namespace {

// Makes the file ours alone before SQLite does, which would ask the umask; its companions take
// its mode.
std::expected<void, StoreError> make_file(const OpenOptions& options) {
  const int flags = O_RDWR | O_CLOEXEC | (options.create ? O_CREAT : 0);
  const int file = ::open(options.path.c_str(), flags, 0600);
  if (file < 0) {
    const bool absent = errno == ENOENT && !options.create;
    return std::unexpected(absent ? StoreError::not_a_store : StoreError::io);
  }
  ::close(file);
  return {};
}

// A store of an older version is not migrated under the server that runs on it.
std::expected<void, StoreError> bring_forward(Database& db, const OpenOptions& options,
                                              const SqliteHooks& hooks) {
  const auto version = schema_version(db, released_migrations());
  if (!version) return std::unexpected(version.error());
  const int newest = static_cast<int>(released_migrations().size());
  std::expected<ServerLock, StoreError> lock;
  if (*version != 0 && *version < newest && options.role == Role::command) {
    lock = ServerLock::take(options.path);
    if (!lock) return std::unexpected(lock.error());
  }
  if (!db.exec("PRAGMA journal_mode=WAL")) return std::unexpected(error_of(db.error()));
  return migrate(db, options.path, hooks.vfs, released_migrations());
}

// Within one transaction, so that of two processes that make a store one key wins.
std::expected<void, StoreError> compare_data_key(Database& db, const std::string& id) {
  if (id.empty()) return {};
  db.exec("BEGIN IMMEDIATE");
  db.run("INSERT INTO meta (name, value) VALUES ('data_key_id', ?) ON CONFLICT DO NOTHING", id);
  std::string stored;
  {
    Query row = db.query("SELECT value FROM meta WHERE name = 'data_key_id'");
    if (row.next()) stored = row.text(0);
  }
  db.exec("COMMIT");
  if (db.error() != SQLITE_OK) return std::unexpected(error_of(db.error()));
  if (stored != id) return std::unexpected(StoreError::wrong_data_key);
  return {};
}

// A server starts with nothing cached: it has seen all that is there.
std::int64_t confirm_all(Database& db) {
  Query row =
      db.query("UPDATE change_counter SET seen_seq = change_seq WHERE id = 1 RETURNING change_seq");
  return row.next() ? row.integer(0) : 0;
}

std::expected<SqliteStore::Parts, StoreError> open_parts(const OpenOptions& options,
                                                         const SqliteHooks& hooks) {
  // SQLite counts its memory under one lock for all threads, and nobody reads the count. Refused,
  // and no matter, if SQLite is in use already.
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  SqliteStore::Parts parts;
  parts.options = options;
  parts.hooks = hooks;
  if (auto made = make_file(options); !made) return std::unexpected(made.error());
  if (options.role == Role::server) {
    auto lock = ServerLock::take(options.path);
    if (!lock) return std::unexpected(lock.error());
    parts.lock = std::move(*lock);
  }
  auto writer = Database::open(options.path, Database::Access::read_write, hooks.vfs);
  if (!writer) return std::unexpected(error_of(writer.error()));
  parts.writer = std::move(*writer);
  if (auto done = bring_forward(*parts.writer, options, hooks); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = compare_data_key(*parts.writer, options.data_key_id); !done) {
    return std::unexpected(done.error());
  }
  if (options.role == Role::server) parts.change_seq = confirm_all(*parts.writer);
  auto watcher = Database::open(options.path, Database::Access::read_only, hooks.vfs);
  if (!watcher) return std::unexpected(error_of(watcher.error()));
  parts.watcher = std::move(*watcher);
  if (parts.writer->error() != SQLITE_OK) {
    return std::unexpected(error_of(parts.writer->error()));
  }
  return parts;
}

}  // namespace

std::expected<std::unique_ptr<Store>, StoreError> open_sqlite_with(const OpenOptions& options,
                                                                   const SqliteHooks& hooks,
                                                                   base::Log& log) {
  auto parts = open_parts(options, hooks);
  if (!parts) {
    log.write(base::Level::error, "store.not_opened",
              {{"path", options.path}, {"why", std::string(text_of(parts.error()))}});
    return std::unexpected(parts.error());
  }
  return std::make_unique<SqliteStore>(std::move(*parts), log);
}

std::expected<std::unique_ptr<Store>, StoreError> open_sqlite(const OpenOptions& options,
                                                              base::Log& log) {
  return open_sqlite_with(options, {}, log);
}

}  // namespace doorward::store
