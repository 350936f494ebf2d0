#pragma once

#include <string>

namespace doorward::tests {

// A file of the source tree: source_path("tests/vectors/keys/idp.pem").
[[nodiscard]] std::string source_path(const std::string& name);
// … and of the build folder that this program was built in.
[[nodiscard]] std::string build_path(const std::string& name);

}  // namespace doorward::tests
