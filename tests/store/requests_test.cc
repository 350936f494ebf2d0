#include <gtest/gtest.h>

#include "tests/store/conformance.h"

// Requests: one for each subject, kind and member; how many, and for how long.
namespace doorward::store {
namespace {

using jit::RequestKind;
using jit::RequestState;

constexpr base::Duration kTick(1);

jit::AccessRequest dans(std::string id = "01HREQ0000000000000000000", base::Instant at = kNow) {
  auto request = request_of(kAcme, kAcmeOkta, "00u-dan", std::move(id));
  request.created_at = at;
  request.last_seen_at = at;
  return request;
}

LoginKeys dans_keys() {
  return {subject(kAcmeOkta, "00u-dan"), "alt-dan",
          sp::Email{"dan@acme.com", sp::EmailTrust::trusted}};
}

jit::AccessRequest decided(jit::AccessRequest request, RequestState state, base::Instant at) {
  request.state = state;
  request.decided_at = at;
  request.decided_by = "operator";
  return request;
}

TEST_P(StoreConformance, KeepsARequest) {
  std::optional<jit::AccessRequest> found;
  read([&](Tx& tx) { found = tx.find_request(dans().id); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->org, kAcme);
  EXPECT_EQ(found->kind, RequestKind::approval);
  EXPECT_EQ(found->state, RequestState::waiting);
  EXPECT_EQ(found->subject, subject(kAcmeOkta, "00u-dan"));
  EXPECT_EQ(found->alt_subject, "alt-dan");
  EXPECT_EQ(found->email->address, "dan@acme.com");
  EXPECT_EQ(found->email->trust, sp::EmailTrust::trusted);
  EXPECT_EQ(found->display_name, "Dan");
  EXPECT_TRUE(found->member.empty());
  EXPECT_EQ(found->rule, "L15");
  EXPECT_EQ(found->created_at, kNow);
  EXPECT_EQ(found->decided_at, std::nullopt);
  write([&](Tx& tx) { tx.put_request(decided(*found, RequestState::approved, kNow + hours(1))); });
  read([&](Tx& tx) { found = tx.find_request(dans().id); });
  EXPECT_EQ(found->state, RequestState::approved);
  EXPECT_EQ(found->decided_at, kNow + hours(1));
  EXPECT_EQ(found->decided_by, "operator");
  read([&](Tx& tx) {
    EXPECT_EQ(tx.list_requests().size(), 1U);
    EXPECT_FALSE(tx.find_request("01HNONE"));
  });
}

TEST_P(StoreConformance, OpensOneRequestForEachSubjectKindAndMember) {
  write([&](Tx& tx) {
    EXPECT_EQ(tx.open_request(dans("01HAGAIN", kNow + hours(1))), Opened::again);
    auto found = tx.find_request(dans().id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->last_seen_at, kNow + hours(1));
    EXPECT_EQ(found->created_at, kNow);
    EXPECT_EQ(tx.list_requests().size(), 1U);
    auto other = dans("01HOTHER1");
    other.kind = RequestKind::seat;
    EXPECT_EQ(tx.open_request(other), Opened::opened);
    other = dans("01HOTHER2");
    other.member = kAda;
    EXPECT_EQ(tx.open_request(other), Opened::opened);
    other = dans("01HOTHER3");
    other.alt_subject = "alt-eve";
    EXPECT_EQ(tx.open_request(other), Opened::opened) << "a yes is for the person who was shown";
    other = dans("01HOTHER4");
    other.subject.name_id = "00U-DAN";
    EXPECT_EQ(tx.open_request(other), Opened::opened) << "byte for byte";
    EXPECT_EQ(tx.list_requests().size(), 5U);
  });
}

TEST_P(StoreConformance, OpensNoRequestForThirtyDaysAfterANo) {
  write([&](Tx& tx) {
    tx.put_request(decided(dans(), RequestState::denied, kNow));
    const auto until = kNow + jit::kDeniedLife;
    EXPECT_EQ(tx.open_request(dans("01HAGAIN", until - kTick)), Opened::denied);
    EXPECT_EQ(tx.list_requests().size(), 1U);
    EXPECT_EQ(tx.open_request(dans("01HAGAIN", until)), Opened::opened);
    ASSERT_EQ(tx.list_requests().size(), 1U);
    EXPECT_EQ(tx.list_requests()[0].id, "01HAGAIN");
  });
}

TEST_P(StoreConformance, AsksAnewWhenAYesDidNotHelp) {
  write([&](Tx& tx) {
    tx.put_request(decided(dans(), RequestState::approved, kNow));
    EXPECT_EQ(tx.open_request(dans("01HAGAIN", kNow + hours(1))), Opened::opened);
    ASSERT_EQ(tx.list_requests().size(), 1U);
    EXPECT_EQ(tx.list_requests()[0].state, RequestState::waiting);
  });
}

TEST_P(StoreConformance, LetsAThousandRequestsWaitAndNoMore) {
  write([&](Tx& tx) {
    for (std::size_t i = 1; i < kMostWaiting; ++i) {
      const auto number = std::to_string(i);
      ASSERT_EQ(tx.open_request(request_of(kAcme, kAcmeOkta, "00u-" + number, "01H" + number)),
                Opened::opened);
    }
    EXPECT_EQ(tx.open_request(request_of(kAcme, kAcmeOkta, "00u-late", "01HLATE")),
              Opened::too_many);
    EXPECT_EQ(tx.open_request(dans("01HAGAIN", kNow + hours(1))), Opened::again);
    tx.put_request(decided(dans(), RequestState::denied, kNow));
    EXPECT_EQ(tx.open_request(request_of(kAcme, kAcmeOkta, "00u-late", "01HLATE")), Opened::opened);
  });
}

TEST_P(StoreConformance, SnapshotHasTheRequestsOfTheSubject) {
  ASSERT_EQ(snapshot(dans_keys()).requests.size(), 1U);
  EXPECT_EQ(snapshot(dans_keys()).requests[0].id, dans().id);
  auto other = dans_keys();
  other.alt_subject = "";
  EXPECT_TRUE(snapshot(other).requests.empty());
  other = dans_keys();
  other.subject.sp_name_qualifier = "urn:x";
  EXPECT_TRUE(snapshot(other).requests.empty());
  EXPECT_TRUE(snapshot(dans_keys(), kNow + jit::kWaitingLife).requests.empty());
  write([&](Tx& tx) { tx.put_request(decided(dans(), RequestState::approved, kNow)); });
  EXPECT_EQ(snapshot(dans_keys()).requests.size(), 1U);
  EXPECT_TRUE(snapshot(dans_keys(), kNow + jit::kApprovedLife).requests.empty());
  write([&](Tx& tx) { tx.put_request(decided(dans(), RequestState::denied, kNow)); });
  EXPECT_TRUE(snapshot(dans_keys()).requests.empty());
}

TEST_P(StoreConformance, ClosesRequestsWithTheChangeThatLetsIn) {
  auto dan = newcomer(base::MemberId("01HDAN"), kAcmeOkta, "dan");
  dan.close_requests = {dans().id};
  write([&](Tx& tx) { tx.apply(dan); });
  read([&](Tx& tx) { EXPECT_TRUE(tx.list_requests().empty()); });
}

TEST_P(StoreConformance, DropsRequestsWithTheirConnection) {
  write([&](Tx& tx) { tx.delete_connection(kAcmeOkta); });
  read([&](Tx& tx) { EXPECT_TRUE(tx.list_requests().empty()); });
}

TEST_P(StoreConformance, SweepsRequestsThatHaveEnded) {
  ASSERT_TRUE(store_->sweep(kNow + jit::kWaitingLife - kTick, 100));
  read([&](Tx& tx) { EXPECT_EQ(tx.list_requests().size(), 1U); });
  EXPECT_EQ(store_->sweep(kNow + jit::kWaitingLife, 100).value(), 2U) << "one of each organisation";
  read([&](Tx& tx) { EXPECT_TRUE(tx.list_requests().empty()); });
  twin_ = portrait_of_twin(*store_);
}

TEST_P(StoreConformance, RefusesRequestsAndInvitationsOfOthers) {
  const std::vector<std::function<void(Tx&)>> wrong = {
      [](Tx& tx) { tx.put_invitation(invitation_for(kTwin, kCleo, "x")); },
      [](Tx& tx) { tx.put_invitation(invitation_for(kAcme, base::MemberId("01HNO"), "x")); },
      [](Tx& tx) { (void)tx.open_request(request_of(kTwin, kTwinOkta, "00u-x", "01HX")); },
      [](Tx& tx) { tx.put_request(dans("01HNONE")); },
      [](Tx& tx) { tx.put_request(request_of(kTwin, kTwinOkta, "00u-dan")); },
  };
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    const auto done = store_->write(kAcme, [&](Tx& tx) {
      wrong[i](tx);
      return Verdict::commit;
    });
    EXPECT_EQ(done, std::unexpected(StoreError::closure_failed)) << i;
  }
}

}  // namespace
}  // namespace doorward::store
