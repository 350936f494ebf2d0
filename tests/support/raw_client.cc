#include "tests/support/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/text.h"

namespace doorward::tests {

std::string RawAnswer::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

namespace {

bool connect_to(int fd, std::uint16_t port, bool ipv6) {
  if (ipv6) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = IN6ADDR_LOOPBACK_INIT;
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

}  // namespace

RawClient::RawClient(std::uint16_t port, int receive_buffer) {
  if (!connect(port, receive_buffer)) {
    std::perror("connect");
    std::abort();
  }
}

std::unique_ptr<RawClient> RawClient::reach(std::uint16_t port) {
  std::unique_ptr<RawClient> client(new RawClient(nullptr));
  return client->connect(port, 0) ? std::move(client) : nullptr;
}

std::unique_ptr<RawClient> RawClient::reach_ipv6(std::uint16_t port) {
  std::unique_ptr<RawClient> client(new RawClient(nullptr));
  return client->connect(port, 0, true) ? std::move(client) : nullptr;
}

bool RawClient::connect(std::uint16_t port, int receive_buffer, bool ipv6) {
  fd_ = ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  }
  if (!connect_to(fd_, port, ipv6)) return false;
  set_timeout(std::chrono::seconds(10));
  return true;
}

RawClient::~RawClient() {
  if (fd_ >= 0) ::close(fd_);
}

void RawClient::set_timeout(std::chrono::milliseconds timeout) {
  timeval value{};
  value.tv_sec = timeout.count() / 1000;
  value.tv_usec = (timeout.count() % 1000) * 1000;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof(value));
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::receive() {
  std::array<char, 65536> bytes{};
  const auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (got > 0) {
    buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
  }
  closed_ = got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  return false;
}

std::optional<RawAnswer> RawClient::read(bool head_request) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive()) return std::nullopt;
  }
  RawAnswer answer;
  std::string head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  answer.status = std::atoi(head.substr(9, 3).c_str());
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const std::size_t next = head.find("\r\n", at);
    const std::string line = head.substr(at, next - at);
    const std::size_t colon = line.find(':');
    answer.headers.emplace_back(base::ascii_lower(line.substr(0, colon)),
                                base::trim(std::string_view(line).substr(colon + 1)));
    at = next + 2;
  }
  const auto length =
      head_request ? 0
                   : static_cast<std::size_t>(std::atoll(answer.header("content-length").c_str()));
  while (buffer_.size() < length) {
    if (!receive()) return std::nullopt;
  }
  answer.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return answer;
}

std::optional<std::string> RawClient::read_to_end() {
  while (receive()) {
  }
  if (!closed_) return std::nullopt;
  return std::exchange(buffer_, {});
}

void RawClient::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  ::close(fd_);
  fd_ = -1;
}

void RawClient::finish_sending() {
  ::shutdown(fd_, SHUT_WR);
}

}  // namespace doorward::tests
