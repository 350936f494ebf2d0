#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/shipped_server.h"

namespace doorward::tests {

// A login that the server said was done.
struct Acknowledged {
  std::string email;
  std::string cookie;
  std::string http;  // the POST that did it
};

// People who sign in one after the other over several connections, until they are told to stop or
// the server is gone. Every third is one of ten who come again and again.
class LoginLoad {
 public:
  // first: number of the first new person; numbers up to first + 999,999 are this load's.
  LoginLoad(Installation& installation, std::uint16_t port, std::size_t clients,
            std::size_t first) {
    for (std::size_t i = 0; i < clients; ++i) {
      threads_.emplace_back([this, &installation, port, from = first + i * 10'000] {
        run(installation, port, from);
      });
    }
  }
  ~LoginLoad() { stop(); }

  void stop() {
    stopping_ = true;
    threads_.clear();
  }
  // After stop().
  [[nodiscard]] const std::vector<Acknowledged>& acknowledged() const { return acknowledged_; }
  // Answers that are neither a sign-in nor "not now".
  [[nodiscard]] const std::vector<std::string>& wrong() const { return wrong_; }
  [[nodiscard]] std::size_t unavailable() const { return unavailable_; }
  // Answers that began and did not end.
  [[nodiscard]] std::size_t halves() const { return halves_; }

 private:
  void run(Installation& installation, std::uint16_t port, std::size_t from) {
    auto client = RawClient::reach(port);
    for (std::size_t i = 0; client && !stopping_; ++i) {
      const auto person = person_number(i % 3 == 2 ? i % 10 : from + i);
      auto login = prepare_login(installation, *client, person);
      if (!login) return;
      auto answer = client->ask(login->http);
      std::lock_guard lock(mutex_);
      if (!answer) {
        halves_ += client->has_half() ? 1 : 0;
        return;
      }
      if (answer->status == 503) {
        ++unavailable_;
      } else if (answer->status != 303) {
        wrong_.push_back(std::to_string(answer->status) + " of the ACS: " + answer->body);
      } else {
        acknowledged_.push_back({login->person.email, session_of(*answer), login->http});
      }
      if (answer->header("connection") == "close") client = RawClient::reach(port);
    }
  }

  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<Acknowledged> acknowledged_;
  std::vector<std::string> wrong_;
  std::size_t unavailable_ = 0;
  std::size_t halves_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace doorward::tests
