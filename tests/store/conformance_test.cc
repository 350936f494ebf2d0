#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "tests/store/two_organizations.h"

// What every kind of store does. A further kind joins with one INSTANTIATE line.
namespace doorward::store {
namespace {

using namespace tests;  // NOLINT(google-build-using-namespace): the values of these cases
using std::chrono::hours;
using std::chrono::seconds;

struct Kind {
  const char* name;
  std::function<std::unique_ptr<Store>(const TempFolder&, base::Log&)> make;
};

class StoreConformance : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    store_ = GetParam().make(folder_, log_);
    ASSERT_TRUE(store_);
    store_->on_effects([this](const Effects& effects) { told_.push_back(effects); });
    furnish(*store_, kAcme, kAcmeOkta);
    furnish(*store_, kTwin, kTwinOkta);
    twin_ = portrait_of_twin(*store_);
    ASSERT_NE(twin_.find("twin-ada-demo"), std::string::npos);
    told_.clear();
  }
  void TearDown() override { EXPECT_EQ(portrait_of_twin(*store_), twin_); }

  void write(const std::function<void(Tx&)>& body) {
    auto done = store_->write(kAcme, [&](Tx& tx) {
      body(tx);
      return Verdict::commit;
    });
    ASSERT_TRUE(done) << text_of(done.error());
  }
  void read(const std::function<void(Tx&)>& body) {
    auto done = store_->read(kAcme, body);
    ASSERT_TRUE(done) << text_of(done.error());
  }
  jit::Member member(const base::MemberId& id) {
    std::optional<jit::Member> found;
    read([&](Tx& tx) { found = tx.find_member(id); });
    return found.value();
  }
  bool has(std::string_view cookie) {
    return store_->find_session(hash(cookie)).value().has_value();
  }
  jit::LoginSnapshot snapshot(const LoginKeys& keys, base::Instant now = kNow) {
    jit::LoginSnapshot found;
    read([&](Tx& tx) { found = tx.login_snapshot(keys, now); });
    return found;
  }
  static LoginKeys keys(std::string name_id, std::string alt_subject, std::string address,
                        sp::EmailTrust trust = sp::EmailTrust::trusted) {
    LoginKeys made{subject(kAcmeOkta, std::move(name_id)), std::move(alt_subject), std::nullopt};
    if (!address.empty()) made.email = sp::Email{std::move(address), trust};
    return made;
  }

  TempFolder folder_;
  SilentLog log_;
  std::vector<Effects> told_;
  std::unique_ptr<Store> store_;
  std::string twin_;
};

TEST_P(StoreConformance, KeepsAnOrganization) {
  auto changed = organization(kAcme);
  changed.name = "Acme Ltd";
  changed.enabled = false;
  changed.slug = "other";
  changed.policy = {jit::JitMode::invite_only, jit::LinkMode::confirm, true, hours(24), 7};
  write([&](Tx& tx) { tx.put_organization(changed); });
  std::optional<jit::Organization> found;
  read([&](Tx& tx) { found = tx.organization(); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "Acme Ltd");
  EXPECT_EQ(found->slug, "acme");
  EXPECT_FALSE(found->enabled);
  EXPECT_EQ(found->policy.jit, jit::JitMode::invite_only);
  EXPECT_EQ(found->policy.link, jit::LinkMode::confirm);
  EXPECT_TRUE(found->policy.scim_authoritative);
  EXPECT_EQ(found->policy.lease, base::Duration(hours(24)));
  EXPECT_EQ(found->policy.seat_limit, 7U);
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_TRUE(told_[0].configuration);
}

TEST_P(StoreConformance, RefusesASlugThatIsTaken) {
  auto again = organization(kAcme);
  again.id = base::OrgId("01HOTHER000000000000000000");
  auto outcome = store_->create_organization(again, event(again.id, "org.created"));
  ASSERT_TRUE(outcome);
  ASSERT_FALSE(*outcome);
  EXPECT_EQ(outcome->error(), Conflict::slug_taken);
  EXPECT_EQ(store_->load_configuration()->organizations.size(), 2U);
}

TEST_P(StoreConformance, CreatesAnOrganizationWithItsFirstAuditRecord) {
  std::vector<audit::Record> records;
  read([&](Tx& tx) { records = tx.audit_records(0, 10); });
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].seq, 1U);
  EXPECT_EQ(records[0].event.action, "org.created");
}

