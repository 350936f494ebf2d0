#pragma once

#include <expected>
#include <span>
#include <string>

#include "store/sqlite_db.h"
#include "store/store.h"

namespace doorward::store {

// Marks a file as ours (PRAGMA application_id): "dwrd".
inline constexpr int kApplicationId = 0x64777264;

// SQL texts that lead from schema to schema: the n-th makes version n (PRAGMA user_version) out
// of n-1. Forward only; a released text never changes.
using Migrations = std::span<const char* const>;
[[nodiscard]] Migrations released_migrations();

// What a file is, read without changing it. Errors: not_a_store, newer_schema, io, busy.
// The schema version; 0 for an empty file.
[[nodiscard]] std::expected<int, StoreError> schema_version(Database& db, Migrations migrations);

// Brings the store at `path` to the newest version of `migrations`, in one transaction a step.
// Before a step that changes a store with rows, a copy of it is written to PATH.before-N, where N
// is the version that the step makes. Each step checks foreign keys before it commits.
// Errors: as schema_version, and full. After an error the store is at the last version that was
// reached.
[[nodiscard]] std::expected<void, StoreError> migrate(Database& db, const std::string& path,
                                                      const std::string& vfs,
                                                      Migrations migrations);

// What went wrong, for a result code of SQLite.
[[nodiscard]] StoreError error_of(int code);

}  // namespace doorward::store
