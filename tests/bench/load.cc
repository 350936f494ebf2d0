#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

#include "tests/bench/report.h"

namespace doorward::bench {
namespace {

using Time = std::chrono::steady_clock::time_point;

double milliseconds_between(Time from, Time to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

// -1 if nobody listens.
int try_connect(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(fd);
    return -1;
  }
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  return fd;
}

int connect_or_give_up(std::uint16_t port) {
  const int fd = try_connect(port);
  if (fd < 0) give_up("nobody listens at port " + std::to_string(port));
  return fd;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

std::string_view value_of(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;) {
    at += 2;
    const std::size_t end = std::min(head.find("\r\n", at), head.size());
    const std::string_view line = head.substr(at, end - at);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        equals_ignoring_case(line.substr(0, name.size()), name)) {
      std::string_view value = line.substr(name.size() + 1);
      while (value.starts_with(' ')) value.remove_prefix(1);
      return value;
    }
    at = end < head.size() ? end : std::string_view::npos;
  }
  return {};
}

// Bytes of the answer that `bytes` begins with; nullopt while its head is not whole.
std::optional<std::size_t> length_of(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view text = value_of(bytes.substr(0, end), "Content-Length");
  std::size_t length = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || parsed.ec != std::errc()) {
    give_up("an answer without Content-Length:\n" + std::string(bytes.substr(0, end)));
  }
  return end + 4 + length;
}

bool closes(std::string_view answer) {
  const std::string_view head = answer.substr(0, answer.find("\r\n\r\n"));
  return equals_ignoring_case(value_of(head, "Connection"), "close");
}

class LoadRun {
 public:
  LoadRun(const std::vector<std::string>& requests, const LoadOptions& options)
      : requests_(requests), options_(options), connections_(options.clients) {
    if (requests_.empty()) give_up("a load without requests");
    if (options_.seconds == 0) result_.milliseconds.reserve(requests_.size());
  }

  LoadResult run() {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    for (auto& connection : connections_) open(connection);
    started_ = std::chrono::steady_clock::now();
    for (auto& connection : connections_) send_next(connection);
    while (busy_ > 0) wait();
    result_.seconds = milliseconds_between(started_, last_) / 1000;
    for (auto& connection : connections_) ::close(connection.fd);
    ::close(epoll_);
    std::ranges::sort(result_.milliseconds);
    return std::move(result_);
  }

 private:
  struct Connection {
    int fd = -1;
    std::string_view request;
    std::size_t sent = 0;
    std::string answer;
    Time started;
  };

  void open(Connection& connection) {
    connection.fd = connect_or_give_up(options_.port);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
  }

  void reopen(Connection& connection) {
    ::close(connection.fd);
    ++result_.reconnects;
    open(connection);
  }

  void watch(Connection& connection, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &connection;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
  }

  void send_next(Connection& connection) {
    const Time now = std::chrono::steady_clock::now();
    const bool over = options_.seconds == 0
                          ? next_ >= requests_.size()
                          : milliseconds_between(started_, now) >= options_.seconds * 1000;
    if (over) return;
    connection.request = requests_[next_++ % requests_.size()];
    connection.started = now;
    connection.sent = 0;
    connection.answer.clear();
    ++busy_;
    send_rest(connection);
  }

  void send_rest(Connection& connection) {
    while (connection.sent < connection.request.size()) {
      const std::string_view rest = connection.request.substr(connection.sent);
      const ssize_t n =
          ::send(connection.fd, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno == EAGAIN) return watch(connection, EPOLLIN | EPOLLOUT);
      if (n < 0) return send_again(connection);
      connection.sent += static_cast<std::size_t>(n);
    }
  }

  // The server closed an idle connection: no answer has begun.
  void send_again(Connection& connection) {
    if (++lost_ > 100 + result_.answers / 10) give_up("the server closes connections unanswered");
    reopen(connection);
    connection.sent = 0;
    connection.answer.clear();
    send_rest(connection);
  }

  void wait() {
    std::array<epoll_event, 64> events{};
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 10'000);
    if (count == 0) give_up("no answer for 10 s");
    for (int i = 0; i < count; ++i) {
      auto& event = events.at(static_cast<std::size_t>(i));
      auto& connection = *static_cast<Connection*>(event.data.ptr);
      if ((event.events & EPOLLOUT) != 0) {
        watch(connection, EPOLLIN);
        send_rest(connection);
      }
      if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(connection);
    }
  }

  void receive(Connection& connection) {
    std::array<char, 16384> buffer{};
    const ssize_t n = ::recv(connection.fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      if (connection.request.empty()) {
        return reopen(connection);
      }
      return send_again(connection);
    }
    connection.answer.append(buffer.data(), static_cast<std::size_t>(n));
    const auto length = length_of(connection.answer);
    if (!length || connection.answer.size() < *length) return;
    take(connection);
  }

  void take(Connection& connection) {
    last_ = std::chrono::steady_clock::now();
    ++result_.answers;
    result_.milliseconds.push_back(milliseconds_between(connection.started, last_));
    const std::string_view answer = connection.answer;
    if (!options_.right(status_of(answer), answer.substr(0, answer.find("\r\n\r\n") + 2))) {
      if (result_.wrong++ == 0) result_.first_wrong = answer.substr(0, 1500);
    }
    --busy_;
    connection.request = {};
    if (closes(answer)) reopen(connection);
    send_next(connection);
  }

  const std::vector<std::string>& requests_;
  const LoadOptions& options_;
  std::vector<Connection> connections_;
  int epoll_ = -1;
  std::size_t next_ = 0;
  std::size_t busy_ = 0;
  std::size_t lost_ = 0;
  Time started_;
  Time last_;
  LoadResult result_;
};

}  // namespace

double LoadResult::percentile(double p) const {
  if (milliseconds.empty()) return 0;
  const auto rank = std::ceil(p * static_cast<double>(milliseconds.size()));
  const auto index = static_cast<std::size_t>(std::max(1.0, rank)) - 1;
  return milliseconds[std::min(index, milliseconds.size() - 1)];
}

LoadResult run_load(const std::vector<std::string>& requests, const LoadOptions& options) {
  return LoadRun(requests, options).run();
}

int status_of(std::string_view answer) {
  int status = 0;
  if (answer.starts_with("HTTP/1.1 ") && answer.size() > 12) {
    std::from_chars(answer.data() + 9, answer.data() + 12, status);
  }
  return status;
}

std::string ask(std::uint16_t port, const std::string& request) {
  const int fd = try_connect(port);
  if (fd < 0) return {};
  ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
  std::string answer;
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) break;
    answer.append(buffer.data(), static_cast<std::size_t>(n));
    if (const auto length = length_of(answer); length && answer.size() >= *length) break;
  }
  ::close(fd);
  return answer;
}

Client::Client(std::uint16_t port) : socket_(connect_or_give_up(port)) {}

Client::~Client() {
  ::close(socket_);
}

std::string Client::ask(const std::string& request) {
  if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) < 0) give_up("cannot send");
  std::string answer;
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t n = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (n <= 0) give_up("the server closed the connection");
    answer.append(buffer.data(), static_cast<std::size_t>(n));
    if (const auto length = length_of(answer); length && answer.size() >= *length) return answer;
  }
}

}  // namespace doorward::bench
