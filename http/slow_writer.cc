#include "http/slow_writer.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace doorward::http {

SlowWriter::SlowWriter()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, stop_event_, &event);
  thread_ = std::thread([this] { loop(); });
}

SlowWriter::~SlowWriter() {
  stop();
  ::close(stop_event_);
  ::close(epoll_);
}

bool SlowWriter::wait(int fd, std::function<void()> go_on) {
  std::lock_guard lock(mutex_);
  if (stopping_) return false;
  const std::uint64_t key = next_key_++;
  epoll_event event{};
  event.events = EPOLLOUT | EPOLLONESHOT;
  event.data.u64 = key;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) return false;
  entries_.emplace(key, Entry{fd, std::move(go_on)});
  return true;
}

void SlowWriter::stop() {
  std::unordered_map<std::uint64_t, Entry> forgotten;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    forgotten.swap(entries_);
  }
  ::eventfd_write(stop_event_, 1);
  if (thread_.joinable()) thread_.join();
}

void SlowWriter::loop() {
  std::array<epoll_event, 64> events{};
  while (true) {
    const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const std::uint64_t key = events.at(static_cast<std::size_t>(i)).data.u64;
      if (key == 0) return;
      wake(key);
    }
  }
}

void SlowWriter::wake(std::uint64_t key) {
  Entry entry;
  {
    std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    entry = std::move(found->second);
    entries_.erase(found);
    // The socket lives on in another descriptor when this one is closed, and would stay
    // registered with it: take it out by hand.
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, entry.fd, nullptr);
  }
  entry.go_on();
}

}  // namespace doorward::http