TEST_P(StoreConformance, KeepsAConnection) {
  std::optional<sp::ConnectionSettings> found;
  read([&](Tx& tx) { found = tx.find_connection(kAcmeOkta); });
  const auto made = connection(kAcme, kAcmeOkta);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->org, kAcme);
  EXPECT_EQ(found->preset, made.preset);
  EXPECT_EQ(found->idp_entity_id, made.idp_entity_id);
  EXPECT_EQ(found->idp_sso_binding, made.idp_sso_binding);
  EXPECT_EQ(found->idp_certificates, made.idp_certificates);
  EXPECT_EQ(found->sp_entity_id, made.sp_entity_id);
  EXPECT_EQ(found->acs_url, made.acs_url);
  EXPECT_EQ(found->extra_audiences, made.extra_audiences);
  EXPECT_TRUE(found->sign_requests);
  EXPECT_EQ(found->clock_skew, made.clock_skew);
  EXPECT_EQ(found->sha1_until, made.sha1_until);
  EXPECT_EQ(found->unsolicited, made.unsolicited);
  EXPECT_EQ(found->allowed_domains, made.allowed_domains);
  read([&](Tx& tx) { found = tx.find_connection(kTwinOkta); });
  EXPECT_FALSE(found);
}

TEST_P(StoreConformance, RefusesConnectionsThatCannotBeToldApart) {
  auto other = connection(kAcme, base::ConnectionId("acme-two"));
  std::expected<void, Conflict> outcome;
  other.acs_url = connection(kTwin, kTwinOkta).acs_url;
  write([&](Tx& tx) { outcome = tx.put_connection(other); });
  EXPECT_EQ(outcome, std::unexpected(Conflict::acs_taken));
  other.idp_entity_id = "https://idp.example/another";
  write([&](Tx& tx) { outcome = tx.put_connection(other); });
  EXPECT_TRUE(outcome) << "a shared ACS URL with another IdP";
  other = connection(kAcme, base::ConnectionId("acme-three"));
  other.sp_entity_id = connection(kTwin, kTwinOkta).sp_entity_id;
  write([&](Tx& tx) { outcome = tx.put_connection(other); });
  EXPECT_EQ(outcome, std::unexpected(Conflict::entity_pair_taken));
  other = connection(kAcme, kTwinOkta);
  write([&](Tx& tx) { outcome = tx.put_connection(other); });
  EXPECT_EQ(outcome, std::unexpected(Conflict::id_taken));
}

TEST_P(StoreConformance, DeletesAConnectionWithAllThatHangsOnIt) {
  bool deleted = false;
  write([&](Tx& tx) { deleted = tx.delete_connection(kTwinOkta); });
  EXPECT_FALSE(deleted);
  write([&](Tx& tx) { deleted = tx.delete_connection(kAcmeOkta); });
  EXPECT_TRUE(deleted);
  EXPECT_FALSE(has("ada"));
  EXPECT_FALSE(has("ada-demo"));
  std::expected<void, Conflict> outcome;
  read([&](Tx& tx) {
    EXPECT_TRUE(tx.list_keys().empty());
    EXPECT_TRUE(tx.list_domains().at(0).connections.empty());
    EXPECT_EQ(tx.identities_of(kAda).size(), 1U);
  });
  write([&](Tx& tx) { outcome = tx.put_connection(connection(kAcme, kAcmeOkta)); });
  EXPECT_EQ(outcome, std::unexpected(Conflict::id_taken)) << "an id is never used again";
}

TEST_P(StoreConformance, GivesADomainToOneOrganization) {
  std::expected<void, Conflict> outcome;
  ASSERT_TRUE(store_->write(kTwin, [&](Tx& tx) {
    outcome = tx.put_domain(domain(kTwin, jit::DomainState::verified, {}));
    return Verdict::commit;
  }));
  EXPECT_EQ(outcome, std::unexpected(Conflict::domain_taken));
  write([&](Tx& tx) {
    outcome = tx.put_domain(domain(kAcme, jit::DomainState::verified, {kTwinOkta}));
  });
  EXPECT_EQ(outcome, std::unexpected(Conflict::not_found)) << "bound to another's connection";
  std::vector<jit::Domain> found;
  read([&](Tx& tx) { found = tx.list_domains(); });
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].state, jit::DomainState::verified);
  EXPECT_TRUE(found[0].operator_vouched);
  EXPECT_EQ(found[0].verified_at, kNow);
  EXPECT_EQ(found[0].connections, std::vector{kAcmeOkta});
}

