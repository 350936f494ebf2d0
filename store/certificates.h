#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"

namespace doorward::store {

// The column of a connection's certificates: a JSON list of PEM texts; and back.
// Reading an X.509 certificate costs more than all else that a login reads, so what was read once
// is remembered by its text. nullopt if the list, or a certificate in it, cannot be read.
// Thread-safe.
[[nodiscard]] std::optional<std::vector<certs::Certificate>> read_certificates(
    const std::string& text);
[[nodiscard]] std::string certificates_text(const std::vector<certs::Certificate>& certificates);

}  // namespace doorward::store
