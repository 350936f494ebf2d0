#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "base/doors.h"
#include "base/instant.h"
#include "http/message.h"

namespace doorward::http {

struct ServerOptions {
  std::string address = "127.0.0.1";  // an IPv4 address, or "[::1]"
  std::uint16_t port = 0;             // 0: any free one
  int io_threads = 2;
  int workers = 8;
  std::size_t queue = 256;                       // requests that wait for a worker
  std::size_t max_body = 1024UZ * 1024;          // bytes of one request's body
  std::size_t max_connections = 4096;            // fewer if the descriptor limit is lower
  std::size_t byte_budget = 64UZ * 1024 * 1024;  // of requests and answers held at once, in all
  base::Duration head_limit{10'000};             // from the first byte of a head to its end
  base::Duration body_limit{10'000};             // and the time that slowest_rate allows
  base::Duration idle_limit{75'000};             // between requests; above nginx's 60 s
  base::Duration write_limit{30'000};            // and the time that slowest_rate allows
  base::Duration linger_limit{1'000};            // for what still comes after an error
  std::size_t slowest_rate = 16UZ * 1024;        // bytes a second of an honest client
};

// The HTTP server: reads requests strictly, asks the handler, writes the answers in order.
// What is no request is answered 400, 408, 413, 414, 417, 431, 501 or 505 and the connection
// closed; a full queue or budget 503 with Retry-After, also in place of an answer of more than
// 16 KiB that the budget has no room for. A handler that throws answers 500.
// Connections are kept alive as the client asks [RFC 9112 9.3].
class Server {
 public:
  // Listens and answers from now on. `handler` and the doors outlive the server; `clock` is read
  // for Date only.
  // Error: why it cannot listen, one sentence for the operator.
  [[nodiscard]] static std::expected<std::unique_ptr<Server>, std::string> start(
      const ServerOptions& options, Handler& handler, const base::Clock& clock, base::Rng& rng,
      base::Log& log);

  // Stops at once: what is not answered yet gets no answer.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The port it listens on.
  [[nodiscard]] std::uint16_t port() const;
  // Requests of which a byte has come and that are not wholly answered.
  [[nodiscard]] std::size_t in_flight() const;
  // From now on takes no connection, so that clients are refused at once and go elsewhere, and
  // every answer closes its connection. Returns when no request is in flight, half-received ones
  // included, or after `limit`. Connections that are open may still ask: tell the load balancer
  // first (readiness).
  void drain(base::Duration limit);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace doorward::http
