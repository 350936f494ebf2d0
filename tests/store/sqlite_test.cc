#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "store/schema.h"
#include "store/sqlite_store.h"
#include "store/sqlite_tx.h"
#include "tests/store/two_organizations.h"
#include "tests/support/paths.h"

// What only the SQLite store has: a file, a schema, a lock and other processes.
namespace doorward::store {
namespace {

using namespace tests;  // NOLINT(google-build-using-namespace): the values of these cases

class SqliteFile : public testing::Test {
 protected:
  std::expected<std::unique_ptr<Store>, StoreError> open(Role role, const std::string& key = "k1") {
    return open_sqlite({.path = folder_.file(), .role = role, .data_key_id = key}, log_);
  }
  // Runs SQL on the file, made if absent.
  void sql(const std::string& text) {
    std::ofstream(folder_.file(), std::ios::app);
    auto db = Database::open(folder_.file(), Database::Access::read_write, "").value();
    ASSERT_TRUE(db->exec(text.c_str())) << db->error_text();
  }
  TempFolder folder_;
  SilentLog log_;
};

TEST_F(SqliteFile, IsForItsOwnerAlone) {
  auto store = open(Role::server).value();
  for (const auto* suffix : {"", ".lock", "-wal", "-shm"}) {
    struct stat status = {};
    ASSERT_EQ(::stat((folder_.file() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(SqliteFile, KeepsItsRowsWhenOpenedAgain) {
  furnish(*open(Role::server).value(), kAcme, kAcmeOkta);
  auto store = open(Role::server).value();
  EXPECT_TRUE(store->find_session(hash("ada")).value());
}

TEST_F(SqliteFile, RefusesASecondServerButNoCommand) {
  auto server = open(Role::server).value();
  EXPECT_EQ(open(Role::server).error(), StoreError::in_use);
  EXPECT_TRUE(open(Role::command));
  server.reset();
  EXPECT_TRUE(open(Role::server));
}

TEST_F(SqliteFile, RefusesAnotherDataKey) {
  {
    ASSERT_TRUE(open(Role::server));
  }
  EXPECT_EQ(open(Role::server, "k2").error(), StoreError::wrong_data_key);
  EXPECT_TRUE(open(Role::command, ""));
  EXPECT_TRUE(open(Role::server, "k1"));
}

TEST_F(SqliteFile, RefusesANewerSchema) {
  {
    ASSERT_TRUE(open(Role::server));
  }
  sql("PRAGMA user_version=1000");
  EXPECT_EQ(open(Role::server).error(), StoreError::newer_schema);
}

TEST_F(SqliteFile, RefusesWhatIsNoStoreAndLeavesItAlone) {
  std::ofstream(folder_.file()) << std::string(5000, 'x');
  EXPECT_EQ(open(Role::server).error(), StoreError::not_a_store);
  EXPECT_EQ(read_file(folder_.file()), std::string(5000, 'x'));
  std::ofstream(folder_.file(), std::ios::trunc);
  sql("CREATE TABLE theirs (id INTEGER)");
  const auto before = read_file(folder_.file());
  EXPECT_EQ(open(Role::server).error(), StoreError::not_a_store);
  EXPECT_EQ(read_file(folder_.file()), before);
}

TEST_F(SqliteFile, RefusesAnAbsentFileUnlessItMayMakeOne) {
  auto opened = open_sqlite({.path = folder_.file(), .data_key_id = "k1", .create = false}, log_);
  EXPECT_EQ(opened.error(), StoreError::not_a_store);
  EXPECT_FALSE(std::filesystem::exists(folder_.file()));
}

TEST_F(SqliteFile, OpensTheRowsOfEveryReleasedSchema) {
  sql(read_file(source_path("tests/vectors/store/schema-1.sql")));
  auto store = open(Role::server).value();
  ASSERT_TRUE(store);
  const auto view = store->find_session(hash("ada-demo")).value();
  ASSERT_TRUE(view);
  EXPECT_EQ(view->member.id, kAda);
  const auto configuration = store->load_configuration().value();
  EXPECT_EQ(configuration.organizations.size(), 2U);
  EXPECT_EQ(configuration.connections.at(0).idp_certificates.size(), 1U);
  const auto& acme_com = configuration.domains.at(0);
  EXPECT_EQ(acme_com.connections, std::vector{kAcmeOkta});
  EXPECT_EQ(acme_com.state, jit::DomainState::verified);
  EXPECT_TRUE(acme_com.operator_vouched);
  EXPECT_EQ(acme_com.state_at, kNow);
  EXPECT_EQ(acme_com.next_check_at, std::nullopt);
  EXPECT_EQ(configuration.domains.at(1).state, jit::DomainState::unverified);
  EXPECT_EQ(configuration.domains.at(1).connections, std::vector{kTwinOkta});
  EXPECT_EQ(configuration.keys.size(), 2U);
  ASSERT_TRUE(store->write(kAcme, [](Tx& tx) {
    EXPECT_EQ(tx.identities_of(kAda).size(), 1U);
    EXPECT_FALSE(tx.consume_once(kAcmeOkta, OnceKind::assertion, "_a1", kNow));
    EXPECT_TRUE(tx.take_code(hash("code")));
    EXPECT_TRUE(audit::verify_chain(tx.audit_records(0, 100)));
    EXPECT_EQ(tx.audit_records(0, 100).size(), 2U);
    return Verdict::commit;
  }));
  EXPECT_EQ(open(Role::command, "k2").error(), StoreError::wrong_data_key);
}

TEST_F(SqliteFile, CopiesTheStoreBeforeItMigrates) {
  furnish(*open(Role::server).value(), kAcme, kAcmeOkta);
  const auto released = released_migrations();
  const auto version = static_cast<int>(released.size());
  std::vector<const char*> next(released.begin(), released.end());
  next.push_back("ALTER TABLE member ADD COLUMN phone TEXT");
  next.push_back("CREATE TABLE broken (;");
  auto db = Database::open(folder_.file(), Database::Access::read_write, "").value();
  ASSERT_TRUE(migrate(*db, folder_.file(), "", Migrations(next.data(), released.size() + 1)));
  EXPECT_EQ(schema_version(*db, next).value(), version + 1);
  const std::string copied = folder_.file() + ".before-" + std::to_string(version + 1);
  auto copy = open_sqlite({.path = copied, .role = Role::server, .data_key_id = "k1"}, log_);
  ASSERT_TRUE(copy) << text_of(copy.error());
  EXPECT_TRUE((*copy)->find_session(hash("ada")).value());
  EXPECT_EQ(open(Role::server).error(), StoreError::newer_schema);

  EXPECT_FALSE(migrate(*db, folder_.file(), "", next));
  EXPECT_EQ(schema_version(*db, next).value(), version + 1)
      << "a step that fails leaves the version";
}

TEST_F(SqliteFile, TellsAServerWhatAnotherProcessWrote) {
  auto server = open(Role::server).value();
  furnish(*server, kAcme, kAcmeOkta);
  std::atomic<int> everything{0};
  server->on_effects([&](const Effects& effects) { everything += effects.everything ? 1 : 0; });
  server->poll();
  ASSERT_TRUE(server->write(kAcme, [](Tx& tx) {
    tx.end_session(hash("bob"));
    return Verdict::commit;
  }));
  server->poll();
  EXPECT_EQ(everything, 0) << "its own writes are no news";

  auto command = open(Role::command).value();
  EXPECT_TRUE(command->wait_confirmed(std::chrono::milliseconds(1))) << "it wrote nothing yet";
  ASSERT_TRUE(command->write(kAcme, [](Tx& tx) {
    tx.end_all_sessions();
    return Verdict::commit;
  }));
  EXPECT_FALSE(command->wait_confirmed(std::chrono::milliseconds(30))) << "nobody polls";
  std::jthread polling([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      server->poll();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  EXPECT_TRUE(command->wait_confirmed(std::chrono::seconds(5)));
  EXPECT_EQ(everything, 1);
  polling.request_stop();
  polling.join();
  server->poll();
  EXPECT_EQ(everything, 1) << "its confirmation is no news either";
}

TEST_F(SqliteFile, WakesAServerWhenAnotherProcessWrote) {
  auto server = open(Role::server).value();
  furnish(*server, kAcme, kAcmeOkta);
  auto command = open(Role::command).value();
  const auto started = std::chrono::steady_clock::now();
  std::jthread waiting([&] { server->wait_for_others(std::chrono::seconds(20)); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ASSERT_TRUE(command->write(kAcme, [](Tx& tx) {
    tx.end_all_sessions();
    return Verdict::commit;
  }));
  waiting.join();
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(10));
}

TEST_F(SqliteFile, WaitsForNoServerWhenNoneRuns) {
  {
    ASSERT_TRUE(open(Role::server));
  }
  auto command = open(Role::command).value();
  furnish(*command, kAcme, kAcmeOkta);
  EXPECT_TRUE(command->wait_confirmed(std::chrono::milliseconds(1)));
}

// Cost must not grow with what an organisation or the installation holds.
TEST_F(SqliteFile, WalksNoTableForALogin) {
  {
    furnish(*open(Role::server).value(), kAcme, kAcmeOkta);
  }
  auto db = Database::open(folder_.file(), Database::Access::read_write, "").value();
  Effects effects;
  SqliteTx tx(*db, kAcme, effects);
  const LoginKeys keys{subject(kAcmeOkta, "x"), "alt-ada",
                       sp::Email{"ada@acme.com", sp::EmailTrust::trusted}};
  ASSERT_TRUE(db->exec("BEGIN IMMEDIATE"));
  (void)tx.login_snapshot(keys, kNow);
  tx.apply(newcomer(base::MemberId("01HNEW"), kAcmeOkta, "new"));
  (void)tx.consume_once(kAcmeOkta, OnceKind::request, "_r", kNow);
  (void)tx.held_invitation(hash("token"));
  (void)read_invitation(*db, hash("token"));
  (void)tx.members_with_address("cleo@acme.com");
  (void)tx.open_request(request_of(kAcme, kAcmeOkta, "00u-eve", "01HREQ2"));
  (void)tx.lapsed_members(kNow, 10);
  (void)tx.ended_invitations(kNow, 10);
  auto accepts = change(kCleo);
  accepts.status = jit::MemberStatus::active;
  accepts.use_invitation = invitation_for(kAcme, kCleo, "token").id;
  accepts.close_requests = {"01HREQ2"};
  tx.apply(accepts);
  auto leaves = change(kBob);
  leaves.status = jit::MemberStatus::suspended;
  tx.apply(leaves);
  const auto parent = session_of(kAcme, kAda, kAcmeOkta, "again");
  tx.put_session(parent);
  tx.put_session(child_of(parent, "again-demo"));
  tx.put_code(code_for(parent, "again"));
  (void)tx.take_code(hash("again"));
  touch_session(*db, hash("again-demo"), kNow + std::chrono::hours(1));
  (void)read_session(*db, hash("again-demo"));
  tx.end_sessions_of(kAda);
  tx.append_audit(event(kAcme, "login.admitted"));
  sweep_step(*db, kNow + std::chrono::hours(100), 10, effects);
  ASSERT_EQ(db->error(), SQLITE_OK) << db->error_text();
  int seen = 0;
  for (auto* statement = sqlite3_next_stmt(db->handle(), nullptr); statement != nullptr;
       statement = sqlite3_next_stmt(db->handle(), statement)) {
    EXPECT_EQ(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0), 0)
        << sqlite3_sql(statement);
    EXPECT_EQ(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_AUTOINDEX, 0), 0)
        << sqlite3_sql(statement);
    ++seen;
  }
  EXPECT_GT(seen, 25);
}

}  // namespace
}  // namespace doorward::store
