#include "http/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "http/engine.h"
#include "http/serializer.h"

namespace doorward::http {
namespace {

using std::chrono::steady_clock;

// What may wait behind the request at hand, beyond one body: a head and its chunk sizes.
constexpr std::size_t kPipelined = 64UZ * 1024;
// Small requests are read and small answers sent even when the byte budget is spent.
constexpr std::size_t kAlways = 16UZ * 1024;
// What is thrown away after an error, so that the client reads the answer before the end.
constexpr std::size_t kDiscard = 1024UZ * 1024;
// One thread writes at most this much before others have their turn.
constexpr std::size_t kBurst = 1024UZ * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// What `limit` grows by for so many bytes.
base::Duration with_size(base::Duration limit, std::size_t bytes, const ServerOptions& options) {
  return limit + std::chrono::seconds(bytes / options.slowest_rate);
}

std::string peer_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* address = nullptr;
  if (storage.ss_family == AF_INET) {
    address = &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr;
  } else if (storage.ss_family == AF_INET6) {
    address = &reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr;
  } else {
    return {};
  }
  if (::inet_ntop(storage.ss_family, address, text.data(), text.size()) == nullptr) return {};
  return text.data();
}

}  // namespace

Connection::Connection(Engine& engine, int fd)
    : engine_(engine),
      fd_(fd),
      peer_(peer_address(fd)),
      deadline_(steady_clock::now() + engine.options().head_limit),
      parser_(ParserLimits{.body = engine.options().max_body}) {}

Connection::~Connection() {
  ::close(fd_);
  leave_flight();
  static_cast<void>(engine_.charge(charged_, 0));
  engine_.forget(this);
}

void Connection::on_input(std::string_view bytes) {
  Lock lock(mutex_);
  switch (state_) {
    case State::reading:
      inbox_.append(bytes);
      read_on(lock);
      return;
    case State::working:
    case State::writing:
      keep_for_later(bytes);
      return;
    case State::lingering:
      discarded_ += bytes.size();
      if (discarded_ > kDiscard) shut();
      return;
    case State::closed:
      return;
  }
}

void Connection::on_end() {
  engine_.detach();
  Lock lock(mutex_);
  ended_ = true;
  if (state_ == State::reading || state_ == State::lingering) shut();
}

void Connection::on_tick(Time now) {
  Lock lock(mutex_);
  if (now < deadline_) return;
  switch (state_) {
    case State::reading:
      // A client that said nothing gets no answer: it may be sending its next request just now.
      phase_ == Phase::idle ? shut() : refuse(408, "too_slow");
      return;
    case State::writing:
    case State::lingering:
      shut();
      return;
    case State::working:
    case State::closed:
      return;
  }
}

void Connection::drop() {
  Lock lock(mutex_);
  shut();
}

void Connection::read_on(Lock& lock) {
  while (state_ == State::reading) {
    inbox_at_ += parser_.feed(std::string_view(inbox_).substr(inbox_at_));
    if (inbox_at_ == inbox_.size()) {
      inbox_.clear();
      inbox_at_ = 0;
    }
    switch (parser_.state()) {
      case RequestParser::State::head:
      case RequestParser::State::body:
        return await_more();
      case RequestParser::State::complete:
        hand_over(lock);
        break;
      case RequestParser::State::failed:
        return refuse(status_of(parser_.error()), name_of(parser_.error()));
    }
  }
}

void Connection::await_more() {
  if (ended_) return shut();
  if (!charge()) return refuse(503, "byte_budget");
  const bool body = parser_.state() == RequestParser::State::body;
  const Phase phase = body ? Phase::body : parser_.begun() ? Phase::head : Phase::idle;
  if (phase != Phase::idle) enter_flight();
  if (phase != phase_) {
    const auto& options = engine_.options();
    phase_ = phase;
    const std::size_t size = parser_.announced().value_or(options.max_body);
    deadline_ = steady_clock::now() +
                (body ? with_size(options.body_limit, size, options) : options.head_limit);
  }
  if (body && parser_.waits_for_continue() && !std::exchange(continued_, true)) send_continue();
}

void Connection::send_continue() {
  const auto sent = ::send(fd_, kContinue.data(), kContinue.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(kContinue.size())) shut();
}

