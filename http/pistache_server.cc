#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pistache/listener.h>
#include <pistache/peer.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/engine.h"
#include "http/serializer.h"
#include "http/server.h"

// Of Pistache we use what accepts, waits and reads; its HTTP layer sees none of our bytes.
namespace doorward::http {
namespace {

constexpr const char* kConnection = "doorward";
constexpr int kBacklog = 1024;
constexpr long kLookEvery = 50'000'000;  // nanoseconds

Pistache::Flags<Pistache::Tcp::Options> socket_flags() {
  using Flag = Pistache::Tcp::Options;
  const auto bits = static_cast<std::uint64_t>(Flag::ReuseAddr) |
                    static_cast<std::uint64_t>(Flag::NoDelay) |
                    static_cast<std::uint64_t>(Flag::CloseOnExec);
  // Pistache keeps sets of flags in the type of one flag.
  return Pistache::Flags(
      static_cast<Flag>(bits));  // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange)
}

// The address that `fd` listens on, as getsockname says it; "" if it does not listen.
std::string listens_on(int fd) {
  int listens = 0;
  socklen_t size = sizeof(listens);
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) return {};
  sockaddr_storage storage{};
  size = sizeof(storage);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return {reinterpret_cast<const char*>(&storage), size};
}

// The same for an IPv4 address or one in brackets.
std::string socket_address(const std::string& address, std::uint16_t port) {
  if (address.starts_with('[')) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    const std::string text = address.substr(1, address.size() - 2);
    if (::inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) != 1) return {};
    return {reinterpret_cast<const char*>(&six), sizeof(six)};
  }
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &four.sin_addr) != 1) return {};
  return {reinterpret_cast<const char*>(&four), sizeof(four)};
}

// The descriptor that listens on `address`, which Pistache keeps to itself; -1 if there is none.
int listening_descriptor(const std::string& address) {
  if (address.empty()) return -1;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    if (listens_on(fd) == address) return fd;
  }
  return -1;
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

// An I/O thread of Pistache, which is handed new connections through a queue. The queue clears its
// event after it was found empty: a connection that is pushed in between stays there until the next
// one comes. So look into it by the clock, too.
class Transport : public Pistache::Tcp::Transport {
 public:
  explicit Transport(const std::shared_ptr<Pistache::Tcp::Handler>& handler)
      : Pistache::Tcp::Transport(handler),
        handler_(handler),
        timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {}
  ~Transport() override {
    if (timer_ >= 0) ::close(timer_);
  }
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  [[nodiscard]] std::shared_ptr<Pistache::Aio::Handler> clone() const override {
    return std::make_shared<Transport>(handler_->clone());
  }

  void registerPoller(Pistache::Polling::Epoll& poller) override {
    Pistache::Tcp::Transport::registerPoller(poller);
    const itimerspec every{.it_interval = {.tv_sec = 0, .tv_nsec = kLookEvery},
                           .it_value = {.tv_sec = 0, .tv_nsec = kLookEvery}};
    if (timer_ < 0 || ::timerfd_settime(timer_, 0, &every, nullptr) != 0) return;
    poller.addFd(timer_, Pistache::Flags(Pistache::Polling::NotifyOn::Read),
                 Pistache::Polling::Tag(static_cast<std::uint64_t>(timer_)));
  }

  void onReady(const Pistache::Aio::FdSet& ready) override {
    std::vector<Pistache::Polling::Event> events;
    for (const auto& entry : ready) {
      const auto fd = static_cast<int>(entry.getTag().value());
      if (fd == timer_) {
        std::uint64_t times = 0;
        static_cast<void>(::read(timer_, &times, sizeof(times)));
        if (queue_ >= 0) events.push_back(readable(queue_));
        continue;
      }
      // Of all that is no client we use the queue only.
      if (queue_ < 0 && !peers.contains(fd)) queue_ = fd;
      events.push_back(copy(entry));
    }
    if (!events.empty()) {
      Pistache::Tcp::Transport::onReady(Pistache::Aio::FdSet(std::move(events)));
    }
  }

 private:
  static Pistache::Polling::Event readable(int fd) {
    Pistache::Polling::Event event(Pistache::Polling::Tag(static_cast<std::uint64_t>(fd)));
    event.flags.setFlag(Pistache::Polling::NotifyOn::Read);
    return event;
  }
  static Pistache::Polling::Event copy(const Pistache::Aio::FdSet::Entry& entry) {
    using Pistache::Polling::NotifyOn;
    Pistache::Polling::Event event(entry.getTag());
    if (entry.isReadable()) event.flags.setFlag(NotifyOn::Read);
    if (entry.isWritable()) event.flags.setFlag(NotifyOn::Write);
    if (entry.isHangup()) event.flags.setFlag(NotifyOn::Hangup);
    return event;
  }

  const std::shared_ptr<Pistache::Tcp::Handler> handler_;
  const int timer_;
  int queue_ = -1;  // the event of the queue, known from the first connection on
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
    auto adapter = std::make_shared<Adapter>(engine_);
    listener_.setHandler(adapter);
    listener_.setTransportFactory([adapter] { return std::make_shared<Transport>(adapter); });
    listener_.bind();
    listener_.runThreaded();
    port_ = listener_.getPort();
    listening_ = listening_descriptor(socket_address(options.address, port_));
    spare_ = ::eventfd(0, EFD_CLOEXEC);
  }

  // Pistache closes a descriptor only when it sees the connection's end: make it see that first.
  ~Impl() {
    engine_.break_off();
    listener_.shutdown();
    engine_.stop();
    if (spare_ >= 0) ::close(spare_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Puts another descriptor in the listener's place, where Pistache neither misses it nor hears
  // from it: the kernel closes the listener, and epoll forgets it.
  void stop_listening() {
    if (listening_ < 0 || spare_ < 0) return;
    static_cast<void>(::dup3(spare_, std::exchange(listening_, -1), O_CLOEXEC));
  }

  Engine& engine() { return engine_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  Engine engine_;
  Pistache::Tcp::Listener listener_;
  std::uint16_t port_ = 0;
  int listening_ = -1;
  int spare_ = -1;  // for listening_, taken at once because later there may be none left
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
  impl_->stop_listening();
  impl_->engine().drain(limit);
}

}  // namespace doorward::http

// Stands before the C library's. When no descriptor is left, Pistache's accepting thread asks again
// at once, for as long as a client waits, and takes most of a core from those who are served. And
// it ends the process if a client came at the moment when stop_listening took the socket away.
extern "C" int accept4(int socket, sockaddr* address, socklen_t* size, int flags) {
  using Accept4 = int (*)(int, sockaddr*, socklen_t*, int);
  static const auto next = reinterpret_cast<Accept4>(::dlsym(RTLD_NEXT, "accept4"));
  const int accepted = next(socket, address, size, flags);
  if (accepted < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
    const int why = errno;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    errno = why;
  }
  if (accepted < 0 && errno == ENOTSOCK) errno = ECONNABORTED;
  return accepted;
}
