#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace doorward::base {

// A point in time, UTC, in milliseconds. `now` is always an argument, never read inside a decision.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

// Reads an xs:dateTime in UTC as SAML writes it ("2024-05-01T12:00:00Z", "…00.123456Z"; an offset
// "+02:00" is taken too). Fractions below a millisecond are cut. Anything else: nullopt
// [Core 1.3.3].
[[nodiscard]] std::optional<Instant> parse_instant(std::string_view text);

// "2024-05-01T12:00:00Z", with ".123" only when there are milliseconds.
[[nodiscard]] std::string format_instant(Instant instant);

// "8h", "60s", "14d", "10m", "250ms": a positive whole number and one unit. Else nullopt.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

// The shortest form that parse_duration reads back.
[[nodiscard]] std::string format_duration(Duration duration);

}  // namespace doorward::base
