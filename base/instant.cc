#include "base/instant.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace doorward::base {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Reads exactly `digits` digits and moves on.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Duration> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return Duration{0};
  int ms = 0;
  std::size_t n = 0;
  for (; n < text.size() && text[n] >= '0' && text[n] <= '9'; ++n) {
    if (n < 3) ms = ms * 10 + (text[n] - '0');
  }
  if (n == 0) return std::nullopt;
  for (std::size_t i = n; i < 3; ++i) ms *= 10;
  text.remove_prefix(n);
  return Duration{ms};
}

std::optional<minutes> take_zone(std::string_view& text) {
  if (take(text, 'Z')) return minutes{0};
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  auto minute = take_number(text, 2);
  if (!minute || *hour > 14 || *minute > 59) return std::nullopt;
  return sign * (hours{*hour} + minutes{*minute});
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  auto day = take_number(text, 2);
  if (!day || !take(text, 'T')) return std::nullopt;
  auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  auto minute = take_number(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  auto second = take_number(text, 2);
  if (!second) return std::nullopt;
  auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  auto zone = take_zone(text);
  if (!zone || !text.empty()) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year{*year},
                                   std::chrono::month{static_cast<unsigned>(*month)},
                                   std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return Instant{std::chrono::sys_days{date}} + hours{*hour} + minutes{*minute} + seconds{*second} +
         *fraction - *zone;
}

std::string format_instant(Instant instant) {
  auto day = std::chrono::floor<days>(instant);
  std::chrono::year_month_day date{day};
  std::chrono::hh_mm_ss time{instant - day};
  std::array<char, 40> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  std::string out = buffer.data();
  if (auto ms = time.subseconds().count(); ms != 0) {
    std::snprintf(buffer.data(), buffer.size(), ".%03d", static_cast<int>(ms));
    out += buffer.data();
  }
  return out + "Z";
}

static constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number <= 0 || number > 100'000'000) return std::nullopt;
  std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  for (auto [name, ms] : kUnits) {
    if (unit == name) return Duration{number * ms};
  }
  return std::nullopt;
}

std::string format_duration(Duration duration) {
  for (auto [name, ms] : kUnits) {
    if (duration.count() % ms == 0) return std::to_string(duration.count() / ms).append(name);
  }
  return std::to_string(duration.count()) + "ms";
}

}  // namespace doorward::base
