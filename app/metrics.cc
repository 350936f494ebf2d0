#include "app/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

namespace doorward::app {
namespace {

constexpr std::size_t kMostLabelSets = 1'000;

struct Help {
  std::string_view name;
  const char* text;
};
constexpr std::array kHelp = {
    Help{"doorward_http_requests_total", "Requests answered, by route and status code."},
    Help{"doorward_http_request_duration_seconds", "Time from a whole request to its answer."},
    Help{"doorward_login_total", "Logins decided, by result and rule."},
    Help{"doorward_saml_verify_seconds", "Time to verify one SAML response."},
    Help{"doorward_sessions_active", "Live sign-in and application sessions known here."},
    Help{"doorward_domain_checks_total", "Records of proven domains looked up again, by result."},
    Help{"doorward_build_info", "Always 1; the version is a label."},
};

std::string help_of(std::string_view name) {
  for (const auto& help : kHelp) {
    if (help.name == name) return help.text;
  }
  return "";
}

const prometheus::Histogram::BucketBoundaries kBuckets = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
    0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

using Labels = std::initializer_list<base::Metrics::Label>;

std::string key_of(std::string_view name, Labels labels) {
  std::string key(name);
  for (const auto& [label, value] : labels) {
    key += '\0';
    key += label;
    key += '\0';
    key += value;
  }
  return key;
}

prometheus::Labels own(Labels labels, bool as_other) {
  prometheus::Labels out;
  for (const auto& [label, value] : labels) out[std::string(label)] = as_other ? "other" : value;
  return out;
}

}  // namespace

class PrometheusMetrics::Impl {
 public:
  // The metric of one label set, made when it is first named; nullptr if the name or a label is
  // none that Prometheus takes, or the name is another kind of metric's.
  template <class Metric, class Builder>
  Metric* metric(std::unordered_map<std::string, Metric*>& known, std::string_view name,
                 Labels labels, Builder make) {
    const auto key = key_of(name, labels);
    std::lock_guard lock(mutex_);
    if (const auto it = known.find(key); it != known.end()) return it->second;
    try {
      const bool full = label_sets_[std::string(name)] >= kMostLabelSets;
      Metric* made = make(own(labels, full));
      // Label sets beyond the limit are not remembered: that would be the memory to fill.
      if (full) return made;
      ++label_sets_[std::string(name)];
      known.emplace(key, made);
      return made;
    } catch (const std::invalid_argument&) {
      return nullptr;
    }
  }

  prometheus::Counter* counter(std::string_view name, Labels labels) {
    return metric(counters_, name, labels, [&](const prometheus::Labels& own_labels) {
      return &prometheus::BuildCounter()
                  .Name(std::string(name))
                  .Help(help_of(name))
                  .Register(registry_)
                  .Add(own_labels);
    });
  }
  prometheus::Gauge* gauge(std::string_view name, Labels labels) {
    return metric(gauges_, name, labels, [&](const prometheus::Labels& own_labels) {
      return &prometheus::BuildGauge()
                  .Name(std::string(name))
                  .Help(help_of(name))
                  .Register(registry_)
                  .Add(own_labels);
    });
  }
  prometheus::Histogram* histogram(std::string_view name, Labels labels) {
    return metric(histograms_, name, labels, [&](const prometheus::Labels& own_labels) {
      return &prometheus::BuildHistogram()
                  .Name(std::string(name))
                  .Help(help_of(name))
                  .Register(registry_)
                  .Add(own_labels, kBuckets);
    });
  }

  std::string scrape() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

 private:
  prometheus::Registry registry_{prometheus::Registry::InsertBehavior::Merge};
  std::mutex mutex_;
  std::unordered_map<std::string, prometheus::Counter*> counters_;
  std::unordered_map<std::string, prometheus::Gauge*> gauges_;
  std::unordered_map<std::string, prometheus::Histogram*> histograms_;
  std::unordered_map<std::string, std::size_t> label_sets_;
};

PrometheusMetrics::PrometheusMetrics() : impl_(std::make_unique<Impl>()) {}
PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::count(std::string_view name, std::initializer_list<Label> labels,
                              double by) {
  if (auto* counter = impl_->counter(name, labels)) counter->Increment(by);
}

void PrometheusMetrics::observe(std::string_view name, std::initializer_list<Label> labels,
                                double seconds) {
  if (auto* histogram = impl_->histogram(name, labels)) histogram->Observe(seconds);
}

void PrometheusMetrics::gauge(std::string_view name, std::initializer_list<Label> labels,
                              double value) {
  if (auto* gauge = impl_->gauge(name, labels)) gauge->Set(value);
}

std::string PrometheusMetrics::scrape() const {
  return impl_->scrape();
}

}  // namespace doorward::app
