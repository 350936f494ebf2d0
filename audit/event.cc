#include "audit/event.h"

#include "base/encoding.h"
#include "certs/digest.h"

namespace doorward::audit {
namespace {

constexpr std::size_t kHashSize = 32;

base::Json document(std::uint64_t seq, const Event& event) {
  return {{"seq", seq},
          {"time", base::format_instant(event.time)},
          {"org", event.org.str()},
          {"actor", event.actor},
          {"via", event.via},
          {"action", event.action},
          {"target", event.target},
          {"rule", event.rule},
          {"before", event.before},
          {"after", event.after},
          {"request_id", event.request_id},
          {"ip", event.ip},
          {"connection", event.connection}};
}

}  // namespace

std::string canonical(std::uint64_t seq, const Event& event) {
  return base::dump_json(document(seq, event));
}

std::string chain_hash(std::string_view previous, std::string_view canonical) {
  return certs::sha256(std::string(previous).append(canonical));
}

base::Json to_json(const Record& record) {
  base::Json json = document(record.seq, record.event);
  json["hash"] = base::hex_encode(record.hash);
  return json;
}

std::expected<std::string, ChainFault> verify_chain(const std::vector<Record>& records) {
  std::string previous(kHashSize, '\0');
  std::uint64_t expected = 1;
  for (const Record& record : records) {
    if (record.seq > expected) return std::unexpected(ChainFault{expected, "record missing"});
    if (record.seq < expected)
      return std::unexpected(ChainFault{record.seq, "record out of order"});
    std::string hash = chain_hash(previous, canonical(record.seq, record.event));
    if (hash != record.hash) return std::unexpected(ChainFault{record.seq, "hash differs"});
    previous = std::move(hash);
    ++expected;
  }
  return previous;
}

}  // namespace doorward::audit
