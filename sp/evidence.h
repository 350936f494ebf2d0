#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "certs/trusted_keys.h"
#include "xml/document.h"

// Sentences for administrators about what a message holds. Nothing here decides anything.
namespace doorward::sp {

// `expected "a", got "b"` and where they part: a last slash, the scheme, or the first character
// that differs, counted from 1. "as expected" if they are equal.
[[nodiscard]] std::string compare(std::string_view expected, std::string_view got);

// The fingerprint of the first certificate in `signature`'s KeyInfo, or nullopt. Unverified: it
// tells which certificate the sender claims to have used.
[[nodiscard]] std::optional<std::string> claimed_fingerprint(xml::Element signature);

// "trusted: ab12…, cd34…" in full, or "no trusted key".
[[nodiscard]] std::string list_keys(const certs::TrustedKeys& keys);

[[nodiscard]] bool trusts(const certs::TrustedKeys& keys, std::string_view fingerprint);

}  // namespace doorward::sp
