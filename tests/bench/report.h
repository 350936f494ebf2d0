#pragma once

#include <optional>
#include <string>

namespace doorward::bench {

// One figure of a benchmark, beside its floor or peer of the same run.
struct Figure {
  std::string benchmark;  // "login_http"
  std::string what;       // "8 clients, everyone new"
  double value = 0;
  std::string unit;  // "/s", "ms", "MB"
  std::string peer;  // what it is compared with; empty: nothing
  std::optional<double> peer_value;
  std::optional<double> ratio;  // as the target counts it
  std::string target;           // ">= 3000/s"; empty: told for information only
  bool ok = true;               // whether the target is met
};

// Prints it to standard output as one line of JSON.
void report(const Figure& figure);

// What a benchmark cannot measure here, and why; printed as one line of JSON.
void report_not_measured(const std::string& benchmark, const std::string& what,
                         const std::string& why);

// The command line of every benchmark. Ends the program at an unknown option.
//   --quick   smaller amounts and shorter runs: a look, no figure to quote
//   --keep    leaves its folder behind
struct Options {
  bool quick = false;
  bool keep = false;
};
[[nodiscard]] Options parse_options(int argc, char** argv);

// One sentence to standard error, and the end of the program: a benchmark that cannot be set up or
// gets a wrong answer has no figure.
[[noreturn]] void give_up(const std::string& why);

}  // namespace doorward::bench
