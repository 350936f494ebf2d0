#include <iostream>

#include "app/clock.h"
#include "app/command_line.h"
#include "certs/rng.h"
#include "http/curl_fetcher.h"

extern char** environ;

namespace {

doorward::app::NamedTexts environment() {
  doorward::app::NamedTexts variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::unique_ptr<doorward::base::Fetcher> make_fetcher(const doorward::app::Config& config) {
  doorward::http::FetcherOptions options;
  options.allow_private = config.fetch_allow_private;
  options.own_listeners = {{config.listen.host, config.listen.port},
                           {config.admin_listen.host, config.admin_listen.port}};
  return std::make_unique<doorward::http::CurlFetcher>(std::move(options));
}

}  // namespace

int main(int argc, char** argv) {
  doorward::app::SystemClock clock;
  doorward::certs::SystemRng rng;
  doorward::app::Process process{.in = std::cin,
                                 .out = std::cout,
                                 .err = std::cerr,
                                 .environment = environment(),
                                 .clock = clock,
                                 .rng = rng,
                                 .make_fetcher = make_fetcher};
  return doorward::app::run({argv + 1, argv + argc}, process);
}
