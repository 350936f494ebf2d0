#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "session/access.h"
#include "session/session.h"
#include "store/store.h"

namespace doorward::http {

// A session that was alive when it was read, with what a check needs. Shared by threads.
struct CachedSession {
  session::SessionRecord record;
  session::Person person;
  // The person's rights may change by themselves then (a grant or lease ends): read anew.
  base::Instant recheck_at;
  mutable std::atomic<base::Instant> last_seen_at;
  mutable std::atomic<bool> seen_since_written{false};
  std::shared_ptr<const std::atomic<bool>> member_unchanged;

  [[nodiscard]] bool usable_at(base::Instant now) const {
    return member_unchanged->load() && now < record.expires_at && now < recheck_at &&
           now < last_seen_at.load() + record.idle;
  }
  void touch(base::Instant now) const;
};

// Sessions by the hash of their cookie, so that a check touches no database. What a commit ends
// or changes is gone from here before the commit is acknowledged, and a reader that began before
// the commit cannot put it back: it shows a ticket drawn before it read. Thread-safe.
class SessionCache {
 public:
  // The state of the cache at one moment.
  struct Ticket {
    std::array<std::uint64_t, 256> sessions;
    std::array<std::uint64_t, 256> members;
  };
  [[nodiscard]] Ticket ticket() const;

  // nullptr if it is not here or no longer usable at `now`.
  [[nodiscard]] std::shared_ptr<const CachedSession> find(std::string_view hash,
                                                          base::Instant now) const;
  // Keeps what was read after `ticket` was drawn, unless it may have changed since. Returns what
  // was read either way: true when the ticket was drawn, it is good for one answer.
  std::shared_ptr<const CachedSession> insert(session::SessionRecord record, session::Person person,
                                              base::Instant recheck_at, const Ticket& ticket);
  void apply(const store::Effects& effects);

  // Hash and last use of every session that was used since the last call; forgets dead ones.
  [[nodiscard]] std::vector<std::pair<std::string, base::Instant>> take_seen(base::Instant now);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<const CachedSession>> sessions;
    std::atomic<std::uint64_t> version{0};
  };
  struct MemberShard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, std::weak_ptr<std::atomic<bool>>> unchanged;
    std::atomic<std::uint64_t> version{0};
  };
  static std::size_t bucket(std::string_view key) {
    return std::hash<std::string_view>{}(key) & 0xFFU;
  }
  void forget_session(const std::string& hash);
  void forget_member(const std::string& member);
  void forget_everything();

  std::array<Shard, 256> shards_;
  std::array<MemberShard, 256> members_;
};

}  // namespace doorward::http
