#include "jit/access_request.h"
#include "session/session.h"
#include "tests/app/terminal.h"

namespace doorward::app {
namespace {

using tests::Terminal;
using Strings = std::vector<std::string>;

class Requests : public Terminal {
 protected:
  void SetUp() override {
    Terminal::SetUp();
    set_up_acme();
    connect();
  }
  // What a denied login leaves behind.
  std::string ask_for(jit::RequestKind kind, const std::string& id, const std::string& name_id) {
    const auto store = open_store();
    jit::AccessRequest request;
    request.id = id;
    request.org = store->load_configuration()->organizations[0].id;
    request.kind = kind;
    request.subject = {base::ConnectionId("acme-generic"), kIdpEntity, "format", "", "", name_id};
    request.display_name = "Grace";
    request.rule = "L15";
    request.created_at = request.last_seen_at = clock_.now();
    EXPECT_TRUE(store->write(request.org, [&](store::Tx& tx) {
      EXPECT_EQ(tx.open_request(request), store::Opened::opened);
      return store::Verdict::commit;
    }));
    return id;
  }
};

TEST_F(Requests, AreListedAndApprovedOnce) {
  EXPECT_EQ(ask({"request", "list", "--org", "acme"}), base::Json::array());
  const auto id = ask_for(jit::RequestKind::approval, "01K00000000000000000000REQ", "grace");
  const auto list = ask({"request", "list", "--org", "acme"});
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["id"], id);
  EXPECT_EQ(list[0]["kind"], "approval");
  EXPECT_EQ(list[0]["name_id"], "grace");
  EXPECT_EQ(list[0]["state"], "waiting");

  const auto approved = ask({"request", "approve", id});
  EXPECT_EQ(approved["state"], "approved");
  EXPECT_EQ(approved["decided_by"], "operator");
  EXPECT_EQ(actions().back(), "request.approved");
  EXPECT_TRUE(ask({"request", "list", "--org", "acme"}).empty()) << "nobody waits any more";
  EXPECT_EQ(ask({"request", "list", "--org", "acme", "--all"}).size(), 1U);
  const auto again = type({"request", "deny", id});
  EXPECT_EQ(again.code, 1);
  EXPECT_NE(again.err.find("NOT_WAITING"), std::string::npos);
}

TEST_F(Requests, AreDeniedWithARecord) {
  const auto id = ask_for(jit::RequestKind::approval, "01K00000000000000000000REQ", "grace");
  EXPECT_EQ(ask({"request", "deny", id})["state"], "denied");
  EXPECT_EQ(actions().back(), "request.denied");
}

TEST_F(Requests, ForASeatNeedAFreeOne) {
  const auto id = ask_for(jit::RequestKind::seat, "01K00000000000000000000REQ", "grace");
  ask({"org", "set", "acme", "--seats", "1"});
  // The only seat is taken.
  jit::MemberChange change;
  change.member = base::MemberId("01K000000000000000000000AA");
  change.create = true;
  change.status = jit::MemberStatus::active;
  change.managed_by = jit::ManagedBy::jit;
  change.at = clock_.now();
  {
    const auto store = open_store();
    ASSERT_TRUE(store->write(store->load_configuration()->organizations[0].id, [&](auto& tx) {
      tx.apply(change);
      return store::Verdict::commit;
    }));
  }
  const auto refused = type({"request", "approve", id});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("NO_SEAT"), std::string::npos);
  ask({"org", "set", "acme", "--seats", "2"});
  EXPECT_EQ(type({"request", "approve", id}).code, 0);
}

TEST_F(Requests, ThatDoNotExistAreSaidSo) {
  const auto said = type({"request", "approve", "01K0000000000000000000000X"});
  EXPECT_EQ(said.code, 1);
  EXPECT_NE(said.err.find("request list"), std::string::npos);
  EXPECT_EQ(type({"request", "list", "--org", "nobody"}).code, 1);
}

class Invitations : public Terminal {
 protected:
  void SetUp() override {
    Terminal::SetUp();
    set_up_acme();
  }
  tests::Said invite(const std::string& email, const std::string& role, Strings more = {}) {
    Strings arguments = {"member", "invite", email, "--org", "acme", "--role", role, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return type(arguments);
  }
  bool is_open(const std::string& link) {
    const auto token = link.substr(link.find('#') + 1);
    return open_store()->find_invitation(session::hash_of(token))->has_value();
  }
};

TEST_F(Invitations, PrintALinkWhoseTokenIsNotInTheStore) {
  const auto said = invite("Grace@ACME.com", "editor");
  ASSERT_EQ(said.code, 0) << said.err;
  const auto made = said.json();
  EXPECT_EQ(made["email"], "grace@acme.com");
  EXPECT_EQ(made["role"], "editor");
  EXPECT_EQ(made["expires_at"], "2026-03-08T12:00:00Z");
  const auto link = made["link"].get<std::string>();
  EXPECT_TRUE(link.starts_with("https://gate.example.com/invite#dw_invite_"));
  EXPECT_TRUE(is_open(link));
  const auto members = ask({"member", "list", "--org", "acme"});
  ASSERT_EQ(members.size(), 1U);
  EXPECT_EQ(members[0]["status"], "pending");
  EXPECT_EQ(actions().back(), "member.invited");
  EXPECT_EQ(type({"audit", "list", "--org", "acme", "--json"}).out.find("dw_invite_"),
            std::string::npos);
}

TEST_F(Invitations, AreRenewedOnlyWhenAskedAndTheOldLinkDies) {
  const auto first = invite("grace@acme.com", "editor").json()["link"].get<std::string>();
  const auto again = invite("grace@acme.com", "editor");
  EXPECT_EQ(again.code, 1);
  EXPECT_NE(again.err.find("ALREADY_INVITED"), std::string::npos);
  const auto renewed =
      invite("grace@acme.com", "editor", {"--renew"}).json()["link"].get<std::string>();
  EXPECT_FALSE(is_open(first));
  EXPECT_TRUE(is_open(renewed));
}

TEST_F(Invitations, AreTakenBackWithTheirMember) {
  const auto link = invite("grace@acme.com", "editor").json()["link"].get<std::string>();
  EXPECT_EQ(ask({"member", "uninvite", "grace@acme.com", "--org", "acme"})["email"],
            "grace@acme.com");
  EXPECT_FALSE(is_open(link));
  EXPECT_TRUE(ask({"member", "list", "--org", "acme"}).empty());
  EXPECT_EQ(actions().back(), "member.uninvited");
  EXPECT_EQ(type({"member", "uninvite", "grace@acme.com", "--org", "acme"}).code, 1);
}

TEST_F(Invitations, NeedAnAddressAndARole) {
  EXPECT_NE(invite("not an address", "editor").err.find("BAD_ADDRESS"), std::string::npos);
  EXPECT_NE(invite("grace@acme.com", "king").err.find("UNKNOWN_ROLE"), std::string::npos);
  EXPECT_EQ(type({"member", "invite", "grace@acme.com", "--org", "acme"}).code, 2);
}

}  // namespace
}  // namespace doorward::app
