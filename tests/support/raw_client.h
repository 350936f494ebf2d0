#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A TCP client that sends exactly the bytes it is told to.
namespace doorward::tests {

struct RawAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names lower case
  std::string body;
  // The first value of `name` (lower case), or empty.
  [[nodiscard]] std::string header(std::string_view name) const;
};

class RawClient {
 public:
  // Connects to 127.0.0.1; ends the test program if nobody listens. `receive_buffer` in bytes,
  // 0 for the system's.
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);
  // Null if nobody listens.
  [[nodiscard]] static std::unique_ptr<RawClient> reach(std::uint16_t port);
  // The same, to [::1].
  [[nodiscard]] static std::unique_ptr<RawClient> reach_ipv6(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // Every read waits at most this long.
  void set_timeout(std::chrono::milliseconds timeout);
  // False if the server has closed before all was sent.
  bool send(std::string_view bytes);
  // The next answer, its body by Content-Length. Of HEAD requests and of 1xx, 204 and 304 it has
  // none. Nothing if the server closes first or is silent.
  std::optional<RawAnswer> read(bool head_request = false);
  // send() and read().
  std::optional<RawAnswer> ask(std::string_view bytes) {
    return send(bytes) ? read() : std::nullopt;
  }
  // Whether there are bytes of an answer that has not come whole.
  [[nodiscard]] bool has_half() const { return !buffer_.empty(); }
  // Everything until the server closes; nothing if it does not.
  std::optional<std::string> read_to_end();
  // True if the server closes without sending more.
  bool ends() { return read_to_end() == ""; }
  // Sends no more, still reads.
  void finish_sending();
  // Goes away at once, as a process that is killed with unread bytes: the server sees a reset.
  void reset();

 private:
  explicit RawClient(std::nullptr_t) {}
  [[nodiscard]] bool connect(std::uint16_t port, int receive_buffer, bool ipv6 = false);
  // Reads once. False at the end or when the server is silent.
  bool receive();

  int fd_ = -1;
  bool closed_ = false;
  std::string buffer_;
};

}  // namespace doorward::tests
