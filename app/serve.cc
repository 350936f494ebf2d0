#include "app/serve.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "app/clock_watch.h"
#include "app/domain_watch.h"
#include "app/ended_terms.h"
#include "app/input.h"
#include "app/log.h"
#include "app/metrics.h"
#include "app/presets.h"
#include "app/version.h"
#include "http/gateway.h"
#include "http/server.h"

namespace doorward::app {
namespace {

constexpr auto kPollEvery = std::chrono::milliseconds(20);
constexpr auto kTidyEvery = std::chrono::seconds(30);
constexpr auto kLookUpEvery = std::chrono::seconds(2);  // looks only for what is due
constexpr base::Duration kDrainLimit = std::chrono::seconds(10);
constexpr std::size_t kShortestToken = 16;

// Calls `work` again and again until it goes away.
class Ticker {
 public:
  Ticker(std::chrono::milliseconds every, std::function<void()> work)
      : thread_([this, every, work = std::move(work)](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          while (!wake_.wait_for(lock, stop, every, [&stop] { return stop.stop_requested(); })) {
            work();
          }
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

Fallible<http::GatewayOptions> gateway_options(const Config& config) {
  auto presets = builtin_presets();
  if (!presets) return fail(presets.error());
  http::GatewayOptions options{.public_url = config.public_url,
                               .trusted_proxies = config.trusted_proxies,
                               .apps = config.apps,
                               .presets = std::move(*presets),
                               .ladder = config.ladder,
                               .session = config.session,
                               .message = message_limits(config.limits)};
  return options;
}

Fallible<http::AdminOptions> admin_options(const Config& config) {
  auto token = read_secret(config.admin_token, config.admin_token_file);
  if (!token) return fail("The token of the admin listener: " + token.error() + ".");
  if (!token->empty() && token->size() < kShortestToken) {
    return fail("The token of the admin listener is shorter than 16 characters.");
  }
  return http::AdminOptions{.hosts = config.admin_hosts, .token = std::move(*token)};
}

http::ServerOptions server_options(const ListenAddress& listen, const Config& config) {
  http::ServerOptions options;
  const bool six = listen.host.find(':') != std::string::npos;
  options.address = six ? "[" + listen.host + "]" : listen.host;
  options.port = listen.port;
  options.max_body = config.limits.form;
  return options;
}

std::string with_port(ListenAddress listen, std::uint16_t port) {
  listen.port = port;
  return listen.str();
}

// All that a running server is made of. Members go in the reverse order: who answers first, who
// is asked last.
class Instance {
 public:
  Instance(Process& process, Config config, const certs::DataKey& key)
      : process_(process),
        config_(std::move(config)),
        data_key_(key),
        log_(process.err, config_.log, process.clock) {}

  Fallible<Serving> start() {
    auto opened = store::open_sqlite({.path = config_.store_path,
                                      .role = store::Role::server,
                                      .data_key_id = data_key_.id(),
                                      .create = true},
                                     log_);
    if (!opened) {
      return fail(config_.store_path + ": " + std::string(store::text_of(opened.error())));
    }
    store_ = std::move(*opened);
    const auto made = make_handlers();
    if (!made) return std::unexpected(made.error());
    return listen();
  }

  void stop() {
    log_.write(base::Level::info, "stopping", {});
    gateway_->begin_drain();
    domain_watch_->stop();
    public_server_->drain(kDrainLimit);
    public_server_.reset();
    admin_server_.reset();
    look_up_.reset();
    tidy_.reset();
    gateway_->write_seen();
    watch_ = {};
    log_.write(base::Level::info, "stopped", {});
  }

 private:
  Fallible<void> make_handlers() {
    auto options = gateway_options(config_);
    if (!options) return std::unexpected(options.error());
    auto admin = admin_options(config_);
    if (!admin) return std::unexpected(admin.error());
    auto gateway = http::Gateway::make(
        std::move(*options),
        http::World{*store_, data_key_, process_.clock, process_.rng, log_, metrics_});
    if (!gateway) {
      return fail(config_.store_path + ": " + std::string(store::text_of(gateway.error())));
    }
    gateway_ = std::move(*gateway);
    admin_ = std::make_unique<http::AdminHandler>(std::move(*admin), *gateway_,
                                                  [this] { return metrics_.scrape(); });
    resolver_ = process_.make_resolver(config_);
    domain_watch_ =
        std::make_unique<DomainWatch>(*store_, *resolver_, process_.clock, log_, metrics_);
    metrics_.gauge("doorward_build_info", {{"version", kVersion}}, 1);
    return {};
  }

  Fallible<Serving> listen() {
    auto started = http::Server::start(server_options(config_.listen, config_), *gateway_,
                                       process_.clock, process_.rng, log_);
    if (!started) return fail("The public listener: " + started.error());
    public_server_ = std::move(*started);
    auto admin = http::Server::start(server_options(config_.admin_listen, config_), *admin_,
                                     process_.clock, process_.rng, log_);
    if (!admin) return fail("The admin listener: " + admin.error());
    admin_server_ = std::move(*admin);
    watch_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        store_->poll();
        store_->wait_for_others(kPollEvery);
      }
    });
    look_at_clock();
    tidy_ = std::make_unique<Ticker>(kTidyEvery, [this] { tidy(); });
    look_up_ = std::make_unique<Ticker>(kLookUpEvery, [this] {
      if (clock_calm_) (void)domain_watch_->run();
    });
    Serving serving{.public_address = with_port(config_.listen, public_server_->port()),
                    .admin_address = with_port(config_.admin_listen, admin_server_->port()),
                    .public_port = public_server_->port(),
                    .admin_port = admin_server_->port()};
    log_.write(base::Level::info, "ready",
               {{"version", kVersion},
                {"public_url", config_.public_url.origin()},
                {"listen", serving.public_address},
                {"admin_listen", serving.admin_address},
                {"store", config_.store_path}});
    return serving;
  }

