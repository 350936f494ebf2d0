#include "store/sqlite_store.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "store/schema.h"
#include "store/sqlite_tx.h"

namespace doorward::store {
namespace {

constexpr std::size_t kMostReaders = 8;
constexpr int kExitUnknownCommit = 70;
constexpr std::size_t kSweepStep = 500;

}  // namespace

std::expected<std::unique_ptr<Database>, StoreError> ReaderPool::take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return !idle_.empty() || open_ < kMostReaders; });
  if (!idle_.empty()) {
    auto db = std::move(idle_.back());
    idle_.pop_back();
    return db;
  }
  ++open_;
  lock.unlock();
  auto db = Database::open(path_, Database::Access::read_only, vfs_);
  if (db) return std::move(*db);
  give_back(nullptr);
  return std::unexpected(error_of(db.error()));
}

void ReaderPool::give_back(std::unique_ptr<Database> db) {
  {
    std::lock_guard lock(mutex_);
    if (db) {
      idle_.push_back(std::move(db));
    } else {
      --open_;
    }
  }
  returned_.notify_one();
}

std::expected<void, StoreError> ReaderPool::run(const std::function<void(Database&)>& body,
                                                base::Log& log) {
  auto db = take();
  if (!db) return std::unexpected(db.error());
  Database& reader = **db;
  bool threw = false;
  if (reader.run("BEGIN")) {
    try {
      body(reader);
    } catch (...) {
      threw = true;
    }
  }
  const int code = reader.error();
  if (code != SQLITE_OK) {
    log.write(base::Level::error, "store.read_failed", {{"why", reader.error_text()}});
  }
  reader.clear_error();
  const bool ended = !reader.in_transaction() || reader.run("ROLLBACK");
  give_back(ended ? std::move(*db) : nullptr);
  if (threw) return std::unexpected(StoreError::closure_failed);
  if (code != SQLITE_OK) return std::unexpected(error_of(code));
  return {};
}

SqliteStore::SqliteStore(Parts parts, base::Log& log)
    : log_(log),
      path_(parts.options.path),
      is_server_(parts.options.role == Role::server),
      lock_(std::move(parts.lock)),
      readers_(parts.options.path, parts.hooks.vfs),
      watcher_(std::move(parts.watcher)),
      told_(parts.change_seq),
      confirmed_(parts.change_seq),
      writer_(std::move(parts.writer), writer_hooks(parts.hooks.unknown_commit), log) {
  if (is_server_) bell_.emplace(path_);
}

Writer::Hooks SqliteStore::writer_hooks(std::function<void()> unknown_commit) {
  Writer::Hooks hooks;
  hooks.committed = [this](const Effects& effects) {
    if (listener_) listener_(effects);
    if (!is_server_) Doorbell::ring(path_);
  };
  if (!is_server_) {
    hooks.before_commit = [this](Database& db) {
      Query row = db.query(
          "UPDATE change_counter SET change_seq = change_seq + 1 WHERE id = 1 "
          "RETURNING change_seq");
      if (!row.next()) return false;
      own_change_ = row.integer(0);
      return db.error() == SQLITE_OK;
    };
  }
  hooks.unknown =
      unknown_commit ? std::move(unknown_commit) : [] { std::_Exit(kExitUnknownCommit); };
  return hooks;
}

std::expected<void, StoreError> SqliteStore::write(const base::OrgId& org,
                                                   const std::function<Verdict(Tx&)>& closure) {
  return writer_.run([&](Database& db, Effects& effects) {
    SqliteTx tx(db, org, effects);
    return closure(tx);
  });
}

std::expected<void, StoreError> SqliteStore::read(const base::OrgId& org,
                                                  const std::function<void(Tx&)>& closure) {
  return readers_.run(
      [&](Database& db) {
        Effects none;
        SqliteTx tx(db, org, none);
        closure(tx);
      },
      log_);
}

std::expected<std::expected<void, Conflict>, StoreError> SqliteStore::create_organization(
    const jit::Organization& organization, const audit::Event& event) {
  std::expected<void, Conflict> outcome;
  auto written = writer_.run([&](Database& db, Effects& effects) {
    SqliteTx tx(db, organization.id, effects);
    outcome = tx.create_organization(organization);
    if (!outcome) return Verdict::rollback;
    tx.append_audit(event);
    return Verdict::commit;
  });
  if (!written && !(written.error() == StoreError::rolled_back && !outcome)) {
    return std::unexpected(written.error());
  }
  return outcome;
}

