#include "tests/bench/report.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/json.h"

namespace doorward::bench {
namespace {

void print(const base::Json& json) {
  std::printf("%s\n", base::dump_json(json).c_str());
  std::fflush(stdout);
}

}  // namespace

void report(const Figure& figure) {
  base::Json json = {{"benchmark", figure.benchmark}, {"what", figure.what},
                     {"value", figure.value},         {"unit", figure.unit},
                     {"target", figure.target},       {"ok", figure.ok}};
  if (!figure.peer.empty()) json["peer"] = figure.peer;
  if (figure.peer_value) json["peer_value"] = *figure.peer_value;
  if (figure.ratio) json["ratio"] = *figure.ratio;
  print(json);
}

void report_not_measured(const std::string& benchmark, const std::string& what,
                         const std::string& why) {
  print({{"benchmark", benchmark}, {"what", what}, {"not_measured", why}});
}

Options parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--quick") {
      options.quick = true;
    } else if (argument == "--keep") {
      options.keep = true;
    } else {
      std::fprintf(stderr, "usage: %s [--quick] [--keep]\n", argv[0]);
      std::exit(2);
    }
  }
  return options;
}

void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

}  // namespace doorward::bench
