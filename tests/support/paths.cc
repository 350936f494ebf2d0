#include "tests/support/paths.h"

namespace doorward::tests {

std::string source_path(const std::string& name) {
  return std::string(DOORWARD_SOURCE_DIR "/") + name;
}

std::string build_path(const std::string& name) {
  return std::string(DOORWARD_BINARY_DIR "/") + name;
}

}  // namespace doorward::tests
