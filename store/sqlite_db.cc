#include "store/sqlite_db.h"

#include <utility>

namespace doorward::store {
namespace {

constexpr const char* kPragmas =
    "PRAGMA busy_timeout=5000;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA wal_autocheckpoint=1000;"
    "PRAGMA cache_size=-65536;"
    "PRAGMA mmap_size=0;"
    "PRAGMA trusted_schema=OFF;"
    "PRAGMA cell_size_check=ON;";

}  // namespace

std::expected<std::unique_ptr<Database>, int> Database::open(const std::string& path, Access access,
                                                             const std::string& vfs) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
  auto database = std::unique_ptr<Database>(new Database(handle));
  if (code != SQLITE_OK) return std::unexpected(code);
  database->exec(kPragmas);
  if (access == Access::read_only) database->exec("PRAGMA query_only=ON");
  if (database->error() != SQLITE_OK) return std::unexpected(database->error());
  return database;
}

bool Database::exec(const char* sql) {
  if (error_ != SQLITE_OK) return false;
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail_from_handle();
  return error_ == SQLITE_OK;
}

void Database::clear_error() {
  error_ = SQLITE_OK;
  error_text_.clear();
}

void Database::fail(int code, std::string_view text) {
  if (error_ != SQLITE_OK) return;
  error_ = code;
  error_text_ = text;
}

void Database::fail_from_handle() {
  fail(sqlite3_extended_errcode(handle_.get()), sqlite3_errmsg(handle_.get()));
}

sqlite3_stmt* Database::prepared(std::string_view sql) {
  if (error_ != SQLITE_OK) return nullptr;
  if (auto found = statements_.find(sql); found != statements_.end()) {
    // A running statement would be reset under the feet of whoever reads it.
    if (sqlite3_stmt_busy(found->second.get()) == 0) return found->second.get();
    fail(SQLITE_MISUSE, "statement used while it runs");
    return nullptr;
  }
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    fail_from_handle();
    return nullptr;
  }
  statements_.emplace(sql, statement);
  return statement;
}

bool Query::next() {
  if (statement_ == nullptr || db_.error_ != SQLITE_OK) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) db_.fail_from_handle();
  return false;
}

void Query::check(int code) {
  if (code != SQLITE_OK) db_.fail(code, "binding refused");
}

void Query::refuse_binding() {
  db_.fail(SQLITE_RANGE, "parameters and arguments differ");
}

void Query::bind(int index, std::string_view value) {
  // An empty view may have no address, which SQLite would take for NULL.
  const char* data = value.data() == nullptr ? "" : value.data();
  check(sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::bind(int index, Blob value) {
  const char* data = value.bytes.data() == nullptr ? "" : value.bytes.data();
  check(sqlite3_bind_blob64(statement_, index, data, value.bytes.size(), SQLITE_TRANSIENT));
}

void Query::bind(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_, index, value));
}

void Query::bind_null(int index) {
  check(sqlite3_bind_null(statement_, index));
}

bool Query::is(int column, int type) {
  if (statement_ == nullptr || db_.error_ != SQLITE_OK) return false;
  if (sqlite3_column_type(statement_, column) == type) return true;
  db_.fail(SQLITE_CORRUPT, "a column holds a value of another type");
  return false;
}

bool Query::is_null(int column) {
  return statement_ == nullptr || sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::string Query::text(int column) {
  if (!is(column, SQLITE_TEXT)) return {};
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string Query::blob(int column) {
  if (!is(column, SQLITE_BLOB)) return {};
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return size == 0 ? std::string() : std::string(data, size);
}

std::int64_t Query::integer(int column) {
  return is(column, SQLITE_INTEGER) ? sqlite3_column_int64(statement_, column) : 0;
}

std::uint64_t Query::count(int column) {
  const std::int64_t value = integer(column);
  if (value < 0) db_.fail(SQLITE_CORRUPT, "a count below zero");
  return value < 0 ? 0 : static_cast<std::uint64_t>(value);
}

base::Instant Query::instant(int column) {
  return base::Instant(base::Duration(integer(column)));
}

std::optional<std::int64_t> Query::maybe_integer(int column) {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<base::Instant> Query::maybe_instant(int column) {
  if (is_null(column)) return std::nullopt;
  return instant(column);
}

}  // namespace doorward::store
