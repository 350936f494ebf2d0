#include "store/doorbell.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>

namespace doorward::store {
namespace {

// The server's lock file: it is there whenever there is a server, and its content says nothing.
std::string bell_path(const std::string& store_path) {
  return store_path + ".lock";
}

}  // namespace

Doorbell::Doorbell(const std::string& store_path)
    : events_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (events_ >= 0) ::inotify_add_watch(events_, bell_path(store_path).c_str(), IN_MODIFY);
}

Doorbell::~Doorbell() {
  if (events_ >= 0) ::close(events_);
}

void Doorbell::wait(base::Duration limit) {
  pollfd rung{.fd = events_, .events = POLLIN, .revents = 0};  // a negative fd only waits
  if (::poll(&rung, 1, static_cast<int>(limit.count())) <= 0) return;
  std::array<char, 4096> forgotten{};
  while (::read(events_, forgotten.data(), forgotten.size()) > 0) {
  }
}

void Doorbell::ring(const std::string& store_path) {
  const int file = ::open(bell_path(store_path).c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return;
  const char byte = '\n';
  // Whether it is heard or not, the server looks again soon.
  [[maybe_unused]] const auto written = ::pwrite(file, &byte, 1, 0);
  ::close(file);
}

}  // namespace doorward::store