TEST_P(StoreConformance, LoadsTheConfigurationOfAllOrganizations) {
  const auto configuration = store_->load_configuration().value();
  EXPECT_EQ(configuration.organizations.size(), 2U);
  EXPECT_EQ(configuration.connections.size(), 2U);
  EXPECT_EQ(configuration.domains.size(), 2U);
  ASSERT_EQ(configuration.keys.size(), 2U);
  EXPECT_EQ(configuration.keys[0].org, kAcme);
  EXPECT_EQ(configuration.keys[0].sealed_pem, "sealed");
  EXPECT_NE(key_aad(configuration.keys[0]), key_aad(configuration.keys[1]));
}

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

TEST_P(StoreConformance, SnapshotKnowsTheSubject) {
  auto found = snapshot(keys("00u-ada", "alt-ada", "ada@acme.com"));
  EXPECT_TRUE(found.organization_enabled);
  EXPECT_TRUE(found.connection_enabled);
  EXPECT_EQ(found.allowed_domains, std::vector<std::string>{"acme.com"});
  EXPECT_TRUE(found.email_domain_verified);
  EXPECT_TRUE(found.email_domain_bound_here);
  ASSERT_TRUE(found.identity);
  EXPECT_EQ(found.identity->alt_subject, "alt-ada");
  ASSERT_TRUE(found.known);
  EXPECT_EQ(found.known->id, kAda);
  EXPECT_TRUE(found.same_alt_subject.empty());
  EXPECT_TRUE(found.same_email.empty());
  EXPECT_FALSE(found.email_held_by_other);
  EXPECT_FALSE(found.tombstone);
  EXPECT_EQ(found.seats_used, 2U);
}

TEST_P(StoreConformance, SnapshotFindsOthersByAddressAndAltSubject) {
  auto found = snapshot(keys("00u-x", "alt-bob", "ADA@acme.com"));
  EXPECT_FALSE(found.known);
  ASSERT_EQ(found.same_email.size(), 1U);
  EXPECT_EQ(found.same_email[0].member.id, kAda);
  EXPECT_TRUE(found.same_email[0].has_identity_here);
  EXPECT_FALSE(found.same_email[0].has_identity_elsewhere);
  ASSERT_EQ(found.same_alt_subject.size(), 1U);
  EXPECT_EQ(found.same_alt_subject[0].member.id, kBob);
  EXPECT_EQ(found.same_alt_subject[0].bound_as, subject(kAcmeOkta, "00u-bob"));
  EXPECT_TRUE(found.email_held_by_other);
  EXPECT_FALSE(found.tombstone);

  found = snapshot(keys("00u-x", "", "ada@acme.com", sp::EmailTrust::claimed));
  EXPECT_TRUE(found.same_email.empty()) << "a claim matches nothing";
  EXPECT_FALSE(found.email_held_by_other);
  found = snapshot(keys("00u-x", "", ""));
  EXPECT_FALSE(found.email_domain_verified);
  EXPECT_TRUE(found.same_alt_subject.empty());
}

TEST_P(StoreConformance, SnapshotAsksTheWholeInstallationWhoOwnsADomain) {
  write([&](Tx& tx) {
    (void)tx.put_domain(domain(kAcme, jit::DomainState::unverified, {kAcmeOkta}));
  });
  auto found = snapshot(keys("00u-x", "", "ada@acme.com"));
  EXPECT_FALSE(found.email_domain_verified);
  EXPECT_TRUE(found.same_email.empty()) << "the binding is gone, and with it the trust";
  auto foreign = domain(kTwin, jit::DomainState::verified, {});
  foreign.name = "globex.com";
  ASSERT_TRUE(store_->write(kTwin, [&](Tx& tx) {
    (void)tx.put_domain(foreign);
    return Verdict::commit;
  }));
  found = snapshot(keys("00u-x", "", "eve@globex.com"));
  EXPECT_TRUE(found.email_domain_verified);
  EXPECT_FALSE(found.email_domain_bound_here);
  twin_ = portrait_of_twin(*store_);
}

