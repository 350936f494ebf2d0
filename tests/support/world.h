#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>

#include "base/doors.h"

// Doors to the world for tests: a clock moved by hand, random bytes from a seed, a silent log.
namespace doorward::tests {

class HandClock : public base::Clock {
 public:
  explicit HandClock(base::Instant now) : now_(now) {}
  [[nodiscard]] base::Instant now() const override { return now_.load(); }
  void set(base::Instant now) { now_ = now; }
  void advance(base::Duration by) { now_ = now_.load() + by; }

 private:
  std::atomic<base::Instant> now_;
};

// The same seed gives the same bytes; never for anything but tests.
class SeededRng : public base::Rng {
 public:
  explicit SeededRng(std::uint64_t seed = 1) : engine_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

class SilentLog : public base::Log {
 public:
  void write(base::Level, std::string_view, std::initializer_list<Field>) override {}
};

class NoMetrics : public base::Metrics {
 public:
  void count(std::string_view, std::initializer_list<Label>, double) override {}
  void observe(std::string_view, std::initializer_list<Label>, double) override {}
  void gauge(std::string_view, std::initializer_list<Label>, double) override {}
};

// The instant that `text` names; ends the test program if it names none.
[[nodiscard]] base::Instant at(std::string_view text);

// The bytes of a file; ends the test program if it cannot be read.
[[nodiscard]] std::string read_file(const std::string& path);

}  // namespace doorward::tests
