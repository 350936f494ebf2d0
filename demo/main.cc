// doorward-demo: an identity provider with four personalities, and an application. For trying
// things out on one machine; never part of the server.
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "app/clock.h"
#include "app/log.h"
#include "certs/rng.h"
#include "demo/app.h"
#include "demo/idp.h"
#include "http/server.h"
#include "xml/document.h"

namespace doorward::demo {
namespace {

constexpr std::string_view kUsage =
    "usage: doorward-demo idp --port N --public-url URL --gateway URL --app URL --state DIR\n"
    "       doorward-demo app --port N --name NAME\n";

using Flags = std::map<std::string, std::string, std::less<>>;

// --name value pairs, each of `names` exactly once; else empty.
Flags read_flags(int argc, char** argv, std::initializer_list<std::string_view> names) {
  Flags flags;
  for (int i = 2; i + 1 < argc; i += 2) flags[argv[i]] = argv[i + 1];
  bool complete = flags.size() == names.size() && argc == 2 + 2 * static_cast<int>(names.size());
  for (const auto name : names) complete = complete && flags.contains(name);
  return complete ? flags : Flags{};
}

int serve(const std::string& port, http::Handler& handler, const sigset_t& signals) {
  app::SystemClock clock;
  certs::SystemRng rng;
  app::StreamLog log(std::cerr, {}, clock);
  http::ServerOptions options;
  options.io_threads = 1;
  options.workers = 4;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (error != std::errc{} || end != port.data() + port.size()) {
    std::fputs(kUsage.data(), stderr);
    return 2;
  }
  const auto server = http::Server::start(options, handler, clock, rng, log);
  if (!server) {
    std::fprintf(stderr, "doorward-demo: %s\n", server.error().c_str());
    return 1;
  }
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->drain(std::chrono::seconds(1));
  return 0;
}

int run_app(const Flags& flags, const sigset_t& signals) {
  App app(flags.at("--name"));
  return serve(flags.at("--port"), app, signals);
}

int run_idp(const Flags& flags, const sigset_t& signals) {
  xml::init();
  app::SystemClock clock;
  certs::SystemRng rng;
  const auto idp = Idp::make({.public_url = flags.at("--public-url"),
                              .gateway_url = flags.at("--gateway"),
                              .app_url = flags.at("--app"),
                              .state = flags.at("--state")},
                             clock, rng);
  if (!idp) {
    std::fprintf(stderr, "doorward-demo: %s\n", idp.error().c_str());
    return 1;
  }
  // For whoever sets the gateway up: it connects to the loopback address itself.
  std::ofstream urls(flags.at("--state") + "/metadata-urls");
  for (const auto& company : companies()) {
    urls << company.vendor << " http://127.0.0.1:" << flags.at("--port") << company.metadata_path
         << "\n";
  }
  urls.close();
  return serve(flags.at("--port"), **idp, signals);
}

int run(int argc, char** argv) {
  // Blocked before any thread starts, so that only sigwait sees them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "idp") {
    const auto flags =
        read_flags(argc, argv, {"--port", "--public-url", "--gateway", "--app", "--state"});
    if (!flags.empty()) return run_idp(flags, signals);
  }
  if (what == "app") {
    const auto flags = read_flags(argc, argv, {"--port", "--name"});
    if (!flags.empty()) return run_app(flags, signals);
  }
  std::fputs(kUsage.data(), stderr);
  return 2;
}

}  // namespace
}  // namespace doorward::demo

int main(int argc, char** argv) {
  return doorward::demo::run(argc, argv);
}
