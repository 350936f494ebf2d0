#pragma once

#include <expected>
#include <string>

#include "store/store.h"

namespace doorward::store {

// The right to be the one server of a store: an exclusive lock on PATH.lock, which the kernel
// gives back when the process ends, however it ends.
class ServerLock {
 public:
  ServerLock() = default;
  ServerLock(ServerLock&& other) noexcept;
  ServerLock& operator=(ServerLock&& other) noexcept;
  ~ServerLock();

  // Errors: in_use (held by anyone, this process too), io.
  [[nodiscard]] static std::expected<ServerLock, StoreError> take(const std::string& store_path);
  // True if somebody holds it; asks without taking it, so that a starting server is not disturbed.
  [[nodiscard]] static bool is_held(const std::string& store_path);
  [[nodiscard]] bool held() const { return file_ >= 0; }

 private:
  explicit ServerLock(int file) : file_(file) {}
  int file_ = -1;
};

}  // namespace doorward::store
