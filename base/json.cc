#include "base/json.h"

#include <optional>
#include <set>
#include <vector>

#include "base/encoding.h"

namespace doorward::base {
namespace {

// Walks the document once before it is built: nlohmann keeps the last of two equal keys.
class Checker : public nlohmann::json_sax<Json> {
 public:
  explicit Checker(int max_depth) : max_depth_(max_depth) {}
  std::optional<JsonError> error;

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    error = JsonError::duplicate_key;
    return false;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    error = JsonError::syntax;
    return false;
  }

 private:
  bool enter() {
    keys_.emplace_back();
    if (static_cast<int>(keys_.size()) <= max_depth_) return true;
    error = JsonError::too_deep;
    return false;
  }
  bool leave() {
    keys_.pop_back();
    return true;
  }
  int max_depth_;
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

std::expected<Json, JsonError> parse_json(std::string_view text, int max_depth) {
  if (!is_utf8(text)) return std::unexpected(JsonError::not_utf8);
  Checker checker(max_depth);
  if (!Json::sax_parse(text, &checker)) {
    return std::unexpected(checker.error.value_or(JsonError::syntax));
  }
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::unexpected(JsonError::syntax);
  return value;
}

std::string dump_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string json_string(const Json& object, std::string_view key, std::string_view otherwise) {
  if (!object.is_object()) return std::string(otherwise);
  auto it = object.find(std::string(key));
  if (it == object.end() || !it->is_string()) return std::string(otherwise);
  return it->get<std::string>();
}

}  // namespace doorward::base
