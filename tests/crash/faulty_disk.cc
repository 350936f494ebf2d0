// A disk that fails on demand, for LD_PRELOAD. DOORWARD_TEST_FAULTS names a folder; while it holds
// a file "disk_full", writing at a place fails as on a full disk, and while it holds "sync_fails",
// nothing reaches the disk for certain. Only the database writes and syncs so.
#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace {

bool has_fault(const char* name) {
  const char* folder = std::getenv("DOORWARD_TEST_FAULTS");
  if (folder == nullptr) return false;
  return ::access((std::string(folder) + "/" + name).c_str(), F_OK) == 0;
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  static const auto next = real<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  if (has_fault("disk_full")) {
    errno = ENOSPC;
    return -1;
  }
  return next(file, bytes, size, at);
}

extern "C" int fdatasync(int file) {
  static const auto next = real<int (*)(int)>("fdatasync");
  if (has_fault("sync_fails")) {
    errno = EIO;
    return -1;
  }
  return next(file);
}
