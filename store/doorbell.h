#pragma once

#include <string>

#include "base/instant.h"

namespace doorward::store {

// How a command tells the server of the same store that it has committed, so that the server need
// not wait for its next look. A bell that is not heard costs time only.
class Doorbell {
 public:
  // The server's end. `store_path`.lock must be there.
  explicit Doorbell(const std::string& store_path);
  ~Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;

  // Returns when it was rung since the last call, or after `limit`. One thread at a time.
  void wait(base::Duration limit);
  // The command's end. Where no server ever ran there is nothing to ring.
  static void ring(const std::string& store_path);

 private:
  int events_;  // of inotify; -1: deaf
};

}  // namespace doorward::store
