#include "app/ended_terms.h"

#include <gtest/gtest.h>

#include "jit/login_decision.h"
#include "tests/store/two_organizations.h"

// What time alone ends, in the store that a server runs on.
namespace doorward::app {
namespace {

using namespace tests;  // NOLINT(google-build-using-namespace): the values of these cases
using std::chrono::hours;

class EndedTerms : public testing::Test {
 protected:
  void SetUp() override {
    store_ = store::open_sqlite(
                 {.path = folder_.file(), .role = store::Role::server, .data_key_id = "k1"}, log_)
                 .value();
    furnish(*store_, kAcme, kAcmeOkta);
  }
  void write(const std::function<void(store::Tx&)>& body) {
    ASSERT_TRUE(store_->write(kAcme, [&](store::Tx& tx) {
      body(tx);
      return store::Verdict::commit;
    }));
  }
  std::optional<jit::Member> member(const base::MemberId& id) {
    std::optional<jit::Member> found;
    (void)store_->read(kAcme, [&](store::Tx& tx) { found = tx.find_member(id); });
    return found;
  }
  void lease(const base::MemberId& id, base::Instant until, const char* role) {
    auto leased = change(id);
    leased.lease_until = until;
    leased.add_grants = {{jit::GrantSource::manual, role, "", "operator", kNow, std::nullopt}};
    write([&](store::Tx& tx) { tx.apply(leased); });
  }
  std::size_t end(base::Instant now) { return end_terms(*store_, ladder_, log_, now); }
  std::vector<audit::Record> records() {
    std::vector<audit::Record> found;
    (void)store_->read(kAcme, [&](store::Tx& tx) { found = tx.audit_records(0, 1000); });
    return found;
  }

  TempFolder folder_;
  SilentLog log_;
  jit::Ladder ladder_ = *jit::Ladder::make({"viewer", "editor", "admin", "owner"});
  std::unique_ptr<store::Store> store_;
};

TEST_F(EndedTerms, ExpiresWhoseLeaseHasEnded) {
  lease(kAda, kNow + hours(1), "admin");
  EXPECT_EQ(end(kNow + hours(1) - std::chrono::milliseconds(1)), 0U);
  EXPECT_EQ(end(kNow + hours(5)), 1U);
  const auto ada = member(kAda);
  ASSERT_TRUE(ada);
  EXPECT_EQ(ada->status, jit::MemberStatus::expired);
  EXPECT_EQ(ada->expired_at, kNow + hours(1)) << "not when the server noticed";
  EXPECT_EQ(ada->authz_epoch, 1U);
  EXPECT_EQ(jit::effective_role(*ada, ladder_, kNow), "viewer");
  EXPECT_EQ(ada->grants.size(), 1U);
  EXPECT_FALSE(store_->find_session(hash("ada")).value());
  EXPECT_FALSE(store_->find_session(hash("ada-demo")).value());
  EXPECT_TRUE(store_->find_session(hash("bob")).value());
  const auto last = records().back();
  EXPECT_EQ(last.event.action, "member.expired");
  EXPECT_EQ(last.event.actor, "system");
  EXPECT_EQ(last.event.target, kAda.str());
  EXPECT_EQ(last.event.before.at("role"), "admin");
  EXPECT_EQ(last.event.after.at("role"), "viewer");
  EXPECT_TRUE(audit::verify_chain(records()));
  EXPECT_EQ(end(kNow + hours(5)), 0U) << "once";
}

TEST_F(EndedTerms, KeepsTheLastOwner) {
  lease(kAda, kNow + hours(1), "owner");
  EXPECT_EQ(end(kNow + hours(1)), 0U);
  EXPECT_EQ(member(kAda)->status, jit::MemberStatus::active);
  auto another = change(kBob);
  another.add_grants = {{jit::GrantSource::manual, "owner", "", "operator", kNow, std::nullopt}};
  write([&](store::Tx& tx) { tx.apply(another); });
  EXPECT_EQ(end(kNow + hours(1)), 1U);
  EXPECT_EQ(member(kAda)->status, jit::MemberStatus::expired);
}

TEST_F(EndedTerms, TakesInvitationsAwayWithWhoNeverCame) {
  const auto later = kNow + jit::kInvitationLife;
  EXPECT_EQ(end(later - std::chrono::milliseconds(1)), 0U);
  EXPECT_EQ(end(later), 1U);
  EXPECT_FALSE(member(kCleo));
  EXPECT_FALSE(store_->find_invitation(hash("token")).value());
  const auto last = records().back();
  EXPECT_EQ(last.event.action, "invitation.expired");
  EXPECT_EQ(last.event.target, kCleo.str());
  EXPECT_EQ(last.event.before.at("email"), "cleo@acme.com");
}

TEST_F(EndedTerms, GoesThroughMoreThanOneBatch) {
  write([](store::Tx& tx) {
    for (int i = 0; i < 250; ++i) {
      auto made =
          newcomer(base::MemberId("01HM" + std::to_string(i)), kAcmeOkta, "m" + std::to_string(i));
      made.lease_until = kNow + hours(1);
      tx.apply(made);
    }
  });
  EXPECT_EQ(end(kNow + hours(1)), 250U);
  (void)store_->read(kAcme, [](store::Tx& tx) { EXPECT_EQ(tx.seats_used(kNow + hours(1)), 2U); });
}

}  // namespace
}  // namespace doorward::app
