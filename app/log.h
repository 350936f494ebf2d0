#pragma once

#include <iosfwd>
#include <memory>

#include "app/config.h"
#include "base/doors.h"

namespace doorward::app {

// Writes one line an event to a stream: logfmt or JSON, with time, level and event first. Values
// are escaped, so that one event is always one line. Thread-safe.
// Fields that name a person (email, name, name_id, ip) are left out, written as the first 16 hex
// digits of their SHA-256, or written as they are, by [log] personal. A hash joins lines of the
// same person; who guesses the value can confirm it.
class StreamLog : public base::Log {
 public:
  // out, clock: outlive the log.
  StreamLog(std::ostream& out, const LogSettings& settings, base::Clock& clock);
  ~StreamLog() override;
  void write(base::Level level, std::string_view event,
             std::initializer_list<Field> fields) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace doorward::app
