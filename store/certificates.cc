#include "store/certificates.h"

#include <mutex>
#include <unordered_map>

#include "base/json.h"

namespace doorward::store {
namespace {

using Certificates = std::vector<certs::Certificate>;

// More connections than that, and some are read again at each change of the configuration.
constexpr std::size_t kMostRemembered = 16'384;

struct Memory {
  std::mutex mutex;
  std::unordered_map<std::string, Certificates> lists;
};

Memory& memory() {
  static Memory instance;
  return instance;
}

std::optional<Certificates> parse(const std::string& text) {
  auto json = base::parse_json(text);
  if (!json || !json->is_array()) return std::nullopt;
  Certificates certificates;
  for (const auto& pem : *json) {
    if (!pem.is_string()) return std::nullopt;
    auto certificate = certs::Certificate::parse_pem(pem.get_ref<const std::string&>());
    if (!certificate) return std::nullopt;
    certificates.push_back(std::move(*certificate));
  }
  return certificates;
}

}  // namespace

std::optional<Certificates> read_certificates(const std::string& text) {
  Memory& known = memory();
  {
    std::lock_guard lock(known.mutex);
    if (auto found = known.lists.find(text); found != known.lists.end()) return found->second;
  }
  auto certificates = parse(text);
  if (!certificates) return std::nullopt;
  std::lock_guard lock(known.mutex);
  if (known.lists.size() >= kMostRemembered) known.lists.clear();
  known.lists.emplace(text, *certificates);
  return certificates;
}

std::string certificates_text(const Certificates& certificates) {
  base::Json list = base::Json::array();
  for (const auto& certificate : certificates) list.push_back(certificate.pem());
  return base::dump_json(list);
}

}  // namespace doorward::store
