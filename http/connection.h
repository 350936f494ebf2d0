#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/parser.h"

namespace doorward::http {

class Engine;

// One client's connection: cuts what comes in into requests, has them answered one at a time and
// in order, and writes the answers. Thread-safe: the I/O thread, a worker, the slow writer and
// the reaper all call it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Owns `fd`, a descriptor of a connected socket, until it is destroyed.
  Connection(Engine& engine, int fd);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Bytes from the client. Called by the I/O thread only.
  void on_input(std::string_view bytes);
  // Nothing more will come from the client; an answer may still reach it. Called once, by the
  // I/O thread.
  void on_end();
  // Acts on a deadline that has passed.
  void on_tick(Time now);
  // Breaks the connection off. What is being answered ends in nothing.
  void drop();

 private:
  enum class State {
    reading,    // a request, or waiting for one
    working,    // the handler has request_; nobody else touches it
    writing,    // outbox_ is being sent
    lingering,  // all sent; what still comes is thrown away until the client closes
    closed,
  };
  enum class Phase { idle, head, body };  // of State::reading, for its deadline
  using Lock = std::unique_lock<std::mutex>;

  void read_on(Lock& lock);
  void await_more();
  void hand_over(Lock& lock);
  void work();
  void respond(const Response& response);
  void refuse(int status, std::string_view reason);
  void write(const Response& response);
  void on_writable();
  void flush();
  void wait_writable();
  void finish();
  void shut();
  void keep_for_later(std::string_view bytes);
  [[nodiscard]] bool charge();
  void send_continue();
  void enter_flight();
  void leave_flight();

  Engine& engine_;
  const int fd_;
  std::string peer_;

  std::mutex mutex_;
  State state_ = State::reading;
  Phase phase_ = Phase::idle;
  Time deadline_;
  RequestParser parser_;
  std::string inbox_;  // came in; parsed up to inbox_at_
  std::size_t inbox_at_ = 0;
  std::size_t charged_ = 0;    // of the engine's byte budget
  Request request_;            // being answered
  std::size_t body_size_ = 0;  // of request_
  bool close_ = false;         // after the answer at hand
  bool ended_ = false;         // the client sends nothing more
  bool continued_ = false;     // 100 was sent for this request
  bool in_flight_ = false;     // counted by the engine
  std::string outbox_;
  std::size_t sent_ = 0;  // of outbox_
  std::size_t discarded_ = 0;
};

}  // namespace doorward::http
