#include "tests/app/terminal.h"

namespace doorward::app {
namespace {

using tests::Terminal;
using Strings = std::vector<std::string>;

class Members : public Terminal {
 protected:
  void SetUp() override {
    Terminal::SetUp();
    set_up_acme();
    connect();
    sign_in("01K000000000000000000000AA", "ada@acme.com");
  }
  // What a first login leaves behind.
  void sign_in(const std::string& id, const std::string& email) {
    jit::MemberChange change;
    change.member = base::MemberId(id);
    change.create = true;
    change.status = jit::MemberStatus::active;
    change.managed_by = jit::ManagedBy::jit;
    change.email = sp::Email{email, sp::EmailTrust::trusted};
    change.display_name = "Ada";
    change.add_grants = {{jit::GrantSource::default_, "viewer", "", "", clock_.now(), {}}};
    change.link = jit::IdentityRecord{
        {base::ConnectionId("acme-generic"), kIdpEntity, "format", "", "", email},
        "",
        change.member,
        clock_.now(),
        clock_.now()};
    change.at = clock_.now();
    const auto store = open_store();
    const auto loaded = store->load_configuration();
    ASSERT_TRUE(store->write(loaded->organizations[0].id, [&](store::Tx& tx) {
      tx.apply(change);
      return store::Verdict::commit;
    }));
  }
  const std::string ada_ = "01K000000000000000000000AA";
};

TEST_F(Members, AreListedAndShown) {
  const auto list = ask({"member", "list", "--org", "acme"});
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["id"], ada_);
  EXPECT_EQ(list[0]["email"], "ada@acme.com");
  EXPECT_EQ(list[0]["email_trusted"], true);
  EXPECT_EQ(list[0]["role"], "viewer");
  EXPECT_EQ(list[0]["status"], "active");
  EXPECT_EQ(ask({"member", "show", ada_})["identities"][0]["connection"], "acme-generic");
  EXPECT_EQ(type({"member", "show", "01K0000000000000000000000X"}).code, 1);
}

TEST_F(Members, GetRolesByHandThatSayWhereTheyComeFrom) {
  EXPECT_EQ(ask({"member", "grant", ada_, "--role", "owner"})["role"], "owner");
  ask({"member", "grant", ada_, "--role", "editor", "--expires", "30d"});
  const auto explained = ask({"member", "explain", ada_});
  EXPECT_EQ(explained["roles"], base::Json({"viewer", "editor", "owner"}));
  ASSERT_EQ(explained["grants"].size(), 3U);
  for (const auto& grant : explained["grants"]) {
    EXPECT_EQ(grant["source"], grant["role"] == "viewer" ? "default" : "manual");
    EXPECT_EQ(grant["by"], grant["role"] == "viewer" ? "" : "operator");
    if (grant["role"] == "editor") {
      EXPECT_EQ(grant["expires"], "2026-03-31T12:00:00Z");
    }
  }
  EXPECT_EQ(type({"member", "grant", ada_, "--role", "king"}).code, 1);
  EXPECT_EQ(type({"member", "grant", ada_, "--role", "owner", "--expires", "soon"}).code, 2);
  const auto names = actions();
  EXPECT_EQ((Strings{names.end() - 2, names.end()}), (Strings{"member.granted", "member.granted"}));
}

TEST_F(Members, KeepTheLastOwner) {
  ask({"member", "grant", ada_, "--role", "owner"});
  const auto before = actions();
  const auto refused = type({"member", "revoke", ada_, "--role", "owner"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("LAST_OWNER"), std::string::npos);
  EXPECT_EQ(type({"member", "suspend", ada_}).code, 1);
  EXPECT_EQ(actions(), before);
  sign_in("01K000000000000000000000BB", "bob@acme.com");
  ask({"member", "grant", "01K000000000000000000000BB", "--role", "owner"});
  EXPECT_EQ(ask({"member", "revoke", ada_, "--role", "owner"})["role"], "viewer");
  EXPECT_EQ(actions().back(), "member.revoked");
}

TEST_F(Members, AreSuspendedAndRestored) {
  EXPECT_EQ(ask({"member", "suspend", ada_})["status"], "suspended");
  EXPECT_EQ(type({"member", "suspend", ada_}).code, 1);
  EXPECT_EQ(ask({"member", "restore", ada_})["status"], "active");
  const auto names = actions();
  EXPECT_EQ((Strings{names.end() - 2, names.end()}),
            (Strings{"member.suspended", "member.restored"}));
}

TEST_F(Members, LeaveAWholeAuditChain) {
  ask({"member", "grant", ada_, "--role", "admin"});
  const auto verified = ask({"audit", "verify", "--org", "acme"});
  EXPECT_EQ(verified["ok"], true);
  EXPECT_EQ(verified["records"], actions().size());
  EXPECT_EQ(ask({"audit", "list", "--org", "acme", "--after", "2", "--limit", "2"})[0]["seq"], 3);
}

}  // namespace
}  // namespace doorward::app
