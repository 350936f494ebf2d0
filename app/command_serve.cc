#include <pthread.h>

#include <CLI/CLI.hpp>
#include <csignal>

#include "app/command.h"
#include "app/serve.h"

namespace doorward::app {
namespace {

// Signals that end the server. Blocked before any thread starts, so that only sigwait sees them.
sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

Result serve_until_signal(Invocation& invocation) {
  const auto signals = block_end_signals();
  const auto served = serve(invocation.process, invocation.sources(), [&signals](const Serving&) {
    int signal = 0;
    sigwait(&signals, &signal);
  });
  if (!served) return std::unexpected(served.error());
  return Answer{.json = {{"stopped", true}}, .text = ""};
}

}  // namespace

void add_serve_command(CLI::App& root, Invocation& invocation) {
  auto& command = add_command(root, "serve", "Runs the server until SIGTERM or SIGINT.",
                              "doorward serve --config /etc/doorward/doorward.toml");
  on_run(command, invocation, [&invocation] { return serve_until_signal(invocation); });
}

}  // namespace doorward::app
