#pragma once

#include <atomic>

#include "base/doors.h"
#include "jit/domain.h"
#include "store/store.h"

namespace doorward::app {

// Looks the records of proven domains up again, each about once a day at an hour of its own, and
// writes what the rules make of the answers. All outlive it.
class DomainWatch {
 public:
  DomainWatch(store::Store& store, base::Resolver& resolver, base::Clock& clock, base::Log& log,
              base::Metrics& metrics)
      : store_(store), resolver_(resolver), clock_(clock), log_(log), metrics_(metrics) {}

  // Looks up what is due, at most 64 domains and eight at a time; blocks meanwhile. How many.
  // One caller at a time.
  std::size_t run();
  // run() begins no further look-up; those under way take at most 6 s. Thread-safe.
  void stop() { stopping_ = true; }

 private:
  void check(const jit::Domain& due);

  store::Store& store_;
  base::Resolver& resolver_;
  base::Clock& clock_;
  base::Log& log_;
  base::Metrics& metrics_;
  std::atomic<bool> stopping_{false};
};

}  // namespace doorward::app
