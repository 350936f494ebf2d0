#include <gtest/gtest.h>

#include "tests/store/conformance.h"

// Organisations, connections, domains and keys.
namespace doorward::store {
namespace {

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

}  // namespace
}  // namespace doorward::store
