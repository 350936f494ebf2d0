#include <dlfcn.h>
#include <pistache/listener.h>
#include <pistache/peer.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "http/engine.h"
#include "http/serializer.h"
#include "http/server.h"

// Of Pistache we use what accepts, waits and reads; its HTTP layer sees none of our bytes.
namespace doorward::http {
namespace {

constexpr const char* kConnection = "doorward";
constexpr int kBacklog = 1024;

Pistache::Flags<Pistache::Tcp::Options> socket_flags() {
  using Flag = Pistache::Tcp::Options;
  const auto bits = static_cast<std::uint64_t>(Flag::ReuseAddr) |
                    static_cast<std::uint64_t>(Flag::NoDelay) |
                    static_cast<std::uint64_t>(Flag::CloseOnExec);
  // Pistache keeps sets of flags in the type of one flag.
  return Pistache::Flags(
      static_cast<Flag>(bits));  // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange)
}

class Adapter : public Pistache::Tcp::Handler {
  PROTOTYPE_OF(Pistache::Tcp::Handler, Adapter)

 public:
  explicit Adapter(Engine& engine) : engine_(engine) {}

  void onConnection(const std::shared_ptr<Pistache::Tcp::Peer>& peer) override {
    if (auto connection = engine_.admit(peer->fd())) {
      peer->putData(kConnection, std::move(connection));
    } else {
      turn_away(peer->fd());
    }
  }

  void onInput(const char* buffer, std::size_t size,
               const std::shared_ptr<Pistache::Tcp::Peer>& peer) override {
    if (auto connection = of(*peer)) connection->on_input({buffer, size});
  }

  void onDisconnection(const std::shared_ptr<Pistache::Tcp::Peer>& peer) override {
    if (auto connection = of(*peer)) connection->on_end();
  }

 private:
  static std::shared_ptr<Connection> of(const Pistache::Tcp::Peer& peer) {
    return std::static_pointer_cast<Connection>(peer.tryGetData(kConnection));
  }

  // Pistache closes the descriptor itself, when it sees the end that this makes.
  void turn_away(int fd) const {
    const std::string bytes = serialize(plain_response(503), {.now = engine_.now()}).bytes;
    static_cast<void>(::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
    ::shutdown(fd, SHUT_RDWR);
  }

  Engine& engine_;
};

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerOptions& options, Handler& handler, const base::Clock& clock, base::Rng& rng,
       base::Log& log)
      : engine_(options, handler, clock, rng, log),
        listener_(Pistache::Address(options.address, Pistache::Port(options.port))) {
    listener_.init(static_cast<std::size_t>(options.io_threads), socket_flags(), "http-io",
                   kBacklog);
    listener_.setHandler(std::make_shared<Adapter>(engine_));
    listener_.bind();
    listener_.runThreaded();
    port_ = listener_.getPort();
  }

  // Pistache closes a descriptor only when it sees the connection's end: make it see that first.
  ~Impl() {
    engine_.break_off();
    listener_.shutdown();
    engine_.stop();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Engine& engine() { return engine_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  Engine engine_;
  Pistache::Tcp::Listener listener_;
  std::uint16_t port_ = 0;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

std::expected<std::unique_ptr<Server>, std::string> Server::start(const ServerOptions& options,
                                                                  Handler& handler,
                                                                  const base::Clock& clock,
                                                                  base::Rng& rng, base::Log& log) {
  if (options.io_threads < 1 || options.workers < 1 || options.queue < 1 ||
      options.max_connections < 1 || options.slowest_rate < 1) {
    return std::unexpected("threads, workers, queue, connections and rate must be at least 1");
  }
  try {
    return std::unique_ptr<Server>(
        new Server(std::make_unique<Impl>(options, handler, clock, rng, log)));
  } catch (const std::exception& e) {
    return std::unexpected("cannot listen on " + options.address + ":" +
                           std::to_string(options.port) + ": " + e.what());
  }
}

std::uint16_t Server::port() const {
  return impl_->port();
}
std::size_t Server::in_flight() const {
  return impl_->engine().in_flight();
}
void Server::drain(base::Duration limit) {
  impl_->engine().drain(limit);
}

}  // namespace doorward::http

// Stands before the C library's. When no descriptor is left, Pistache's accepting thread asks again
// at once, for as long as a client waits, and takes most of a core from those who are served.
extern "C" int accept4(int socket, sockaddr* address, socklen_t* size, int flags) {
  using Accept4 = int (*)(int, sockaddr*, socklen_t*, int);
  static const auto next = reinterpret_cast<Accept4>(::dlsym(RTLD_NEXT, "accept4"));
  const int accepted = next(socket, address, size, flags);
  if (accepted < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
    const int why = errno;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    errno = why;
  }
  return accepted;
}
