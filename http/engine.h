#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "http/connection.h"
#include "http/server.h"
#include "http/slow_writer.h"
#include "http/worker_pool.h"

namespace doorward::http {

// What the connections of one server share: the pool, the slow writer, the reaper and the
// counters. Knows sockets but not who accepts them. Thread-safe; outlives its connections.
class Engine {
 public:
  Engine(const ServerOptions& options, Handler& handler, const base::Clock& clock, base::Rng& rng,
         base::Log& log);
  ~Engine();  // as stop()
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Takes on the client behind `socket` through a descriptor of its own; the caller keeps
  // `socket`. Null if there are too many connections or no descriptors left.
  [[nodiscard]] std::shared_ptr<Connection> admit(int socket);
  void drain(base::Duration limit);
  // Breaks off all connections, admits no more, and waits until whoever accepted them has seen
  // their end (at most a second).
  void break_off();
  // Ends all threads: tasks that run are finished, those that wait are forgotten.
  void stop();
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }

  // For connections.
  [[nodiscard]] const ServerOptions& options() const { return options_; }
  [[nodiscard]] base::Instant now() const { return clock_.now(); }
  [[nodiscard]] base::Log& log() { return log_; }
  [[nodiscard]] WorkerPool& pool() { return pool_; }
  [[nodiscard]] SlowWriter& slow_writer() { return slow_writer_; }
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] std::string next_request_id();
  // The handler's answer, or a plain 500 if it throws. True if it answered.
  [[nodiscard]] bool answer_inline(const Request& request, Response& response);
  [[nodiscard]] Response answer(const Request& request);
  void enter_flight() { ++in_flight_; }
  void leave_flight();
  // Counts bytes held; false if that is more than the budget.
  [[nodiscard]] bool charge(std::size_t before, std::size_t after);
  // The accepting side gives the connection's socket back.
  void detach();
  void forget(Connection* connection);

 private:
  void reap();
  [[nodiscard]] std::vector<std::shared_ptr<Connection>> all_connections();

  const ServerOptions options_;
  Handler& handler_;
  const base::Clock& clock_;
  base::Log& log_;
  const std::size_t max_connections_;
  const std::string id_prefix_;
  std::uint64_t id_key_ = 0;
  std::atomic<std::uint64_t> id_counter_ = 0;
  std::atomic<bool> draining_ = false;
  std::atomic<std::size_t> in_flight_ = 0;
  std::atomic<std::size_t> connections_ = 0;
  std::atomic<std::size_t> held_bytes_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;  // something that drain, break_off or the reaper waits for
  bool stopping_ = false;
  bool closed_ = false;       // admits no more
  std::size_t attached_ = 0;  // connections whose accepting side still has the socket
  std::unordered_map<Connection*, std::weak_ptr<Connection>> registry_;

  WorkerPool pool_;
  SlowWriter slow_writer_;
  std::thread reaper_;
};

}  // namespace doorward::http
