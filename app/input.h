#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "app/config.h"
#include "app/desk.h"
#include "certs/certificate.h"
#include "certs/private_key.h"
#include "xml/document.h"

// What commands read besides their arguments.
namespace doorward::app {

// The bytes of a file, or of `in` for "-"; at most 32 MiB.
[[nodiscard]] Fallible<std::string> read_input(const std::string& path, std::istream& in);
[[nodiscard]] inline bool is_url(const std::string& text) {
  return text.starts_with("https://") || text.starts_with("http://");
}

// Certificates of all `files`, each with exactly one.
[[nodiscard]] Fallible<std::vector<certs::Certificate>> read_certificates(
    const std::vector<std::string>& files);

[[nodiscard]] xml::Limits message_limits(const MessageLimits& limits);

// What the preset says about `reason`; empty if nothing.
[[nodiscard]] std::string preset_fix(const std::string& preset, const std::string& reason);

}  // namespace doorward::app
