#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace doorward::http {

// One thread that waits for sockets to take more, so that a slow reader holds no worker and no
// I/O thread. Thread-safe.
class SlowWriter {
 public:
  SlowWriter();
  ~SlowWriter();  // as stop()
  SlowWriter(const SlowWriter&) = delete;
  SlowWriter& operator=(const SlowWriter&) = delete;

  // Calls `go_on` once, on the thread, when `fd` can be written to or is broken. `go_on` keeps
  // `fd` open and must not throw. False if it cannot wait for it.
  [[nodiscard]] bool wait(int fd, std::function<void()> go_on);
  // Forgets all that wait.
  void stop();

 private:
  struct Entry {
    int fd;
    std::function<void()> go_on;
  };
  void loop();
  void wake(std::uint64_t key);

  int epoll_ = -1;
  int stop_event_ = -1;
  std::mutex mutex_;
  bool stopping_ = false;
  std::uint64_t next_key_ = 1;  // 0 is the stop event's
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::thread thread_;
};

}  // namespace doorward::http
