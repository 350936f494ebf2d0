#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace doorward::http {

// Threads that do what may block, with a bounded queue. Thread-safe.
class WorkerPool {
 public:
  WorkerPool(int workers, std::size_t queue);
  ~WorkerPool();  // as stop()
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False if every place in the queue is taken, or the pool stops. `task` must not throw.
  [[nodiscard]] bool submit(std::function<void()> task);
  // Finishes the tasks that run, forgets those that wait.
  void stop();

 private:
  void work();

  const std::size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace doorward::http