std::expected<Configuration, StoreError> SqliteStore::load_configuration() {
  Configuration configuration;
  auto done = readers_.run([&](Database& db) { configuration = read_configuration(db); }, log_);
  if (!done) return std::unexpected(done.error());
  return configuration;
}

std::expected<std::vector<jit::Domain>, StoreError> SqliteStore::due_domains(base::Instant now,
                                                                             std::size_t limit) {
  std::vector<jit::Domain> domains;
  auto done = readers_.run([&](Database& db) { domains = read_due_domains(db, now, limit); }, log_);
  if (!done) return std::unexpected(done.error());
  return domains;
}

std::expected<std::optional<SessionView>, StoreError> SqliteStore::find_session(
    std::string_view hash) {
  std::optional<SessionView> view;
  auto done = readers_.run([&](Database& db) { view = read_session(db, hash); }, log_);
  if (!done) return std::unexpected(done.error());
  return view;
}

std::expected<std::optional<jit::Invitation>, StoreError> SqliteStore::find_invitation(
    std::string_view token_hash) {
  std::optional<jit::Invitation> found;
  auto done = readers_.run([&](Database& db) { found = read_invitation(db, token_hash); }, log_);
  if (!done) return std::unexpected(done.error());
  return found;
}

std::expected<std::vector<base::OrgId>, StoreError> SqliteStore::with_ended_terms(
    base::Instant now) {
  std::vector<base::OrgId> organizations;
  auto done = readers_.run([&](Database& db) { organizations = read_ended_terms(db, now); }, log_);
  if (!done) return std::unexpected(done.error());
  return organizations;
}

std::expected<void, StoreError> SqliteStore::touch_sessions(
    const std::vector<std::pair<std::string, base::Instant>>& seen) {
  for (std::size_t begin = 0; begin < seen.size(); begin += kSweepStep) {
    const std::size_t end = std::min(seen.size(), begin + kSweepStep);
    auto done = writer_.run([&](Database& db, Effects&) {
      for (std::size_t i = begin; i < end; ++i) touch_session(db, seen[i].first, seen[i].second);
      return Verdict::commit;
    });
    if (!done) return done;
  }
  return {};
}

std::expected<std::size_t, StoreError> SqliteStore::sweep(base::Instant now, std::size_t limit) {
  std::size_t gone = 0;
  while (gone < limit) {
    const std::size_t step = std::min(limit - gone, kSweepStep);
    std::size_t taken = 0;
    auto done = writer_.run([&](Database& db, Effects& effects) {
      taken = sweep_step(db, now, step, effects);
      return taken > 0 ? Verdict::commit : Verdict::rollback;
    });
    if (!done && done.error() != StoreError::rolled_back) return std::unexpected(done.error());
    gone += taken;
    if (taken < step) break;
  }
  return gone;
}

void SqliteStore::on_effects(std::function<void(const Effects&)> listener) {
  listener_ = std::move(listener);
}

std::optional<std::int64_t> SqliteStore::read_counter(std::string_view sql) {
  Query row = watcher_->query(sql);
  if (!row.next()) return std::nullopt;
  return row.integer(0);
}

void SqliteStore::poll() {
  if (!is_server_) return;
  std::lock_guard lock(poll_mutex_);
  watcher_->clear_error();
  const auto version = read_counter("PRAGMA data_version");
  if (!version || (*version == data_version_ && confirmed_ == told_)) return;
  // Our own commits change the version too, but not the counter.
  const auto change = read_counter("SELECT change_seq FROM change_counter WHERE id = 1");
  if (!change) return;
  if (*change > told_) {
    Effects effects;
    effects.everything = true;
    if (listener_) listener_(effects);
    told_ = *change;
  }
  data_version_ = *version;
  if (told_ == confirmed_) return;
  const auto done = writer_.run([this](Database& db, Effects&) {
    db.run("UPDATE change_counter SET seen_seq = ? WHERE id = 1", told_);
    return Verdict::commit;
  });
  if (done) confirmed_ = told_;
}

void SqliteStore::wait_for_others(base::Duration limit) {
  if (bell_) bell_->wait(limit);
}

bool SqliteStore::wait_confirmed(base::Duration limit) {
  const std::int64_t own = own_change_;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (own != 0 && ServerLock::is_held(path_)) {
    std::int64_t seen = 0;
    auto done = readers_.run(
        [&](Database& db) {
          Query row = db.query("SELECT seen_seq FROM change_counter WHERE id = 1");
          if (row.next()) seen = row.integer(0);
        },
        log_);
    if (done && seen >= own) return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace doorward::store