void Connection::hand_over(Lock& lock) {
  close_ = !parser_.keep_alive();
  request_ = parser_.take();
  request_.peer = peer_;
  request_.id = engine_.next_request_id();
  body_size_ = request_.body.size();
  continued_ = false;
  state_ = State::working;
  deadline_ = Time::max();
  enter_flight();
  static_cast<void>(charge());

  lock.unlock();
  Response response;
  const bool answered = engine_.answer_inline(request_, response);
  const bool queued =
      !answered && engine_.pool().submit([self = shared_from_this()] { self->work(); });
  lock.lock();
  if (answered) {
    respond(response);
  } else if (!queued) {
    refuse(503, "queue_full");
  }
}

void Connection::work() {
  const Response response = engine_.answer(request_);
  Lock lock(mutex_);
  respond(response);
  read_on(lock);
}

void Connection::respond(const Response& response) {
  if (state_ == State::closed) return leave_flight();
  close_ = close_ || engine_.draining();
  write(response);
}

void Connection::refuse(int status, std::string_view reason) {
  if (state_ == State::closed) return leave_flight();
  engine_.log().write(
      base::Level::info, "http.refused",
      {{"status", std::to_string(status)}, {"reason", std::string(reason)}, {"peer", peer_}});
  close_ = true;
  write(plain_response(status));
}

void Connection::write(const Response& response) {
  Wire wire = serialize(
      response,
      {.head_only = request_.method == "HEAD", .keep_alive = !close_, .now = engine_.now()});
  if (wire.replaced) {
    engine_.log().write(base::Level::error, "http.response_unsendable", {{"request", request_.id}});
  }
  request_ = Request();
  body_size_ = 0;
  outbox_ = std::move(wire.bytes);
  if (!charge() && outbox_.size() > kAlways) {
    outbox_ = std::string();
    return refuse(503, "byte_budget");
  }
  sent_ = 0;
  state_ = State::writing;
  const auto& options = engine_.options();
  deadline_ = steady_clock::now() + with_size(options.write_limit, outbox_.size(), options);
  flush();
}

void Connection::on_writable() {
  Lock lock(mutex_);
  if (state_ != State::writing) return;
  flush();
  read_on(lock);
}

void Connection::flush() {
  const std::size_t burst_end = sent_ + kBurst;
  while (sent_ < outbox_.size()) {
    if (sent_ >= burst_end) return wait_writable();
    const auto sent =
        ::send(fd_, outbox_.data() + sent_, outbox_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      sent_ += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return wait_writable();
    } else if (errno != EINTR) {
      return shut();
    }
  }
  finish();
}

void Connection::wait_writable() {
  if (!engine_.slow_writer().wait(fd_, [self = shared_from_this()] { self->on_writable(); })) {
    shut();
  }
}

void Connection::finish() {
  outbox_ = std::string();
  if (close_) {
    inbox_.clear();
    inbox_at_ = 0;
    if (ended_) return shut();
    // Closing at once would reset the connection while the client still sends, and the answer
    // with it [RFC 9112 9.6].
    ::shutdown(fd_, SHUT_WR);
    state_ = State::lingering;
    deadline_ = steady_clock::now() + engine_.options().linger_limit;
  } else {
    state_ = State::reading;
    phase_ = Phase::idle;
    deadline_ = steady_clock::now() + engine_.options().idle_limit;
  }
  static_cast<void>(charge());
  leave_flight();
}

void Connection::shut() {
  if (state_ == State::closed) return;
  const bool working = state_ == State::working;
  state_ = State::closed;
  ::shutdown(fd_, SHUT_RDWR);
  if (!working) leave_flight();  // else the worker does when it comes back
}

void Connection::keep_for_later(std::string_view bytes) {
  if (close_) {
    discarded_ += bytes.size();
    if (discarded_ > kDiscard) shut();
    return;
  }
  inbox_.erase(0, std::exchange(inbox_at_, 0));
  inbox_.append(bytes);
  if (inbox_.size() > engine_.options().max_body + kPipelined || !charge()) shut();
}

bool Connection::charge() {
  const std::size_t held =
      inbox_.size() - inbox_at_ + parser_.body_size() + body_size_ + outbox_.size();
  const bool within = engine_.charge(std::exchange(charged_, held), held);
  return within || held <= kAlways;
}

void Connection::enter_flight() {
  if (!std::exchange(in_flight_, true)) engine_.enter_flight();
}

void Connection::leave_flight() {
  if (std::exchange(in_flight_, false)) engine_.leave_flight();
}

}  // namespace doorward::http
