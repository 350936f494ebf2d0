#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "http/server.h"
#include "tests/support/raw_client.h"
#include "tests/support/world.h"

namespace doorward::tests {

// "/quick" and "/empty" answer inline, all else on a worker: "/echo" with method, target and
// body, "/big" with 20 MB, "/wait" once open() was called, "/headers" with some that repeat,
// "/inject", "/throw", "/throw-int".
class TestHandler : public http::Handler {
 public:
  bool answer_inline(const http::Request& request, http::Response& response) override;
  http::Response answer(const http::Request& request) override;

  void open();
  // Waits until `count` requests have come to "/wait".
  void await_waiting(std::size_t count);
  // Requests that have come, to whatever path.
  [[nodiscard]] std::size_t calls() const { return calls_; }

  static constexpr std::size_t kBig = 20UZ * 1024 * 1024;

 private:
  void wait();

  std::atomic<std::size_t> calls_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t waiting_ = 0;
  bool open_ = false;
};

// A running server on a free port of the loopback address.
class ServerTest : public ::testing::Test {
 protected:
  ~ServerTest() override;
  void start(const http::ServerOptions& options = {});
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  TestHandler handler_;
  HandClock clock_{at("2024-05-01T12:00:00Z")};
  SeededRng rng_;
  SilentLog log_;
  std::unique_ptr<http::Server> server_;
};

// The engine's own answer: plain, never stored, and the connection ends with it.
void expect_refused(RawClient& client, int status, const std::string& what = "");

// Waits for what happens soon; false if it does not.
template <class Condition>
bool soon(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

std::string get(const std::string& target, const std::string& headers = "");
std::string post(const std::string& target, const std::string& body);

}  // namespace doorward::tests
