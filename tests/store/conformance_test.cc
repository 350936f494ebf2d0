#include <gtest/gtest.h>

#include <atomic>

#include "tests/store/conformance.h"

// Members, the audit chain and transactions; and the kinds of store there are.
namespace doorward::store {
namespace {

TEST_P(StoreConformance, CreatesAMemberWhole) {
  const auto ada = member(kAda);
  EXPECT_EQ(ada.org, kAcme);
  EXPECT_EQ(ada.status, jit::MemberStatus::active);
  EXPECT_EQ(ada.managed_by, jit::ManagedBy::jit);
  ASSERT_TRUE(ada.email);
  EXPECT_EQ(ada.email->address, "ada@acme.com");
  EXPECT_EQ(ada.email->trust, sp::EmailTrust::trusted);
  EXPECT_EQ(ada.display_name, "ada Lovelace");
  EXPECT_EQ(ada.created_at, kNow);
  EXPECT_EQ(ada.last_login_at, kNow);
  EXPECT_EQ(ada.lease_until, std::nullopt);
  ASSERT_EQ(ada.grants.size(), 1U);
  EXPECT_EQ(ada.grants[0].role, "viewer");
  std::vector<jit::IdentityRecord> identities;
  read([&](Tx& tx) { identities = tx.identities_of(kAda); });
  ASSERT_EQ(identities.size(), 1U);
  EXPECT_EQ(identities[0].subject, subject(kAcmeOkta, "00u-ada"));
  EXPECT_EQ(identities[0].alt_subject, "alt-ada");
}

TEST_P(StoreConformance, ChangesOnlyWhatAChangeNames) {
  auto step = change(kAda);
  step.lease_until = kNow + hours(1);
  step.add_grants = {{jit::GrantSource::manual, "admin", "", "operator", kNow, kNow + hours(2)}};
  step.bump_epoch = true;
  write([&](Tx& tx) { tx.apply(step); });
  auto ada = member(kAda);
  EXPECT_EQ(ada.display_name, "ada Lovelace");
  EXPECT_EQ(ada.status, jit::MemberStatus::active);
  EXPECT_EQ(ada.lease_until, kNow + hours(1));
  EXPECT_EQ(ada.authz_epoch, 1U);
  EXPECT_EQ(ada.grants.size(), 2U);
  EXPECT_TRUE(has("ada"));

  step = change(kAda);
  step.end_lease = true;
  step.add_grants = {{jit::GrantSource::manual, "admin", "", "01X", kNow, std::nullopt}};
  step.remove_grants = {{jit::GrantSource::default_, "viewer", "", "", kNow, std::nullopt}};
  step.status = jit::MemberStatus::expired;
  write([&](Tx& tx) { tx.apply(step); });
  ada = member(kAda);
  EXPECT_EQ(ada.lease_until, std::nullopt);
  EXPECT_EQ(ada.expired_at, kNow);
  ASSERT_EQ(ada.grants.size(), 1U);
  EXPECT_EQ(ada.grants[0].by, "01X");
  EXPECT_EQ(ada.grants[0].expires, std::nullopt);

  step = change(kAda);
  step.status = jit::MemberStatus::active;
  write([&](Tx& tx) { tx.apply(step); });
  EXPECT_EQ(member(kAda).expired_at, std::nullopt);
  ASSERT_EQ(told_.size(), 3U);
  EXPECT_EQ(told_[2].changed_members, std::vector{kAda});
}

TEST_P(StoreConformance, LinksAndUnlinksIdentities) {
  auto step = change(kAda);
  step.unlink = {subject(kAcmeOkta, "00u-ada")};
  step.link = jit::IdentityRecord{subject(kAcmeOkta, "00u-new"), "", kAda, kNow, kNow};
  write([&](Tx& tx) { tx.apply(step); });
  step = change(kAda);
  step.link =
      jit::IdentityRecord{subject(kAcmeOkta, "00u-new"), "alt-2", kAda, kNow, kNow + hours(1)};
  write([&](Tx& tx) { tx.apply(step); });
  step.link->alt_subject.clear();
  write([&](Tx& tx) { tx.apply(step); });
  std::vector<jit::IdentityRecord> identities;
  read([&](Tx& tx) { identities = tx.identities_of(kAda); });
  ASSERT_EQ(identities.size(), 1U);
  EXPECT_EQ(identities[0].subject.name_id, "00u-new");
  EXPECT_EQ(identities[0].alt_subject, "alt-2") << "an absent attribute unsays nothing";
  EXPECT_EQ(identities[0].linked_at, kNow);
  EXPECT_EQ(identities[0].last_used_at, kNow + hours(1));
}

TEST_P(StoreConformance, RefusesChangesThatContradictWhatIsThere) {
  auto stolen = change(kBob);
  stolen.link = jit::IdentityRecord{subject(kAcmeOkta, "00u-ada"), "", kBob, kNow, kNow};
  const std::vector<std::function<void(Tx&)>> wrong = {
      [&](Tx& tx) { tx.apply(stolen); },
      [&](Tx& tx) { tx.apply(newcomer(kAda, kAcmeOkta, "eve")); },
      [&](Tx& tx) { tx.apply(change(base::MemberId("01HNOBODY"))); },
      [&](Tx& tx) { tx.append_audit(event(kTwin, "x")); },
      [&](Tx& tx) { tx.put_session(session_of(kTwin, kAda, kTwinOkta, "x")); },
      [&](Tx& tx) { tx.put_session(session_of(kAcme, base::MemberId("01H"), kAcmeOkta, "x")); },
      [&](Tx& tx) { tx.put_key(key_of(kAcme, kTwinOkta)); },
      [&](Tx& tx) { (void)tx.put_domain(domain(kTwin, jit::DomainState::unverified, {})); },
      [&](Tx& tx) { tx.note_domain_check(domain(kTwin, jit::DomainState::verified, {})); },
      [&](Tx& tx) { (void)tx.put_connection(connection(kTwin, kTwinOkta)); },
      [&](Tx& tx) { tx.put_organization(organization(kTwin)); },
  };
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    auto done = store_->write(kAcme, [&](Tx& tx) {
      tx.apply(change(kAda));
      wrong[i](tx);
      return Verdict::commit;
    });
    EXPECT_EQ(done, std::unexpected(StoreError::closure_failed)) << i;
  }
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(member(kBob).display_name, "bob Lovelace");
}

TEST_P(StoreConformance, ChainsTheAuditOfEachOrganization) {
  write([&](Tx& tx) {
    tx.append_audit(event(kAcme, "one"));
    tx.append_audit(event(kAcme, "two"));
  });
  (void)store_->write(kAcme, [&](Tx& tx) {
    tx.append_audit(event(kAcme, "withdrawn"));
    return Verdict::rollback;
  });
  write([&](Tx& tx) { tx.append_audit(event(kAcme, "three")); });
  std::vector<audit::Record> records;
  read([&](Tx& tx) { records = tx.audit_records(0, 100); });
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(records.back().event.action, "three");
  EXPECT_EQ(records.back().seq, 5U);
  EXPECT_EQ(records.back().event.after, event(kAcme, "").after);
  EXPECT_TRUE(audit::verify_chain(records));
  read([&](Tx& tx) { records = tx.audit_records(3, 1); });
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].event.action, "two");
}

