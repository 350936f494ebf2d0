#include "tests/support/dns_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "base/text.h"

// The wire format is that of RFC 1035, section 4.
namespace doorward::tests {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kMostByUdp = 1232;
constexpr int kNxDomain = 3;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool bind_to(int socket, std::uint16_t port) {
  const sockaddr_in address = loopback(port);
  return bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

std::string two_bytes(std::size_t value) {
  return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xFFU)};
}

// The name at the start of a question, and where it ends.
std::string name_of(std::string_view message, std::size_t& end) {
  std::string name;
  end = kHeader;
  while (end < message.size() && message[end] != 0) {
    const auto length = static_cast<unsigned char>(message[end]);
    if (!name.empty()) name += '.';
    name += message.substr(end + 1, length);
    end += 1U + length;
  }
  end += 1;
  return base::ascii_lower(name);
}

std::string encoded(const std::string& name) {
  std::string bytes;
  for (const auto& label : base::split(name, '.')) {
    bytes += static_cast<char>(label.size());
    bytes += label;
  }
  return bytes + '\0';
}

std::string record(const std::string& owner, int type, const std::string& data) {
  return owner + two_bytes(static_cast<std::size_t>(type)) + two_bytes(1) +
         std::string("\0\0\0\x3c", 4) + two_bytes(data.size()) + data;
}

std::string txt_data(std::string_view text) {
  std::string data;
  do {
    const auto piece = text.substr(0, 255);
    data += static_cast<char>(piece.size());
    data += piece;
    text.remove_prefix(piece.size());
  } while (!text.empty());
  return data;
}

}  // namespace

DnsServer::DnsServer() {
  for (int attempt = 0; attempt < 20 && port_ == 0; ++attempt) {
    udp_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    tcp_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind_to(udp_, 0) && bind_to(tcp_, port_of(udp_)) && listen(tcp_, 8) == 0) {
      port_ = port_of(udp_);
    } else {
      close(udp_);
      close(tcp_);
    }
  }
  if (port_ == 0) throw std::runtime_error("no port for a name server");
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

DnsServer::~DnsServer() {
  thread_.request_stop();
  thread_.join();
  close(udp_);
  close(tcp_);
}

std::string DnsServer::address() const {
  return "127.0.0.1:" + std::to_string(port_);
}

void DnsServer::put(const std::string& name, const std::vector<std::string>& texts) {
  const std::lock_guard lock(mutex_);
  texts_[base::ascii_lower(name)] = texts;
}

void DnsServer::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  texts_.erase(base::ascii_lower(name));
  aliases_.erase(base::ascii_lower(name));
}

void DnsServer::alias(const std::string& name, const std::string& target) {
  const std::lock_guard lock(mutex_);
  aliases_[base::ascii_lower(name)] = target;
}

void DnsServer::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd sockets[] = {{.fd = udp_, .events = POLLIN, .revents = 0},
                        {.fd = tcp_, .events = POLLIN, .revents = 0}};
    if (poll(sockets, 2, 20) <= 0) continue;
    if ((sockets[0].revents & POLLIN) != 0) answer_datagram();
    if ((sockets[1].revents & POLLIN) != 0) answer_stream();
  }
}

void DnsServer::answer_datagram() {
  char question[512];
  sockaddr_in from{};
  socklen_t length = sizeof from;
  const auto got =
      recvfrom(udp_, question, sizeof question, 0, reinterpret_cast<sockaddr*>(&from), &length);
  if (got < static_cast<ssize_t>(kHeader)) return;
  ++asked_;
  if (mood_ == Mood::silent) return;
  const auto reply = answer({question, static_cast<std::size_t>(got)}, true);
  (void)sendto(udp_, reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&from),
               length);
}

void DnsServer::answer_stream() {
  const int peer = accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC);
  if (peer < 0) return;
  ++asked_by_tcp_;
  std::string question;
  char piece[512];
  pollfd readable{.fd = peer, .events = POLLIN, .revents = 0};
  const auto whole = [&question] {
    return question.size() > 2 && question.size() >= 2U + static_cast<unsigned char>(question[1]);
  };
  while (!whole() && poll(&readable, 1, 1000) > 0) {
    const auto got = read(peer, piece, sizeof piece);
    if (got <= 0) break;
    question.append(piece, static_cast<std::size_t>(got));
  }
  if (whole() && mood_ != Mood::cut_for_ever) {
    const auto reply = answer(std::string_view(question).substr(2), false);
    const std::string framed = two_bytes(reply.size()) + reply;
    (void)!write(peer, framed.data(), framed.size());
  }
  close(peer);
}

std::string DnsServer::records_of(const std::string& name, std::uint16_t& count, int& rcode) {
  const std::lock_guard lock(mutex_);
  std::string records;
  std::string owner = name;
  std::string pointer = two_bytes(0xC000U | kHeader);
  if (const auto alias = aliases_.find(name); alias != aliases_.end()) {
    records += record(pointer, 5, encoded(alias->second));
    ++count;
    owner = alias->second;
    pointer = encoded(owner);
  }
  const auto found = texts_.find(base::ascii_lower(owner));
  if (found == texts_.end()) {
    rcode = kNxDomain;
    return records;
  }
  for (const auto& text : found->second) {
    records += record(pointer, 16, txt_data(text));
    ++count;
  }
  return records;
}

std::string DnsServer::answer(std::string_view question, bool datagram) {
  const Mood mood = mood_;
  if (mood == Mood::no_bytes) return "";
  std::size_t end = 0;
  const std::string name = name_of(question, end);
  std::string asked(question.substr(kHeader, end + 4 - kHeader));
  std::string id(question.substr(0, 2));
  std::uint16_t count = 0;
  int rcode = 0;
  unsigned flags = 0x8180;  // an answer, recursion desired and available
  std::string records = records_of(name, count, rcode);
  const bool cut = mood == Mood::cut_short || mood == Mood::cut_for_ever ||
                   kHeader + asked.size() + records.size() > kMostByUdp;
  if (mood == Mood::wrong_id) id[0] = static_cast<char>(id[0] ^ 0x55);
  if (mood == Mood::other_name) asked = encoded("other.example") + asked.substr(asked.size() - 4);
  if (mood == Mood::looping_name) {
    records = record(two_bytes(0xC000U | (kHeader + asked.size())), 16, txt_data("x"));
    count = 1;
    rcode = 0;
  }
  if (mood == Mood::broken_text) {
    records = record(two_bytes(0xC000U | kHeader), 16, "\xFFshort");
    count = 1;
    rcode = 0;
  }
  if (mood == Mood::servfail) rcode = 2;
  if (mood == Mood::refused) rcode = 5;
  if (mood == Mood::referral) {
    flags = 0x8100;
    rcode = 0;
  }
  const bool empty = mood == Mood::servfail || mood == Mood::refused || mood == Mood::referral;
  if (datagram && cut) flags |= 0x0200U;
  if (empty || (datagram && cut)) {
    records.clear();
    count = 0;
  }
  return id + two_bytes(flags | static_cast<unsigned>(rcode)) + two_bytes(1) + two_bytes(count) +
         two_bytes(0) + two_bytes(0) + asked + records;
}

}  // namespace doorward::tests
