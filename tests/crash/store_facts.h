#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

// What a store on disk must hold after whatever happened to the server. Read with SQL of its own,
// so that nothing of the store room can hide a row.
namespace doorward::tests {

inline long long number_from(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  sqlite3_stmt* row = nullptr;
  long long number = -1;
  if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK &&
      sqlite3_prepare_v2(db, sql.c_str(), -1, &row, nullptr) == SQLITE_OK &&
      sqlite3_step(row) == SQLITE_ROW) {
    number = sqlite3_column_int64(row, 0);
  } else {
    ADD_FAILURE() << sql << ": " << sqlite3_errmsg(db);
  }
  sqlite3_finalize(row);
  sqlite3_close(db);
  return number;
}

// Each login that was committed was committed whole. How many there are.
inline long long expect_whole_logins(const std::string& path) {
  const auto count = [&path](const std::string& sql) {
    return number_from(path, "SELECT count(*) FROM " + sql);
  };
  const long long logins = count("audit WHERE action = 'login.admitted'");
  EXPECT_EQ(count("session WHERE parent IS NULL"), logins) << "each has its session";
  EXPECT_EQ(count("consumed WHERE kind = 'assertion'"), logins) << "each used its assertion up";
  EXPECT_EQ(count("consumed WHERE kind = 'request' AND id NOT LIKE 'refused|%'"), logins)
      << "each used its request up";
  EXPECT_EQ(count("audit a WHERE action = 'login.admitted' AND NOT EXISTS "
                  "(SELECT 1 FROM member m WHERE m.org = a.org AND m.id = a.target)"),
            0);
  EXPECT_EQ(count("member m WHERE NOT EXISTS (SELECT 1 FROM role_grant g "
                  "WHERE g.org = m.org AND g.member = m.id AND g.role = 'viewer')"),
            0)
      << "a member without a grant";
  EXPECT_EQ(count("member m WHERE NOT EXISTS (SELECT 1 FROM identity i "
                  "WHERE i.org = m.org AND i.member = m.id)"),
            0)
      << "a member without an identity";
  EXPECT_EQ(count("member m WHERE NOT EXISTS (SELECT 1 FROM audit a WHERE a.org = m.org "
                  "AND a.target = m.id AND a.action = 'login.admitted')"),
            0)
      << "a member without a record";
  EXPECT_EQ(count("(SELECT email_folded FROM member GROUP BY email_folded HAVING count(*) > 1)"), 0)
      << "a person twice";
  EXPECT_EQ(number_from(path, "SELECT seats_used FROM organization"), count("member"));
  EXPECT_EQ(count("pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
  EXPECT_EQ(count("pragma_foreign_key_check"), 0);
  return logins;
}

}  // namespace doorward::tests
