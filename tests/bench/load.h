#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace doorward::bench {

struct LoadOptions {
  std::uint16_t port = 0;  // on 127.0.0.1
  std::size_t clients = 8;
  double seconds = 0;  // 0: each request once; else round and round until they have passed
  // Whether an answer is as it must be. head: status line and header fields.
  std::function<bool(int status, std::string_view head)> right;
};

struct LoadResult {
  std::size_t answers = 0;
  std::size_t wrong = 0;
  std::size_t reconnects = 0;  // because the server closed a connection
  double seconds = 0;
  std::vector<double> milliseconds;  // of each answer, sorted
  std::string first_wrong;           // its head, and the beginning of its body

  [[nodiscard]] double per_second() const {
    return seconds > 0 ? static_cast<double>(answers) / seconds : 0;
  }
  // p: 0.5, 0.99, …
  [[nodiscard]] double percentile(double p) const;
};

// Sends whole HTTP/1.1 requests over `clients` connections that are kept alive, each with one
// request in flight; time runs from the first byte sent to the last one received. One thread.
// Gives up if the server cannot be reached or its framing is not understood (Content-Length only).
[[nodiscard]] LoadResult run_load(const std::vector<std::string>& requests,
                                  const LoadOptions& options);

// One request over a connection of its own: the whole answer; empty if nobody answers.
[[nodiscard]] std::string ask(std::uint16_t port, const std::string& request);
[[nodiscard]] int status_of(std::string_view answer);  // 0 if it is none

// A connection that is kept alive, for one request after the other.
class Client {
 public:
  explicit Client(std::uint16_t port);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  // The whole answer. Gives up if there is none.
  [[nodiscard]] std::string ask(const std::string& request);

 private:
  int socket_;
};

}  // namespace doorward::bench
