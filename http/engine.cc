#include "http/engine.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

#include "base/encoding.h"
#include "http/serializer.h"

namespace doorward::http {
namespace {

// Descriptors for all that is no connection: files, database, log, epoll, outgoing calls.
constexpr std::size_t kReservedDescriptors = 192;

// Every connection takes two descriptors: the one that accepted it, and our own.
std::size_t connection_cap(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
  const auto descriptors = static_cast<std::size_t>(limit.rlim_cur);
  if (descriptors <= 2 * kReservedDescriptors) return std::min<std::size_t>(wanted, 32);
  return std::min(wanted, (descriptors - kReservedDescriptors) / 2);
}

// The reaper need not be finer than a fraction of the shortest limit.
base::Duration reaper_period(const ServerOptions& options) {
  const auto shortest = std::min({options.head_limit, options.body_limit, options.idle_limit,
                                  options.write_limit, options.linger_limit});
  return std::clamp(shortest / 4, base::Duration(5), base::Duration(250));
}

// One step of splitmix64: a bijection, so that a counter never gives the same value twice.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

}  // namespace

Engine::Engine(const ServerOptions& options, Handler& handler, const base::Clock& clock,
               base::Rng& rng, base::Log& log)
    : options_(options),
      handler_(handler),
      clock_(clock),
      log_(log),
      max_connections_(connection_cap(options.max_connections)),
      id_prefix_(base::hex_encode(rng.bytes(8))),
      pool_(options.workers, options.queue) {
  const std::string key = rng.bytes(sizeof(id_key_));
  std::memcpy(&id_key_, key.data(), sizeof(id_key_));
  reaper_ = std::thread([this] { reap(); });
}

Engine::~Engine() {
  stop();
}

std::shared_ptr<Connection> Engine::admit(int socket) {
  if (connections_.fetch_add(1) >= max_connections_) {
    --connections_;
    return nullptr;
  }
  // Accepted descriptors choose their I/O thread by their number: keep ours out of their range,
  // or two a connection would leave every second thread without work.
  const auto above = static_cast<int>(max_connections_ + kReservedDescriptors / 2);
  int fd = ::fcntl(socket, F_DUPFD_CLOEXEC, above);
  if (fd < 0) fd = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (fd < 0) {
    --connections_;
    return nullptr;
  }
  auto connection = std::make_shared<Connection>(*this, fd);
  bool late = false;
  {
    std::lock_guard lock(mutex_);
    late = closed_;
    attached_ += late ? 0 : 1;
    registry_.emplace(connection.get(), connection);
  }
  return late ? nullptr : connection;
}

void Engine::detach() {
  {
    std::lock_guard lock(mutex_);
    --attached_;
  }
  changed_.notify_all();
}

void Engine::forget(Connection* connection) {
  {
    std::lock_guard lock(mutex_);
    registry_.erase(connection);
  }
  --connections_;
}

void Engine::drain(base::Duration limit) {
  draining_ = true;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return in_flight_ == 0; });
}

void Engine::leave_flight() {
  if (--in_flight_ > 0 || !draining_) return;
  {
    std::lock_guard lock(mutex_);
  }
  changed_.notify_all();
}

void Engine::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (reaper_.joinable()) reaper_.join();
  pool_.stop();
  slow_writer_.stop();
}

void Engine::break_off() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  for (const auto& connection : all_connections()) connection->drop();
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::seconds(1), [this] { return attached_ == 0; });
}

// Whoever lets go of the copies must not hold the lock: the last reference takes it.
std::vector<std::shared_ptr<Connection>> Engine::all_connections() {
  std::vector<std::shared_ptr<Connection>> all;
  std::lock_guard lock(mutex_);
  for (const auto& [key, weak] : registry_) {
    if (auto connection = weak.lock()) all.push_back(std::move(connection));
  }
  return all;
}

void Engine::reap() {
  const auto period = reaper_period(options_);
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, period, [this] { return stopping_; })) {
    lock.unlock();
    const auto now = std::chrono::steady_clock::now();
    for (const auto& connection : all_connections()) connection->on_tick(now);
    lock.lock();
  }
}

std::string Engine::next_request_id() {
  const std::uint64_t value = mix(id_key_ + ++id_counter_);
  std::string bytes(sizeof(value), '\0');
  std::memcpy(bytes.data(), &value, sizeof(value));
  return id_prefix_ + base::hex_encode(bytes);
}

bool Engine::answer_inline(const Request& request, Response& response) {
  try {
    return handler_.answer_inline(request, response);
  } catch (const std::exception& e) {
    log_.write(base::Level::error, "http.handler_threw",
               {{"request", request.id}, {"error", e.what()}});
  } catch (...) {
    log_.write(base::Level::error, "http.handler_threw", {{"request", request.id}});
  }
  response = plain_response(500);
  return true;
}

Response Engine::answer(const Request& request) {
  try {
    return handler_.answer(request);
  } catch (const std::exception& e) {
    log_.write(base::Level::error, "http.handler_threw",
               {{"request", request.id}, {"error", e.what()}});
  } catch (...) {
    log_.write(base::Level::error, "http.handler_threw", {{"request", request.id}});
  }
  return plain_response(500);
}

bool Engine::charge(std::size_t before, std::size_t after) {
  if (after <= before) {
    held_bytes_ -= before - after;
    return true;
  }
  return held_bytes_.fetch_add(after - before) + (after - before) <= options_.byte_budget;
}

}  // namespace doorward::http
