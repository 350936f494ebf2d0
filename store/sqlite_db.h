#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/ids.h"
#include "base/instant.h"

namespace doorward::store {

class Query;

// One connection to a SQLite file with its prepared statements. Not thread-safe.
// The first error sticks: until clear_error() every further query does nothing and yields nothing,
// so that a caller may look once at the end.
class Database {
 public:
  enum class Access { read_only, read_write };  // read_only: any writing statement is an error

  // Opens `path`, which must exist, and sets the pragmas of a store connection; the file stays as
  // it is (the journal mode lies in it and is set where a store is made).
  // vfs: name of a registered VFS, or empty for the default. Errors: SQLite's result codes.
  [[nodiscard]] static std::expected<std::unique_ptr<Database>, int> open(const std::string& path,
                                                                          Access access,
                                                                          const std::string& vfs);

  // Runs one or more statements without parameters. True unless an error stands or arises.
  bool exec(const char* sql);

  // A statement with its parameters bound, ready for its first step. `sql` must be a literal: it
  // is prepared once and found again by its text. As many arguments as parameters.
  template <class... Args>
  [[nodiscard]] Query query(std::string_view sql, const Args&... args);

  // Runs a statement to its end; true unless an error stands or arises.
  template <class... Args>
  bool run(std::string_view sql, const Args&... args);

  // Rows that the last run() inserted, changed or deleted.
  [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }

  [[nodiscard]] int error() const { return error_; }  // extended result code; SQLITE_OK if none
  [[nodiscard]] const std::string& error_text() const { return error_text_; }
  void clear_error();
  // Marks as failed, unless an error stands already.
  void fail(int code, std::string_view text);

  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  [[nodiscard]] sqlite3* handle() { return handle_.get(); }

 private:
  friend class Query;
  struct CloseHandle {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3_stmt* prepared(std::string_view sql);
  void fail_from_handle();

  std::unique_ptr<sqlite3, CloseHandle> handle_;
  std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
  int error_ = SQLITE_OK;
  std::string error_text_;
};

// Bytes that are no text: bound as a BLOB.
struct Blob {
  std::string_view bytes;
};

// The rows of one running statement, and its reset when it goes. Columns are read strictly: a
// value of another type than asked for is an error of the database (SQLITE_CORRUPT).
class Query {
 public:
  Query(Database& db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  Query(Query&& other) noexcept
      : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)) {}
  Query& operator=(Query&&) = delete;
  ~Query() {
    if (statement_ != nullptr) sqlite3_reset(statement_);
  }

  // Moves to the next row; false at the end and on an error.
  bool next();

  [[nodiscard]] std::string text(int column);
  [[nodiscard]] std::string blob(int column);
  [[nodiscard]] std::int64_t integer(int column);
  [[nodiscard]] std::uint64_t count(int column);  // an integer that is not negative
  [[nodiscard]] bool flag(int column) { return integer(column) != 0; }
  [[nodiscard]] base::Instant instant(int column);
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column);
  [[nodiscard]] std::optional<base::Instant> maybe_instant(int column);
  [[nodiscard]] bool is_null(int column);

 private:
  friend class Database;
  void bind_all(int given) {
    if (statement_ != nullptr && given != sqlite3_bind_parameter_count(statement_))
      refuse_binding();
  }
  template <class First, class... Rest>
  void bind_all(int index, const First& first, const Rest&... rest) {
    if (statement_ != nullptr) bind(index + 1, first);
    bind_all(index + 1, rest...);
  }
  void bind(int index, std::string_view value);
  void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
  void bind(int index, const char* value) { bind(index, std::string_view(value)); }
  void bind(int index, Blob value);
  void bind(int index, std::int64_t value);
  void bind(int index, std::uint64_t value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, bool value) { bind(index, std::int64_t{value ? 1 : 0}); }
  void bind(int index, base::Instant value) {
    bind(index, std::int64_t{value.time_since_epoch().count()});
  }
  void bind(int index, base::Duration value) { bind(index, std::int64_t{value.count()}); }
  template <class Tag>
  void bind(int index, const base::Id<Tag>& value) {
    bind(index, std::string_view(value.str()));
  }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind_null(index);
    }
  }
  void bind_null(int index);
  void check(int code);
  void refuse_binding();
  bool is(int column, int type);

  Database& db_;
  sqlite3_stmt* statement_;
};

template <class... Args>
Query Database::query(std::string_view sql, const Args&... args) {
  Query query(*this, prepared(sql));
  query.bind_all(0, args...);
  return query;
}

template <class... Args>
bool Database::run(std::string_view sql, const Args&... args) {
  Query rows = query(sql, args...);
  while (rows.next()) {
  }
  return error_ == SQLITE_OK;
}

}  // namespace doorward::store