TEST_P(StoreConformance, SnapshotSeesTombstones) {
  auto gone = change(kAda);
  gone.status = jit::MemberStatus::deprovisioned;
  write([&](Tx& tx) {
    tx.apply(gone);
    (void)tx.put_connection([] {
      auto second = connection(kAcme, base::ConnectionId("acme-second"));
      second.sp_entity_id = "urn:second";
      return second;
    }());
  });
  EXPECT_TRUE(snapshot(keys("00u-x", "", "ada@acme.com")).tombstone) << "by the address";
  EXPECT_FALSE(snapshot(keys("00u-ada", "", "ada@acme.com")).tombstone) << "known";
  LoginKeys elsewhere = keys("00u-ada", "", "");
  elsewhere.subject.connection = base::ConnectionId("acme-second");
  EXPECT_TRUE(snapshot(elsewhere).tombstone) << "the same subject by another connection";
  elsewhere.subject.format = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
  EXPECT_FALSE(snapshot(elsewhere).tombstone) << "another kind of name";
}

TEST_P(StoreConformance, SnapshotSeesTheSuspendedByEveryConnectionToTheirIdp) {
  auto out = change(kBob);
  out.status = jit::MemberStatus::suspended;
  write([&](Tx& tx) {
    tx.apply(out);
    (void)tx.put_connection([] {
      auto second = connection(kAcme, base::ConnectionId("acme-second"));
      second.sp_entity_id = "urn:second";
      return second;
    }());
  });
  EXPECT_FALSE(snapshot(keys("00u-bob", "alt-bob", "")).tombstone) << "known: they are suspended";
  LoginKeys elsewhere = keys("00u-bob", "", "");
  elsewhere.subject.connection = base::ConnectionId("acme-second");
  EXPECT_TRUE(snapshot(elsewhere).tombstone) << "the same subject";
  elsewhere.subject.sp_name_qualifier = "urn:second";
  EXPECT_TRUE(snapshot(elsewhere).tombstone) << "qualified by the other service provider";
  elsewhere.subject.name_qualifier = "urn:other";
  EXPECT_FALSE(snapshot(elsewhere).tombstone) << "qualified by another namespace of the IdP";

  elsewhere = keys("00u-renamed", "alt-bob", "");
  elsewhere.subject.connection = base::ConnectionId("acme-second");
  EXPECT_TRUE(snapshot(elsewhere).tombstone) << "the same immutable attribute";
  elsewhere.subject.idp_entity_id = "https://other.example";
  EXPECT_FALSE(snapshot(elsewhere).tombstone) << "another IdP's immutable attribute";
  out.status = jit::MemberStatus::active;
  write([&](Tx& tx) { tx.apply(out); });
  EXPECT_FALSE(snapshot(keys("00u-renamed", "alt-bob", "")).tombstone);
}

TEST_P(StoreConformance, SnapshotCountsSeatsOfActiveMembers) {
  auto limited = organization(kAcme);
  limited.policy.seat_limit = 2;
  auto leased = change(kAda);
  leased.lease_until = kNow + hours(1);
  write([&](Tx& tx) {
    tx.put_organization(limited);
    tx.apply(leased);
  });
  EXPECT_EQ(snapshot(keys("x", "", "")).seats_used, 2U);
  EXPECT_EQ(snapshot(keys("x", "", ""), kNow + hours(1)).seats_used, 1U) << "a lease has ended";
  auto gone = change(kAda);
  gone.status = jit::MemberStatus::suspended;
  write([&](Tx& tx) { tx.apply(gone); });
  EXPECT_EQ(snapshot(keys("x", "", "")).seats_used, 1U);
  gone.status = jit::MemberStatus::active;
  write([&](Tx& tx) { tx.apply(gone); });
  EXPECT_EQ(snapshot(keys("x", "", "")).seats_used, 2U);
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
