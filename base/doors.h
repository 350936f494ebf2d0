#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/instant.h"

// The doors to the world, as interfaces. Real ones are made in app/ and http/; tests hold their
// own. All are thread-safe.
namespace doorward::base {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

class Rng {
 public:
  virtual ~Rng() = default;
  // Fills `out` with bytes fit for keys. A source that fails ends the process.
  virtual void fill(std::span<std::uint8_t> out) = 0;
  // n random bytes, as a string of bytes.
  [[nodiscard]] std::string bytes(std::size_t n);
};

enum class FetchError {
  refused,  // the address is private, our own, or the scheme is not allowed
  failed,   // no answer, TLS failure, too slow
  status,   // an answer other than 200
  too_large,
};

class Fetcher {
 public:
  struct Failure {
    FetchError error;
    std::string detail;  // one sentence for the operator
  };
  virtual ~Fetcher() = default;
  // The body that `url` answers with. At most `max_bytes`; the whole takes at most 15 s.
  [[nodiscard]] virtual std::expected<std::string, Failure> get(const std::string& url,
                                                                std::size_t max_bytes) = 0;
};

// What one server of the domain name system said about the TXT records of one name.
struct TxtObservation {
  enum class Outcome {
    failed,  // no answer, too late, or one that says nothing about the name (SERVFAIL, REFUSED …)
    absent,  // there is no such name, or no TXT record at it
    found,
  };
  std::string server;  // "192.0.2.53:53", "[2001:db8::53]:53"
  Outcome outcome = Outcome::failed;
  std::vector<std::string> texts;  // found: one for each record, its strings joined [RFC 7208 3.3]
  std::string detail;              // failed, absent: what was said, in a few words
};

// The resolvers that the configuration names.
class Resolver {
 public:
  virtual ~Resolver() = default;
  // Asks every server for the TXT records of `name`, all at once, and follows aliases as they do.
  // One observation a server, in their order; the whole takes at most 6 s. Blocks.
  [[nodiscard]] virtual std::vector<TxtObservation> txt(const std::string& name) = 0;
};

enum class Level { debug, info, warning, error };

// One structured line. Values never hold a cookie, a token or a message.
class Log {
 public:
  using Field = std::pair<std::string_view, std::string>;
  virtual ~Log() = default;
  virtual void write(Level level, std::string_view event, std::initializer_list<Field> fields) = 0;
};

class Metrics {
 public:
  using Label = std::pair<std::string_view, std::string>;
  virtual ~Metrics() = default;
  // Adds `by` to the counter `name`; label values come from closed sets only.
  virtual void count(std::string_view name, std::initializer_list<Label> labels, double by = 1) = 0;
  // One observation of a histogram, in seconds.
  virtual void observe(std::string_view name, std::initializer_list<Label> labels,
                       double seconds) = 0;
  virtual void gauge(std::string_view name, std::initializer_list<Label> labels, double value) = 0;
};

}  // namespace doorward::base
