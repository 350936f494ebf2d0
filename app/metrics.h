#pragma once

#include <memory>
#include <string>

#include "base/doors.h"

namespace doorward::app {

// Counters, gauges and histograms in memory, as Prometheus reads them. Thread-safe.
// A family holds at most 1,000 label sets; what comes later counts under the value "other", so
// that no caller can fill the memory.
class PrometheusMetrics : public base::Metrics {
 public:
  PrometheusMetrics();
  ~PrometheusMetrics() override;
  void count(std::string_view name, std::initializer_list<Label> labels, double by) override;
  void observe(std::string_view name, std::initializer_list<Label> labels, double seconds) override;
  void gauge(std::string_view name, std::initializer_list<Label> labels, double value) override;

  // The text exposition format, version 0.0.4.
  [[nodiscard]] std::string scrape() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace doorward::app
