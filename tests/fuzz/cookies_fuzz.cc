#include <algorithm>
#include <set>
#include <string>

#include "base/text.h"
#include "http/message.h"
#include "tests/fuzz/target.h"

// Cookies are those that were given, whatever stands beside them: every line of the input is a
// Cookie header.
namespace doorward::tests::fuzz {
namespace {

constexpr std::string_view kProbe = "__Host-doorward-probe";

http::Request request_with(const std::vector<std::string>& lines) {
  http::Request request;
  for (const auto& line : lines) request.headers.emplace_back("cookie", line);
  return request;
}

std::string cookies(std::string_view input) {
  auto lines = base::split(input, '\n');
  const auto request = request_with(lines);
  const auto names = request.cookie_names("");
  const auto pieces = static_cast<std::size_t>(std::ranges::count(input, ';')) + lines.size();
  if (names.size() > pieces) return "more cookies than were given";
  std::size_t read = 0;
  for (const auto& name : std::set<std::string>(names.begin(), names.end())) {
    if (name.empty() || name.find_first_of(";=\n") != std::string::npos)
      return "a name that is none";
    for (const auto& value : request.cookies(name)) {
      ++read;
      if (value.find_first_of(";\n") != std::string::npos) return "a value of two cookies";
      if (base::trim(value) != value) return "a value with blanks at its ends";
    }
  }
  if (read != names.size()) return "not as many values as names";

  const auto before = request.cookies(kProbe).size();
  const std::string probe = std::string(kProbe) + "=1";
  for (const bool own_line : {false, true}) {
    auto more = lines;
    if (own_line) more.push_back(probe);
    if (!own_line) more.back() += ";" + probe;
    const auto values = request_with(more).cookies(kProbe);
    if (values.size() != before + 1 || values.back() != "1") return "a cookie hides the next";
  }
  return {};
}

}  // namespace

DOORWARD_FUZZ_TARGET(cookies)

}  // namespace doorward::tests::fuzz
