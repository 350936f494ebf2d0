#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "tests/store/conformance.h"

// Sessions, codes and ids that are used once.
namespace doorward::store {
namespace {

TEST_P(StoreConformance, EndsSessionsWithTheChangeThatSaysSo) {
  auto step = change(kAda);
  step.status = jit::MemberStatus::suspended;
  step.bump_epoch = true;
  step.end_sessions = true;
  write([&](Tx& tx) { tx.apply(step); });
  EXPECT_FALSE(has("ada"));
  EXPECT_FALSE(has("ada-demo"));
  EXPECT_TRUE(has("bob"));
  write([&](Tx& tx) { EXPECT_FALSE(tx.take_code(hash("code"))); });
  ASSERT_EQ(told_[0].ended_sessions.size(), 2U);
}

TEST_P(StoreConformance, ConsumesAnIdOnce) {
  const auto until = kNow + hours(1);
  write([&](Tx& tx) {
    EXPECT_FALSE(tx.consume_once(kAcmeOkta, OnceKind::assertion, "_a1", until));
    EXPECT_TRUE(tx.consume_once(kAcmeOkta, OnceKind::request, "_a1", until));
    EXPECT_TRUE(tx.consume_once(kAcmeOkta, OnceKind::assertion, "_A1", until));
    EXPECT_FALSE(tx.consume_once(kAcmeOkta, OnceKind::assertion, "_A1", until));
  });
  write([&](Tx& tx) { EXPECT_FALSE(tx.consume_once(kAcmeOkta, OnceKind::request, "_a1", until)); });
}

TEST_P(StoreConformance, LetsOneOfAHundredConsume) {
  std::atomic<int> winners{0};
  std::latch start(100);
  std::vector<std::thread> threads;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      bool first = false;
      auto done = store_->write(kAcme, [&](Tx& tx) {
        first = tx.consume_once(kAcmeOkta, OnceKind::request, "_race", kNow + hours(1));
        return Verdict::commit;
      });
      if (done && first) ++winners;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(winners, 1);
}

TEST_P(StoreConformance, KeepsASession) {
  const auto view = store_->find_session(hash("ada-demo")).value();
  ASSERT_TRUE(view);
  const auto parent = session_of(kAcme, kAda, kAcmeOkta, "ada");
  EXPECT_EQ(view->session.parent, parent.hash);
  EXPECT_EQ(view->session.app, base::AppId("demo"));
  EXPECT_EQ(view->session.org, kAcme);
  EXPECT_EQ(view->session.key_fingerprint, "aa11");
  EXPECT_EQ(view->session.name_id, "00u-ada");
  EXPECT_EQ(view->session.session_index, "_s1");
  EXPECT_EQ(view->session.authenticated_at, kNow);
  EXPECT_EQ(view->session.expires_at, parent.expires_at);
  EXPECT_EQ(view->session.idle, parent.idle);
  EXPECT_EQ(view->member.id, kAda);
  EXPECT_EQ(view->member.grants.size(), 1U);
  EXPECT_FALSE(store_->find_session(hash("nobody")).value());
  read([&](Tx& tx) {
    EXPECT_TRUE(tx.find_session(hash("ada")));
    EXPECT_FALSE(tx.find_session(hash("twin-ada")));
  });
}

TEST_P(StoreConformance, EndsASessionWithItsChildrenAndCodes) {
  bool ended = false;
  write([&](Tx& tx) { ended = tx.end_session(hash("twin-ada")); });
  EXPECT_FALSE(ended);
  write([&](Tx& tx) { ended = tx.end_session(hash("ada")); });
  EXPECT_TRUE(ended);
  EXPECT_FALSE(has("ada-demo"));
  EXPECT_EQ(told_.back().ended_sessions, (std::vector{hash("ada"), hash("ada-demo")}));
  const auto parent = session_of(kAcme, kAda, kAcmeOkta, "ada");
  write([&](Tx& tx) {
    EXPECT_FALSE(tx.put_session(child_of(parent, "late"))) << "a child of an ended session";
    EXPECT_FALSE(tx.put_code(code_for(parent, "late")));
    EXPECT_FALSE(tx.take_code(hash("code")));
    EXPECT_FALSE(tx.put_session(child_of(session_of(kAcme, kAda, kAcmeOkta, "twin-ada"), "x")))
        << "a child of another organisation's session";
  });
  EXPECT_FALSE(has("late"));
}

TEST_P(StoreConformance, EndsAChildAlone) {
  write([&](Tx& tx) { EXPECT_TRUE(tx.end_session(hash("ada-demo"))); });
  EXPECT_TRUE(has("ada"));
  EXPECT_FALSE(has("ada-demo"));
}

TEST_P(StoreConformance, EndsSessionsThroughAConnectionOrOneKey) {
  auto other_key = session_of(kAcme, kBob, kAcmeOkta, "bob-2");
  other_key.key_fingerprint = "bb22";
  write([&](Tx& tx) { tx.put_session(other_key); });
  write([&](Tx& tx) { EXPECT_EQ(tx.end_sessions_through(kAcmeOkta, "aa11"), 3U); });
  EXPECT_FALSE(has("bob"));
  EXPECT_TRUE(has("bob-2"));
  write([&](Tx& tx) {
    EXPECT_EQ(tx.end_sessions_through(kTwinOkta, ""), 0U);
    EXPECT_EQ(tx.end_sessions_through(kAcmeOkta, ""), 1U);
  });
  EXPECT_FALSE(has("bob-2"));
}

TEST_P(StoreConformance, EndsAllSessionsOfTheOrganization) {
  write([&](Tx& tx) { EXPECT_EQ(tx.end_all_sessions(), 3U); });
  EXPECT_FALSE(has("ada"));
  EXPECT_FALSE(has("bob"));
}

TEST_P(StoreConformance, TakesACodeOnce) {
  write([&](Tx& tx) {
    EXPECT_FALSE(tx.take_code(hash("twin-code")));
    const auto code = tx.take_code(hash("code"));
    ASSERT_TRUE(code);
    EXPECT_EQ(code->app, base::AppId("demo"));
    EXPECT_EQ(code->state_hash, hash("state"));
    EXPECT_EQ(code->bind, "bind");
    EXPECT_EQ(code->parent, hash("ada"));
    EXPECT_EQ(code->expires_at, kNow + seconds(60));
  });
  write([&](Tx& tx) { EXPECT_FALSE(tx.take_code(hash("code"))); });
}

TEST_P(StoreConformance, MovesLastSeenForwardOnly) {
  ASSERT_TRUE(store_->touch_sessions({{hash("ada-demo"), kNow + hours(2)}, {hash("gone"), kNow}}));
  ASSERT_TRUE(store_->touch_sessions({{hash("ada-demo"), kNow + hours(1)}}));
  for (const auto* cookie : {"ada", "ada-demo"}) {
    EXPECT_EQ(store_->find_session(hash(cookie)).value()->session.last_seen_at, kNow + hours(2))
        << cookie;
  }
  EXPECT_EQ(store_->find_session(hash("bob")).value()->session.last_seen_at, kNow);
}

TEST_P(StoreConformance, SweepsWhatHasExpired) {
  ASSERT_TRUE(store_->touch_sessions({{hash("ada"), kNow + hours(1)},
                                      {hash("twin-ada"), kNow + hours(1)},
                                      {hash("twin-ada-demo"), kNow + hours(1)},
                                      {hash("twin-bob"), kNow + hours(1)}}));
  EXPECT_EQ(store_->sweep(kNow, 100).value(), 0U);
  EXPECT_EQ(store_->sweep(kNow + hours(1), 1).value(), 1U) << "no more than asked for";
  EXPECT_EQ(store_->sweep(kNow + hours(1), 100).value(), 3U) << "two codes, two consumed ids";
  EXPECT_EQ(store_->sweep(kNow + hours(8), 100).value(), 2U) << "idle: bob, and ada's child";
  EXPECT_TRUE(has("ada"));
  EXPECT_FALSE(has("bob"));
  write([&](Tx& tx) {
    EXPECT_TRUE(tx.consume_once(kAcmeOkta, OnceKind::assertion, "_a1", kNow + hours(9)));
  });
}

}  // namespace
}  // namespace doorward::store
