#pragma once

#include <sqlite3.h>

#include <atomic>
#include <string>

// A file system that fails on demand: everything goes to the real one, until a switch is thrown.
namespace doorward::tests {

class FailingVfs {
 public:
  static constexpr const char* kName = "doorward-failing";
  static inline std::atomic<bool> disk_full{false};  // no write succeeds
  static inline std::atomic<bool> sync_fails{false};

  static void install() {
    static bool done = [] {
      vfs_ = *real();
      vfs_.zName = kName;
      vfs_.pNext = nullptr;
      vfs_.szOsFile = static_cast<int>(sizeof(File)) + real()->szOsFile;
      vfs_.xOpen = &open;
      methods_ = make_methods();
      return sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK;
    }();
    (void)done;
    disk_full = false;
    sync_fails = false;
  }

 private:
  struct File {
    sqlite3_file base;
    sqlite3_file* real;  // lies right behind this
  };
  static sqlite3_vfs* real() { return sqlite3_vfs_find(nullptr); }
  static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    auto* shim = reinterpret_cast<File*>(file);
    shim->base.pMethods = nullptr;
    shim->real = reinterpret_cast<sqlite3_file*>(shim + 1);
    shim->real->pMethods = nullptr;
    const int code = real()->xOpen(real(), name, shim->real, flags, out);
    if (shim->real->pMethods != nullptr) shim->base.pMethods = &methods_;
    return code;
  }
  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    if (disk_full) return SQLITE_FULL;
    return real(file)->pMethods->xWrite(real(file), data, size, at);
  }
  static int sync(sqlite3_file* file, int flags) {
    if (sync_fails) return SQLITE_IOERR_FSYNC;
    return real(file)->pMethods->xSync(real(file), flags);
  }
  static sqlite3_io_methods make_methods() {
    sqlite3_io_methods made = {};
    made.iVersion = 2;
    made.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
    made.xRead = [](sqlite3_file* f, void* data, int size, sqlite3_int64 at) {
      return real(f)->pMethods->xRead(real(f), data, size, at);
    };
    made.xWrite = &write;
    made.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      return real(f)->pMethods->xTruncate(real(f), size);
    };
    made.xSync = &sync;
    made.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
      return real(f)->pMethods->xFileSize(real(f), size);
    };
    made.xLock = [](sqlite3_file* f, int level) {
      return real(f)->pMethods->xLock(real(f), level);
    };
    made.xUnlock = [](sqlite3_file* f, int level) {
      return real(f)->pMethods->xUnlock(real(f), level);
    };
    made.xCheckReservedLock = [](sqlite3_file* f, int* out) {
      return real(f)->pMethods->xCheckReservedLock(real(f), out);
    };
    made.xFileControl = [](sqlite3_file* f, int op, void* argument) {
      return real(f)->pMethods->xFileControl(real(f), op, argument);
    };
    made.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
    made.xDeviceCharacteristics = [](sqlite3_file* f) {
      return real(f)->pMethods->xDeviceCharacteristics(real(f));
    };
    made.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
    };
    made.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
      return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
    };
    made.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
    made.xShmUnmap = [](sqlite3_file* f, int erase) {
      return real(f)->pMethods->xShmUnmap(real(f), erase);
    };
    return made;
  }
  static inline sqlite3_vfs vfs_;
  static inline sqlite3_io_methods methods_;
};

}  // namespace doorward::tests
