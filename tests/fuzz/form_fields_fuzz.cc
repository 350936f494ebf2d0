#include <algorithm>
#include <set>
#include <string>

#include "base/encoding.h"
#include "base/text.h"
#include "http/message.h"
#include "tests/fuzz/target.h"

// The fields of a form are those that stand in it, in UTF-8, or it is invalid and has none.
namespace doorward::tests::fuzz {
namespace {

std::string form_fields(std::string_view input) {
  const auto fields = http::Fields::parse(input);
  std::set<std::string> names;
  std::size_t given = 0;
  for (const auto& piece : base::split(input, '&')) {
    if (piece.empty()) continue;
    ++given;
    const auto name = base::percent_decode(piece.substr(0, piece.find('=')), true);
    if (name) names.insert(*name);
    if (!name && fields.valid()) return "a name that cannot be decoded is valid";
  }
  std::size_t read = 0;
  for (const auto& name : names) {
    const auto count = fields.count(name);
    const auto value = fields.get(name);
    read += count;
    if (count != 1 && !value.empty()) return "a value for a name that is not there once";
    if (!base::is_utf8(value)) return "a value that is not UTF-8";
    if (count > 0 && !base::is_utf8(name)) return "a name that is not UTF-8";
    if (value.size() > input.size()) return "a value longer than the form";
  }
  if (fields.valid() && read != given) return "not as many fields as were given";
  if (!fields.valid() && read != 0) return "fields of an invalid form";
  return {};
}

}  // namespace

DOORWARD_FUZZ_TARGET(form_fields)

}  // namespace doorward::tests::fuzz