TEST_P(StoreConformance, KeepsNothingOfAClosureThatWithdrawsOrThrows) {
  auto step = change(kAda);
  step.display_name = "Changed";
  EXPECT_EQ(store_->write(kAcme,
                          [&](Tx& tx) {
                            tx.apply(step);
                            return Verdict::rollback;
                          }),
            std::unexpected(StoreError::rolled_back));
  EXPECT_EQ(store_->write(kAcme,
                          [&](Tx& tx) -> Verdict {
                            tx.apply(step);
                            throw std::runtime_error("no");
                          }),
            std::unexpected(StoreError::closure_failed));
  EXPECT_EQ(member(kAda).display_name, "ada Lovelace");
  EXPECT_TRUE(told_.empty());
}

TEST_P(StoreConformance, RefusesToWriteWhileReading) {
  EXPECT_EQ(store_->read(kAcme, [](Tx& tx) { tx.end_all_sessions(); }),
            std::unexpected(StoreError::closure_failed));
  EXPECT_TRUE(has("ada"));
}

TEST_P(StoreConformance, TellsTheListenerBeforeTheWriter) {
  std::atomic<bool> told{false};
  store_->on_effects([&](const Effects& effects) {
    if (!effects.ended_sessions.empty()) told = true;
  });
  write([&](Tx& tx) { tx.end_session(hash("ada")); });
  EXPECT_TRUE(told);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance,
                         testing::Values(Kind{"sqlite",
                                              [](const TempFolder& folder, base::Log& log) {
                                                return open_sqlite({.path = folder.file(),
                                                                    .role = Role::server,
                                                                    .data_key_id = "k1"},
                                                                   log)
                                                    .value();
                                              }}),
                         [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace doorward::store
