#include "app/metrics.h"

#include <gtest/gtest.h>

namespace doorward::app {
namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(PrometheusMetrics, CountsByLabels) {
  PrometheusMetrics metrics;
  metrics.count("doorward_login_total", {{"result", "admit"}, {"rule", "L18"}}, 1);
  metrics.count("doorward_login_total", {{"result", "admit"}, {"rule", "L18"}}, 2);
  metrics.count("doorward_login_total", {{"result", "deny"}, {"rule", "L4"}}, 1);
  const auto text = metrics.scrape();
  EXPECT_TRUE(has_line(text, "# TYPE doorward_login_total counter")) << text;
  EXPECT_TRUE(has_line(text, "doorward_login_total{result=\"admit\",rule=\"L18\"} 3")) << text;
  EXPECT_TRUE(has_line(text, "doorward_login_total{result=\"deny\",rule=\"L4\"} 1")) << text;
}

TEST(PrometheusMetrics, ObservesSecondsInBuckets) {
  PrometheusMetrics metrics;
  metrics.observe("doorward_saml_verify_seconds", {}, 0.004);
  const auto text = metrics.scrape();
  EXPECT_TRUE(has_line(text, "doorward_saml_verify_seconds_bucket{le=\"0.0025\"} 0")) << text;
  EXPECT_TRUE(has_line(text, "doorward_saml_verify_seconds_bucket{le=\"0.005\"} 1")) << text;
  EXPECT_TRUE(has_line(text, "doorward_saml_verify_seconds_count 1")) << text;
}

TEST(PrometheusMetrics, SetsGauges) {
  PrometheusMetrics metrics;
  metrics.gauge("doorward_sessions_active", {}, 7);
  metrics.gauge("doorward_sessions_active", {}, 5);
  EXPECT_TRUE(has_line(metrics.scrape(), "doorward_sessions_active 5"));
}

TEST(PrometheusMetrics, CountsLabelSetsBeyondTheLimitAsOther) {
  PrometheusMetrics metrics;
  for (int i = 0; i < 1'200; ++i) {
    metrics.count("doorward_http_requests_total", {{"route", std::to_string(i)}}, 1);
  }
  const auto text = metrics.scrape();
  EXPECT_TRUE(has_line(text, "doorward_http_requests_total{route=\"999\"} 1"));
  EXPECT_EQ(text.find("route=\"1000\""), text.npos);
  EXPECT_TRUE(has_line(text, "doorward_http_requests_total{route=\"other\"} 200"));
}

TEST(PrometheusMetrics, PassesOverNamesThatPrometheusDoesNotTake) {
  PrometheusMetrics metrics;
  metrics.count("no name", {}, 1);
  metrics.count("fine_total", {{"no label!", "x"}}, 1);
  metrics.count("fine_total", {}, 1);
  metrics.gauge("fine_total", {}, 3);
  EXPECT_TRUE(has_line(metrics.scrape(), "fine_total 1"));
}

}  // namespace
}  // namespace doorward::app
