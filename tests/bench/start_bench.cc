// From exec to the first 200 with many members in the store, and the memory of an idle server on an
// empty one.
#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/bench/installation.h"
#include "tests/bench/load.h"
#include "tests/bench/report.h"

namespace doorward::bench {
namespace {

constexpr double kSlowest = 100;  // ms
constexpr double kLargest = 20;   // MB

// Asks the public listener, as a browser would, until it answers.
double start_once(Installation& installation) {
  const std::string request = "GET /login HTTP/1.1\r\nHost: sso.localhost:8000\r\n\r\n";
  const auto started = std::chrono::steady_clock::now();
  Child server({DOORWARD_BINARY_DIR "/doorward", "--config", installation.folder + "/doorward.toml",
                "serve"},
               installation.folder + "/gateway.log");
  while (status_of(ask(installation.port, request)) != 200) {
    if (!server.running()) give_up("doorward ended while starting");
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  const auto answered = std::chrono::steady_clock::now();
  return std::chrono::duration<double, std::milli>(answered - started).count();
}

void run(const Options& options) {
  const std::size_t members = options.quick ? 100'000 : 1'000'000;
  auto big = big_installation(members);
  std::vector<double> starts;
  for (int i = 0; i < 7; ++i) starts.push_back(start_once(*big));
  std::ranges::sort(starts);
  const double median = starts[starts.size() / 2];
  report({.benchmark = "start",
          .what = "to the first 200, " + std::string(options.quick ? "100,000" : "1,000,000") +
                  " members",
          .value = median,
          .unit = "ms",
          .peer = "",
          .peer_value = {},
          .ratio = {},
          .target = "<= 100 ms",
          .ok = median <= kSlowest});

  const std::string folder = fresh_folder("start");
  Installation empty(folder);
  auto server = empty.serve();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const double resident = server->resident_megabytes();
  report({.benchmark = "start",
          .what = "resident memory, idle and empty",
          .value = resident,
          .unit = "MB",
          .peer = "",
          .peer_value = {},
          .ratio = {},
          .target = "<= 20 MB",
          .ok = resident <= kLargest});
  server.reset();
  if (!options.keep) remove_folder(folder);
}

}  // namespace
}  // namespace doorward::bench

int main(int argc, char** argv) {
  doorward::bench::run(doorward::bench::parse_options(argc, argv));
  return 0;
}
