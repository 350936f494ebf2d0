#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include "store/sqlite_store.h"
#include "tests/store/failing_vfs.h"
#include "tests/store/two_organizations.h"

// What an acknowledged write is worth, on SQLite: with many callers, a full disk, a failing disk
// and a process that is killed.
namespace doorward::store {
namespace {

using namespace tests;  // NOLINT(google-build-using-namespace): the values of these cases

std::unique_ptr<Store> open_store(const std::string& path, base::Log& log,
                                  const SqliteHooks& hooks = {}) {
  return open_sqlite_with({.path = path, .role = Role::server, .data_key_id = "k1"}, hooks, log)
      .value();
}

std::expected<void, StoreError> append(Store& store, const std::string& action) {
  return store.write(kAcme, [&](Tx& tx) {
    tx.append_audit(event(kAcme, action));
    return Verdict::commit;
  });
}

std::vector<audit::Record> records_of(Store& store) {
  std::vector<audit::Record> records;
  EXPECT_TRUE(store.read(kAcme, [&](Tx& tx) { records = tx.audit_records(0, 10'000'000); }));
  return records;
}

std::set<std::string> actions_of(const std::vector<audit::Record>& records) {
  std::set<std::string> actions;
  for (const auto& record : records) actions.insert(record.event.action);
  return actions;
}

TEST(GroupCommit, KeepsTheGoodAmongFailingAndThrowingClosures) {
  TempFolder folder;
  SilentLog log;
  auto store = open_store(folder.file(), log);
  furnish(*store, kAcme, kAcmeOkta);
  std::vector<std::thread> threads;
  std::atomic<int> as_expected{0};
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 30; ++i) {
        const int kind = (t + i) % 4;
        auto done = store->write(kAcme, [&](Tx& tx) -> Verdict {
          tx.append_audit(event(kAcme, std::to_string(t) + "/" + std::to_string(i)));
          if (kind == 1) return Verdict::rollback;
          if (kind == 2) throw std::runtime_error("no");
          if (kind == 3) tx.apply(change(base::MemberId("01HNOBODY")));
          return Verdict::commit;
        });
        const bool good = kind == 0   ? done.has_value()
                          : kind == 1 ? done == std::unexpected(StoreError::rolled_back)
                                      : done == std::unexpected(StoreError::closure_failed);
        if (good) ++as_expected;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(as_expected, 16 * 30);
  const auto records = records_of(*store);
  EXPECT_EQ(records.size(), 2U + 16 * 30 / 4);
  EXPECT_TRUE(audit::verify_chain(records));
}

TEST(GroupCommit, RefusesToWaitForItself) {
  TempFolder folder;
  SilentLog log;
  auto store = open_store(folder.file(), log);
  furnish(*store, kAcme, kAcmeOkta);
  std::expected<void, StoreError> inner;
  ASSERT_TRUE(store->write(kAcme, [&](Tx&) {
    inner = append(*store, "inner");
    return Verdict::commit;
  }));
  EXPECT_EQ(inner, std::unexpected(StoreError::closure_failed));
}

TEST(Durability, AFullDiskRefusesAndGoesOnWhenThereIsSpace) {
  TempFolder folder;
  SilentLog log;
  FailingVfs::install();
  auto store = open_store(folder.file(), log, {.vfs = FailingVfs::kName, .unknown_commit = {}});
  furnish(*store, kAcme, kAcmeOkta);
  std::atomic<int> commits{0};
  store->on_effects([&](const Effects&) { ++commits; });
  FailingVfs::disk_full = true;
  EXPECT_EQ(append(*store, "no space"), std::unexpected(StoreError::full));
  EXPECT_EQ(append(*store, "no space"), std::unexpected(StoreError::full));
  EXPECT_EQ(records_of(*store).size(), 2U) << "reading still works";
  FailingVfs::disk_full = false;
  EXPECT_TRUE(append(*store, "space"));
  EXPECT_EQ(commits, 1);
  const auto records = records_of(*store);
  EXPECT_EQ(records.size(), 3U);
  EXPECT_TRUE(audit::verify_chain(records));
}

TEST(Durability, AnUnknownOutcomeIsToldAsUnknownAndNothingFollows) {
  TempFolder folder;
  SilentLog log;
  FailingVfs::install();
  std::atomic<bool> ended{false};
  std::atomic<bool> told_effects{false};
  auto store = open_store(folder.file(), log,
                          {.vfs = FailingVfs::kName, .unknown_commit = [&] { ended = true; }});
  furnish(*store, kAcme, kAcmeOkta);
  store->on_effects([&](const Effects&) { told_effects = true; });
  FailingVfs::sync_fails = true;
  EXPECT_EQ(append(*store, "who knows"), std::unexpected(StoreError::unknown));
  FailingVfs::sync_fails = false;
  EXPECT_EQ(append(*store, "later"), std::unexpected(StoreError::stopping));
  store.reset();
  EXPECT_TRUE(ended);
  EXPECT_FALSE(told_effects);
  store = open_store(folder.file(), log);
  EXPECT_TRUE(audit::verify_chain(records_of(*store)))
      << "recovery decides, and the chain is whole";
  EXPECT_FALSE(actions_of(records_of(*store)).contains("later"));
}

// Writes with many threads and says on `output` what was acknowledged, until it is killed.
[[noreturn]] void write_until_killed(const std::string& path, const std::string& output) {
  SilentLog log;
  auto store = open_store(path, log);
  const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const std::string prefix = std::to_string(::getpid()) + "/" + std::to_string(t) + "/";
      for (int i = 0;; ++i) {
        const std::string action = prefix + std::to_string(i);
        if (!append(*store, action)) ::_exit(1);
        const std::string line = action + "\n";
        if (::write(file, line.data(), line.size()) < 0) ::_exit(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  ::_exit(0);
}

// Kills a writing process after `life` and returns what it had acknowledged.
std::vector<std::string> run_and_kill(const std::string& store, const std::string& output,
                                      std::chrono::milliseconds life) {
  const pid_t child = ::fork();
  if (child == 0) write_until_killed(store, output);
  std::this_thread::sleep_for(life);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended before it was killed";
  std::vector<std::string> acknowledged;
  std::ifstream lines(output);
  for (std::string line; std::getline(lines, line) && !lines.eof();) acknowledged.push_back(line);
  return acknowledged;
}

TEST(Durability, EveryAcknowledgedWriteSurvivesAKill) {
  TempFolder folder;
  SilentLog log;
  {
    furnish(*open_store(folder.file(), log), kAcme, kAcmeOkta);
  }
  std::vector<std::string> acknowledged;
  for (int round = 0; round < 10; ++round) {
    auto more = run_and_kill(folder.file(), folder.file("out"),
                             std::chrono::milliseconds(150 + 37 * round));
    acknowledged.insert(acknowledged.end(), more.begin(), more.end());
  }
  EXPECT_GT(acknowledged.size(), 50U);
  auto store = open_store(folder.file(), log);
  const auto records = records_of(*store);
  const auto kept = actions_of(records);
  for (const auto& action : acknowledged) EXPECT_TRUE(kept.contains(action)) << action;
  EXPECT_TRUE(audit::verify_chain(records));
}

}  // namespace
}  // namespace doorward::store
