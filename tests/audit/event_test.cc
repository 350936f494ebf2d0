#include "audit/event.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "tests/support/world.h"

namespace doorward::audit {
namespace {

Event denied() {
  Event event;
  event.time = tests::at("2024-05-01T12:00:00Z");
  event.org = base::OrgId("01ORG");
  event.actor = "anonymous";
  event.via = "saml";
  event.action = "login.denied";
  event.target = "acme-okta";
  event.rule = "L8";
  event.after = {{"b", 1}, {"a", "é\n"}};
  event.request_id = "r-1";
  event.ip = "127.0.0.1";
  event.connection = "acme-okta";
  return event;
}

std::vector<Record> chain_of(std::size_t n) {
  std::vector<Record> records;
  std::string previous(32, '\0');
  for (std::size_t i = 1; i <= n; ++i) {
    Record record;
    record.seq = i;
    record.event = denied();
    record.event.request_id = "r-" + std::to_string(i);
    record.hash = previous = chain_hash(previous, canonical(i, record.event));
    records.push_back(record);
  }
  return records;
}

void expect_fault(const std::vector<Record>& records, std::uint64_t seq, std::string_view what) {
  auto verified = verify_chain(records);
  ASSERT_FALSE(verified.has_value());
  EXPECT_EQ(verified.error().seq, seq);
  EXPECT_EQ(verified.error().what, what);
}

TEST(AuditRecord, HasTheCanonicalFormThatAnybodyCanRecompute) {
  EXPECT_EQ(canonical(1, denied()),
            R"({"action":"login.denied","actor":"anonymous","after":{"a":"é\n","b":1},"before":{},)"
            R"("connection":"acme-okta","ip":"127.0.0.1","org":"01ORG","request_id":"r-1",)"
            R"("rule":"L8","seq":1,"target":"acme-okta","time":"2024-05-01T12:00:00Z",)"
            R"("via":"saml"})");
}

TEST(AuditRecord, HasTheHashThatAnotherProgramComputed) {
  std::string hash = chain_hash(std::string(32, '\0'), canonical(1, denied()));
  EXPECT_EQ(base::hex_encode(hash),
            "df39b0c49c909c835021115d5184314cab770c0d057b6ceab545f5adc23b405e");
}

TEST(AuditRecord, IsExportedWithItsHashInHex) {
  Record record = chain_of(1).front();
  base::Json json = to_json(record);
  EXPECT_EQ(json["hash"], base::hex_encode(record.hash));
  EXPECT_EQ(json["seq"], 1);
  EXPECT_EQ(json["rule"], "L8");
  json.erase("hash");
  EXPECT_EQ(base::dump_json(json), canonical(1, record.event));
}

TEST(AuditChain, IsWholeWhenNothingWasTouched) {
  auto records = chain_of(5);
  auto verified = verify_chain(records);
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(*verified, records.back().hash);
}

TEST(AuditChain, IsThirtyTwoZerosBeforeTheFirstRecord) {
  EXPECT_EQ(verify_chain({}), std::string(32, '\0'));
}

TEST(AuditChain, FindsEachChangedField) {
  using Change = void (*)(Event&);
  const std::vector<Change> changes{
      [](Event& e) { e.time += base::Duration(1); },
      [](Event& e) { e.org = base::OrgId("01OTHER"); },
      [](Event& e) { e.actor = "x"; },
      [](Event& e) { e.via = "x"; },
      [](Event& e) { e.action = "x"; },
      [](Event& e) { e.target = "x"; },
      [](Event& e) { e.rule = "L18"; },
      [](Event& e) { e.before = {{"role", "viewer"}}; },
      [](Event& e) { e.after = base::Json::object(); },
      [](Event& e) { e.request_id = "x"; },
      [](Event& e) { e.ip = "x"; },
      [](Event& e) { e.connection = "x"; },
  };
  for (std::size_t field = 0; field < changes.size(); ++field) {
    SCOPED_TRACE(field);
    for (std::size_t i = 0; i < 3; ++i) {
      auto records = chain_of(3);
      changes[field](records[i].event);
      expect_fault(records, i + 1, "hash differs");
    }
  }
}

TEST(AuditChain, FindsARecordThatWasRemoved) {
  for (std::size_t i = 0; i < 3; ++i) {
    auto records = chain_of(4);
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(i));
    expect_fault(records, i + 1, "record missing");
  }
}

TEST(AuditChain, FindsARecordThatWasRemovedAndTheRestRenumbered) {
  auto records = chain_of(4);
  records.erase(records.begin() + 1);
  for (std::size_t i = 0; i < records.size(); ++i) records[i].seq = i + 1;
  expect_fault(records, 2, "hash differs");
}

TEST(AuditChain, FindsRecordsThatChangedPlaces) {
  auto records = chain_of(4);
  std::swap(records[1], records[2]);
  expect_fault(records, 2, "record missing");
  std::swap(records[1].seq, records[2].seq);
  expect_fault(records, 2, "hash differs");
}

TEST(AuditChain, FindsARecordThatStandsTwice) {
  auto records = chain_of(3);
  records.insert(records.begin() + 1, records[0]);
  expect_fault(records, 1, "record out of order");
}

TEST(AuditChain, FindsAChangedHash) {
  auto records = chain_of(3);
  records[1].hash[0] = static_cast<char>(records[1].hash[0] ^ 1);
  expect_fault(records, 2, "hash differs");
}

TEST(AuditChain, DoesNotCloseOverAForgedBeginning) {
  auto records = chain_of(3);
  records[0].event.actor = "x";
  records[0].hash = chain_hash(std::string(32, '\0'), canonical(1, records[0].event));
  expect_fault(records, 2, "hash differs");
}

}  // namespace
}  // namespace doorward::audit
