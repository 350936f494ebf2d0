#include "store/server_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace doorward::store {
namespace {

// A lock of the open file, not of the process: it can be asked about without taking it, and two
// stores in one process see each other.
struct flock whole_file() {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::string lock_path(const std::string& store_path) {
  return store_path + ".lock";
}

}  // namespace

ServerLock::ServerLock(ServerLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

ServerLock& ServerLock::operator=(ServerLock&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

ServerLock::~ServerLock() {
  if (file_ >= 0) ::close(file_);
}

std::expected<ServerLock, StoreError> ServerLock::take(const std::string& store_path) {
  const int file =
      ::open(lock_path(store_path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return std::unexpected(StoreError::io);
  ServerLock lock(file);
  struct flock whole = whole_file();
  if (::fcntl(file, F_OFD_SETLK, &whole) != 0) {
    const bool taken = errno == EAGAIN || errno == EACCES;
    return std::unexpected(taken ? StoreError::in_use : StoreError::io);
  }
  return lock;
}

bool ServerLock::is_held(const std::string& store_path) {
  const int file = ::open(lock_path(store_path).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  // Without the file no server ever ran; if it cannot be opened, one may.
  if (file < 0) return errno != ENOENT;
  struct flock whole = whole_file();
  const bool asked = ::fcntl(file, F_OFD_GETLK, &whole) == 0;
  ::close(file);
  return !asked || whole.l_type != F_UNLCK;
}

}  // namespace doorward::store
