#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "base/json.h"

namespace doorward::audit {

// One decision or change, before it has its place in the chain.
struct Event {
  base::Instant time;
  base::OrgId org;
  std::string actor;   // member id, "operator", "system", or "anonymous"
  std::string via;     // "saml", "cli", "http", "system"
  std::string action;  // "login.admitted", "login.denied", "login.rejected", "member.suspended" …
  std::string target;  // what it was done to: a member or connection id, a domain
  std::string rule;    // "L18", or the reason's name where no rule applies
  base::Json before = base::Json::object();
  base::Json after = base::Json::object();
  std::string request_id;
  std::string ip;
  std::string connection;
};

// An event in its place: one chain an organisation, seq from 1 without gaps.
struct Record {
  std::uint64_t seq = 0;
  Event event;
  std::string hash;  // 32 bytes: SHA-256(hash of seq-1 | canonical JSON); 32 zeros before seq 1
};

// {"seq":…,"time":…,"actor":…,…}: canonical JSON [RFC 8785] of everything but the hash.
[[nodiscard]] std::string canonical(std::uint64_t seq, const Event& event);
[[nodiscard]] std::string chain_hash(std::string_view previous, std::string_view canonical);
// The same object with "hash" in hex, for exports.
[[nodiscard]] base::Json to_json(const Record& record);

struct ChainFault {
  std::uint64_t seq;  // first record that does not fit
  std::string what;   // "hash differs", "record missing"
};
// Walks records in order of seq, from 1. The last hash, or the first fault.
[[nodiscard]] std::expected<std::string, ChainFault> verify_chain(
    const std::vector<Record>& records);

}  // namespace doorward::audit
