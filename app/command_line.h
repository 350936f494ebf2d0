#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "app/config.h"
#include "base/doors.h"

namespace doorward::app {

// All that the program touches of the world, so that tests hold their own.
struct Process {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  NamedTexts environment;
  base::Clock& clock;
  base::Rng& rng;
  // Fetches IdP metadata from URLs.
  std::function<std::unique_ptr<base::Fetcher>(const Config&)> make_fetcher;
  // Looks up what proves a domain.
  std::function<std::unique_ptr<base::Resolver>(const Config&)> make_resolver;
};

// Runs the command that `arguments` (without the program's name) say.
// Exit status: 0 done; 1 refused or failed, with sentences on `err`; 2 not a command.
[[nodiscard]] int run(const std::vector<std::string>& arguments, Process& process);

}  // namespace doorward::app
