#include "app/input.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>

#include "app/presets.h"

namespace doorward::app {
namespace {

constexpr std::size_t kMostBytes = std::size_t{32} << 20U;

Fallible<std::string> read_all(std::istream& in, const std::string& name) {
  std::string bytes;
  std::string piece(64UL * 1024, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
    bytes.append(piece, 0, static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > kMostBytes) return fail(name + " is larger than 32 MiB.");
  }
  if (in.bad()) return fail(name + " cannot be read.");
  return bytes;
}

}  // namespace

Fallible<std::string> read_input(const std::string& path, std::istream& in) {
  if (path == "-") return read_all(in, "Standard input");
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(path + " cannot be read: " + std::strerror(errno) + ".");
  return read_all(file, path);
}

Fallible<std::vector<certs::Certificate>> read_certificates(const std::vector<std::string>& files) {
  std::vector<certs::Certificate> certificates;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return fail(file + " cannot be read: " + std::strerror(errno) + ".");
    const auto text = read_all(in, file);
    if (!text) return std::unexpected(text.error());
    const auto certificate = certs::Certificate::parse_any(*text);
    if (!certificate) {
      return fail(file + ": " + std::string(certs::describe(certificate.error())));
    }
    if (std::ranges::find(certificates, *certificate) == certificates.end()) {
      certificates.push_back(*certificate);
    }
  }
  return certificates;
}

xml::Limits message_limits(const MessageLimits& limits) {
  xml::Limits xml;
  xml.bytes = limits.message;
  xml.depth = static_cast<int>(limits.depth);
  xml.elements = static_cast<int>(limits.elements);
  xml.attributes = static_cast<int>(limits.attributes);
  return xml;
}

std::string preset_fix(const std::string& preset, const std::string& reason) {
  const auto presets = builtin_presets();
  if (!presets) return {};
  const auto found = presets->find(preset);
  return found == presets->end() ? std::string() : found->second.fix(reason);
}

}  // namespace doorward::app
