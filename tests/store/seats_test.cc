#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "jit/admin_decision.h"
#include "tests/store/conformance.h"
#include "tests/support/identity_maker.h"

// Seats are never exceeded, whichever way and however many come at once (I17).
namespace doorward::store {
namespace {

constexpr std::uint64_t kLimit = 7;
constexpr int kOfEach = 8;

const jit::Ladder& ladder() {
  static const jit::Ladder made = *jit::Ladder::make({"viewer", "editor", "admin", "owner"});
  return made;
}

std::string numbered(const char* what, int i) {
  return what + std::to_string(i);
}

sp::Preset preset() {
  sp::Preset made;
  made.name_id_formats = {"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"};
  return made;
}

// What the ACS does in its transaction.
Verdict sign_in(Tx& tx, const std::string& name, std::string_view token, bool& admitted) {
  tests::IdentityFields fields;
  fields.name_id = "00u-" + name;
  fields.email = sp::Email{name + "@acme.com", sp::EmailTrust::trusted};
  const auto identity = tests::IdentityMaker::identity(fields);
  const auto facts = tx.login_snapshot(identity, kNow);
  const auto held = token.empty() ? std::nullopt : tx.held_invitation(hash(token));
  const auto decision =
      jit::decide_login(identity, preset(), facts, held, tx.organization()->policy, ladder(),
                        base::MemberId("01HNEW" + name), kNow);
  admitted = decision.admit() != nullptr;
  if (!admitted) {
    EXPECT_EQ(decision.deny()->reason, jit::DenyReason::seat_limit);
    return Verdict::rollback;
  }
  tx.apply(decision.admit()->change);
  return Verdict::commit;
}

Verdict restore(Tx& tx, const base::MemberId& id, bool& admitted) {
  const jit::AdminFacts facts{
      .other_owners = 1,
      .seat_free = jit::has_free_seat(tx.organization()->policy, tx.seats_used(kNow))};
  const auto decided =
      jit::decide_admin_change({}, *tx.find_member(id), jit::Restore{}, facts, ladder(), kNow);
  admitted = decided.has_value();
  if (!admitted) return Verdict::rollback;
  tx.apply(*decided);
  return Verdict::commit;
}

TEST_P(StoreConformance, NeverExceedsTheSeatsHoweverManyComeAtOnce) {
  auto limited = organization(kAcme);
  limited.policy.seat_limit = kLimit;
  write([&](Tx& tx) {
    tx.put_organization(limited);
    for (int i = 0; i < kOfEach; ++i) {
      for (const char* what : {"expired", "suspended"}) {
        const base::MemberId id(numbered(what, i));
        tx.apply(newcomer(id, kAcmeOkta, numbered(what, i)));
        auto out = change(id);
        out.status = jit::parse_member_status(what);
        tx.apply(out);
      }
      const base::MemberId id(numbered("invited", i));
      tx.apply(invited(id, numbered("invited", i)));
      auto invitation = invitation_for(kAcme, id, numbered("token", i), numbered("01HI", i));
      invitation.email = numbered("invited", i) + "@acme.com";
      tx.put_invitation(invitation);
    }
  });
  std::vector<std::function<Verdict(Tx&, bool&)>> ways;
  for (int i = 0; i < kOfEach; ++i) {
    ways.emplace_back([i](Tx& tx, bool& in) { return sign_in(tx, numbered("new", i), "", in); });
    ways.emplace_back(
        [i](Tx& tx, bool& in) { return sign_in(tx, numbered("expired", i), "", in); });
    ways.emplace_back([i](Tx& tx, bool& in) {
      return sign_in(tx, numbered("invited", i), numbered("token", i), in);
    });
    ways.emplace_back([i](Tx& tx, bool& in) {
      return restore(tx, base::MemberId(numbered("suspended", i)), in);
    });
  }
  std::atomic<std::uint64_t> admitted{0};
  std::latch start(static_cast<std::ptrdiff_t>(ways.size()));
  std::vector<std::thread> threads;
  for (const auto& way : ways) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      bool in = false;
      const auto done = store_->write(kAcme, [&](Tx& tx) { return way(tx, in); });
      if (done && in) ++admitted;
    });
  }
  for (auto& thread : threads) thread.join();
  read([&](Tx& tx) {
    EXPECT_EQ(tx.seats_used(kNow), kLimit);
    std::uint64_t active = 0;
    for (const auto& each : tx.list_members()) {
      active += each.status == jit::MemberStatus::active ? 1U : 0U;
    }
    EXPECT_EQ(active, kLimit);
  });
  EXPECT_EQ(admitted, kLimit - 2) << "Ada and Bob were there";
}

}  // namespace
}  // namespace doorward::store
