#include "store/writer.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include "store/schema.h"

namespace doorward::store {
namespace {

constexpr std::size_t kMostInABatch = 64;
// A pause is used to fold the WAL in, so that a checkpoint seldom falls into a busy moment.
constexpr std::size_t kBatchesUntilCheckpoint = 50;

// After these SQLite may have undone more than the statement: nothing of the batch can be kept.
bool loses_the_batch(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_INTERRUPT:
      return true;
    default:
      return false;
  }
}

}  // namespace

Writer::Writer(std::unique_ptr<Database> db, Hooks hooks, base::Log& log)
    : db_(std::move(db)), hooks_(std::move(hooks)), log_(log) {
  thread_ = std::thread([this] { loop(); });
}

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

std::expected<void, StoreError> Writer::run(const Body& body) {
  // It would wait for itself.
  if (std::this_thread::get_id() == thread_.get_id()) {
    return std::unexpected(StoreError::closure_failed);
  }
  auto job = std::make_shared<Job>();
  job->body = &body;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return std::unexpected(StoreError::stopping);
    waiting_.push_back(job);
  }
  work_.notify_one();
  std::unique_lock lock(job->mutex);
  job->answered.wait(lock, [&job] { return job->done; });
  return job->result;
}

void Writer::loop() {
  while (true) {
    const Batch batch = next_batch();
    if (batch.empty()) return;
    if (broken_) {
      abandon(batch, StoreError::stopping);
    } else {
      write_batch(batch);
    }
    if (broken_) {
      {
        std::lock_guard lock(mutex_);
        stopping_ = true;
      }
      answer(batch);
      if (hooks_.unknown) hooks_.unknown();
      hooks_.unknown = nullptr;
      continue;
    }
    answer(batch);
    checkpoint_when_idle();
  }
}

Writer::Batch Writer::next_batch() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  const std::size_t size = std::min(waiting_.size(), kMostInABatch);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(size);
  Batch batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return batch;
}

void Writer::write_batch(const Batch& batch) {
  if (!db_->exec("BEGIN IMMEDIATE")) return abandon(batch, error_of(db_->error()));
  bool any = false;
  for (const auto& job : batch) {
    if (!write_job(*job)) return abandon(batch, error_of(db_->error()));
    any = any || job->result.has_value();
  }
  if (!any) {
    db_->exec("ROLLBACK");
    db_->clear_error();
    return;
  }
  if (hooks_.before_commit && !hooks_.before_commit(*db_)) {
    return abandon(batch, error_of(db_->error()));
  }
  commit(batch);
}

bool Writer::write_job(Job& job) {
  if (!db_->run("SAVEPOINT job")) return false;
  Verdict verdict = Verdict::rollback;
  bool threw = false;
  try {
    verdict = (*job.body)(*db_, job.effects);
  } catch (...) {
    threw = true;
  }
  const int code = db_->error();
  if (loses_the_batch(code)) return false;
  if (!db_->in_transaction()) {
    db_->fail(SQLITE_IOERR, "the transaction ended by itself");
    return false;
  }
  if (code == SQLITE_OK && !threw && verdict == Verdict::commit) {
    job.result = {};
    return db_->run("RELEASE job");
  }
  if (code != SQLITE_OK || threw) {
    log_.write(base::Level::error, "store.closure_failed",
               {{"why", threw ? "it threw" : db_->error_text()}});
  }
  job.result = std::unexpected(threw               ? StoreError::closure_failed
                               : code != SQLITE_OK ? error_of(code)
                                                   : StoreError::rolled_back);
  job.effects = {};
  db_->clear_error();
  return db_->run("ROLLBACK TO job") && db_->run("RELEASE job");
}

void Writer::commit(const Batch& batch) {
  if (db_->run("COMMIT")) {
    ++since_checkpoint_;
    for (const auto& job : batch) {
      if (job->result && hooks_.committed) hooks_.committed(job->effects);
    }
    return;
  }
  // Only "full" says that nothing was written. Any other failure may come after the bytes have
  // reached the disk.
  const bool full = (db_->error() & 0xFF) == SQLITE_FULL;
  if (full) return abandon(batch, StoreError::full);
  log_.write(base::Level::error, "store.commit_unknown", {{"why", db_->error_text()}});
  broken_ = true;
  for (const auto& job : batch) {
    if (job->result) job->result = std::unexpected(StoreError::unknown);
  }
}

void Writer::abandon(const Batch& batch, StoreError error) {
  if (db_->error() != SQLITE_OK) {
    log_.write(base::Level::error, "store.batch_lost", {{"why", db_->error_text()}});
  }
  db_->clear_error();
  if (db_->in_transaction() && !db_->exec("ROLLBACK")) {
    log_.write(base::Level::error, "store.rollback_failed", {{"why", db_->error_text()}});
    db_->clear_error();
  }
  for (const auto& job : batch) {
    job->result = std::unexpected(error);
    job->effects = {};
  }
}

void Writer::answer(const Batch& batch) {
  for (const auto& job : batch) {
    {
      std::lock_guard lock(job->mutex);
      job->done = true;
    }
    job->answered.notify_one();
  }
}

void Writer::checkpoint_when_idle() {
  if (since_checkpoint_ < kBatchesUntilCheckpoint) return;
  {
    std::lock_guard lock(mutex_);
    if (!waiting_.empty()) return;
  }
  // What it cannot fold in now waits for the next time.
  sqlite3_wal_checkpoint_v2(db_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  since_checkpoint_ = 0;
}

}  // namespace doorward::store