  void look_at_clock() {
    const auto step = clock_watch_.look(process_.clock.now(), std::chrono::steady_clock::now());
    if (!step) return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*step);
    log_.write(base::Level::warning, "clock_stepped",
               {{"seconds", std::to_string(seconds.count())}});
  }

  void tidy() {
    look_at_clock();
    clock_calm_ = clock_watch_.calm();
    if (!clock_calm_) return gateway_->write_seen();
    gateway_->tidy();
    end_terms(*store_, config_.ladder, log_, process_.clock.now());
  }

  Process& process_;
  Config config_;
  certs::DataKey data_key_;
  StreamLog log_;
  PrometheusMetrics metrics_;
  ClockWatch clock_watch_;              // of the thread of tidy_
  std::atomic<bool> clock_calm_{true};  // what it said last, for others
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<base::Resolver> resolver_;
  std::unique_ptr<DomainWatch> domain_watch_;
  std::unique_ptr<http::Gateway> gateway_;
  std::unique_ptr<http::AdminHandler> admin_;
  std::unique_ptr<http::Server> admin_server_;
  std::unique_ptr<http::Server> public_server_;
  std::jthread watch_;  // of what other processes commit
  std::unique_ptr<Ticker> tidy_;
  std::unique_ptr<Ticker> look_up_;
};

}  // namespace

Fallible<void> serve(Process& process, const ConfigSources& sources,
                     const std::function<void(const Serving&)>& wait) {
  auto config = load_or_fail(sources);
  if (!config) return std::unexpected(config.error());
  auto key = load_data_key(*config);
  if (!key) return std::unexpected(key.error());
  Instance instance(process, std::move(*config), *key);
  const auto serving = instance.start();
  if (!serving) return std::unexpected(serving.error());
  wait(*serving);
  instance.stop();
  return {};
}

}  // namespace doorward::app
