#include "app/config_source.h"

#include <toml++/toml.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace doorward::app {
namespace {

class Flattener {
 public:
  explicit Flattener(std::string name) : name_(std::move(name)) {}

  void table(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string dotted =
          prefix.empty() ? std::string(key.str()) : prefix + "." + std::string(key.str());
      if (const auto* inner = node.as_table()) {
        raw.tables.emplace(dotted, origin(node));
        this->table(*inner, dotted);
      } else {
        value(node, dotted);
      }
    }
  }

  RawConfig raw;
  std::vector<Mistake> mistakes;

 private:
  std::string origin(const toml::node& node) const {
    return name_ + ":" + std::to_string(node.source().begin.line);
  }

  void value(const toml::node& node, const std::string& dotted) {
    if (const auto* text = node.as_string()) return put(node, dotted, text->get());
    if (const auto* flag = node.as_boolean()) return put(node, dotted, flag->get());
    if (const auto* number = node.as_integer()) return put(node, dotted, number->get());
    if (const auto* array = node.as_array()) {
      std::vector<std::string> texts;
      for (const auto& entry : *array) {
        const auto* text = entry.as_string();
        if (text == nullptr) {
          mistakes.push_back({origin(entry), "`" + dotted + "` is a list of texts in quotes"});
          return;
        }
        texts.push_back(text->get());
      }
      return put(node, dotted, std::move(texts));
    }
    mistakes.push_back(
        {origin(node), "`" + dotted + "` is neither a text, a number, true or false, nor a list"});
  }

  void put(const toml::node& node, const std::string& dotted, RawScalar scalar) {
    raw.values.emplace(dotted, RawValue{std::move(scalar), origin(node)});
  }

  std::string name_;
};

}  // namespace

std::expected<RawConfig, std::vector<Mistake>> parse_toml(const std::string& text,
                                                          const std::string& name) {
  try {
    const toml::table table = toml::parse(std::string_view(text), std::string_view(name));
    Flattener flattener(name);
    flattener.table(table, "");
    if (!flattener.mistakes.empty()) return std::unexpected(std::move(flattener.mistakes));
    return std::move(flattener.raw);
  } catch (const toml::parse_error& error) {
    return std::unexpected(
        std::vector<Mistake>{{name + ":" + std::to_string(error.source().begin.line),
                              std::string(error.description())}});
  }
}

std::expected<std::string, std::string> read_whole(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text;
  std::array<char, 4096> piece{};
  // By read(), which tells of a folder by its state where an iterator throws.
  while (in.read(piece.data(), piece.size()) || in.gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (!in.is_open() || in.bad()) return std::unexpected(std::string(std::strerror(errno)));
  return text;
}

std::expected<RawConfig, std::vector<Mistake>> read_toml(const std::string& path) {
  const auto text = read_whole(path);
  if (!text)
    return std::unexpected(std::vector<Mistake>{{path, "cannot be read: " + text.error()}});
  return parse_toml(*text, path);
}

}  // namespace doorward::app
