#include "http/session_cache.h"

namespace doorward::http {

void CachedSession::touch(base::Instant now) const {
  // A second is fine enough for limits of minutes, and spares the cache line.
  if (now - last_seen_at.load(std::memory_order_relaxed) < std::chrono::seconds(1)) return;
  last_seen_at.store(now);
  seen_since_written.store(true);
}

SessionCache::Ticket SessionCache::ticket() const {
  Ticket ticket{};
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    ticket.sessions[i] = shards_[i].version.load();
    ticket.members[i] = members_[i].version.load();
  }
  return ticket;
}

std::shared_ptr<const CachedSession> SessionCache::find(std::string_view hash,
                                                        base::Instant now) const {
  const Shard& shard = shards_[bucket(hash)];
  std::lock_guard lock(shard.mutex);
  auto it = shard.sessions.find(std::string(hash));
  if (it == shard.sessions.end() || !it->second->usable_at(now)) return nullptr;
  return it->second;
}

std::shared_ptr<const CachedSession> SessionCache::insert(session::SessionRecord record,
                                                          session::Person person,
                                                          base::Instant recheck_at,
                                                          const Ticket& ticket) {
  const std::string member = person.member.str();
  const std::string hash = record.hash;
  auto entry = std::make_shared<CachedSession>();
  entry->last_seen_at = record.last_seen_at;
  entry->record = std::move(record);
  entry->person = std::move(person);
  entry->recheck_at = recheck_at;

  MemberShard& members = members_[bucket(member)];
  std::lock_guard member_lock(members.mutex);
  auto& known = members.unchanged[member];
  auto unchanged = known.lock();
  if (!unchanged) {
    unchanged = std::make_shared<std::atomic<bool>>(true);
    known = unchanged;
  }
  entry->member_unchanged = unchanged;

  Shard& shard = shards_[bucket(hash)];
  std::lock_guard lock(shard.mutex);
  if (members.version.load() == ticket.members[bucket(member)] &&
      shard.version.load() == ticket.sessions[bucket(hash)]) {
    shard.sessions[hash] = entry;
  }
  return entry;
}

void SessionCache::apply(const store::Effects& effects) {
  if (effects.everything) {
    forget_everything();
    return;
  }
  for (const auto& hash : effects.ended_sessions) forget_session(hash);
  for (const auto& member : effects.changed_members) forget_member(member.str());
}

void SessionCache::forget_session(const std::string& hash) {
  Shard& shard = shards_[bucket(hash)];
  std::lock_guard lock(shard.mutex);
  ++shard.version;
  shard.sessions.erase(hash);
}

void SessionCache::forget_member(const std::string& member) {
  MemberShard& shard = members_[bucket(member)];
  std::lock_guard lock(shard.mutex);
  ++shard.version;
  auto it = shard.unchanged.find(member);
  if (it == shard.unchanged.end()) return;
  if (auto unchanged = it->second.lock()) unchanged->store(false);
  shard.unchanged.erase(it);
}

void SessionCache::forget_everything() {
  for (auto& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    ++shard.version;
    shard.sessions.clear();
  }
}

std::vector<std::pair<std::string, base::Instant>> SessionCache::take_seen(base::Instant now) {
  std::vector<std::pair<std::string, base::Instant>> seen;
  for (auto& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    for (auto it = shard.sessions.begin(); it != shard.sessions.end();) {
      const CachedSession& entry = *it->second;
      if (entry.seen_since_written.exchange(false)) {
        seen.emplace_back(it->first, entry.last_seen_at.load());
      }
      it = entry.usable_at(now) ? std::next(it) : shard.sessions.erase(it);
    }
  }
  for (auto& shard : members_) {
    std::lock_guard lock(shard.mutex);
    std::erase_if(shard.unchanged, [](const auto& entry) { return entry.second.expired(); });
  }
  return seen;
}

std::size_t SessionCache::size() const {
  std::size_t total = 0;
  for (const auto& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    total += shard.sessions.size();
  }
  return total;
}

}  // namespace doorward::http
