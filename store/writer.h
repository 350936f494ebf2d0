#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

#include "base/doors.h"
#include "store/sqlite_db.h"
#include "store/store.h"

namespace doorward::store {

// The one thread of a process that writes. It takes up to 64 waiting jobs into one transaction,
// each in a savepoint of its own, so that they share one fsync. Thread-safe.
class Writer {
 public:
  using Body = std::function<Verdict(Database&, Effects&)>;
  struct Hooks {
    // After COMMIT, before the callers hear of it; on the writer's thread.
    std::function<void(const Effects&)> committed;
    // Within each transaction that will be committed; false on an error of the database.
    std::function<bool(Database&)> before_commit;
    // A COMMIT of which nobody knows the outcome, after every caller was told. Nothing is written
    // any more.
    std::function<void()> unknown;
  };

  Writer(std::unique_ptr<Database> db, Hooks hooks, base::Log& log);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();  // finishes what waits

  // Waits until `body` is durable. Errors: as Store::write.
  [[nodiscard]] std::expected<void, StoreError> run(const Body& body);

 private:
  struct Job {
    const Body* body;
    Effects effects;
    std::expected<void, StoreError> result = std::unexpected(StoreError::io);
    std::mutex mutex;  // of its own, so that those who wake do not wait for each other
    std::condition_variable answered;
    bool done = false;  // under mutex
  };
  // Shared: the caller may be gone with its answer before the writer is done with telling it.
  using Batch = std::vector<std::shared_ptr<Job>>;

  void loop();
  [[nodiscard]] Batch next_batch();
  void write_batch(const Batch& batch);
  // False: the whole batch is lost.
  [[nodiscard]] bool write_job(Job& job);
  void commit(const Batch& batch);
  void abandon(const Batch& batch, StoreError error);
  void answer(const Batch& batch);
  void checkpoint_when_idle();

  std::unique_ptr<Database> db_;
  Hooks hooks_;
  base::Log& log_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::shared_ptr<Job>> waiting_;  // under mutex_
  bool stopping_ = false;                     // under mutex_
  bool broken_ = false;                       // writer's thread only
  std::size_t since_checkpoint_ = 0;
  std::thread thread_;
};

}  // namespace doorward::store
