#include <fstream>
#include <iostream>
#include <iterator>

#include "app/clock.h"
#include "app/command_line.h"
#include "certs/rng.h"
#include "http/curl_fetcher.h"
#include "http/dns_resolver.h"

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

std::unique_ptr<doorward::base::Resolver> make_resolver(const doorward::app::Config& config) {
  doorward::http::ResolverOptions options;
  options.servers = config.dns_servers;
  if (options.servers.empty()) {
    std::ifstream file("/etc/resolv.conf");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    options.servers = doorward::http::name_servers_of(text);
  }
  return std::make_unique<doorward::http::DnsResolver>(std::move(options));
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
                                 .make_fetcher = make_fetcher,
                                 .make_resolver = make_resolver};
  return doorward::app::run({argv + 1, argv + argc}, process);
}
