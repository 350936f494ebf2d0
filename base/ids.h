#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/doors.h"
#include "base/instant.h"

namespace doorward::base {

// A name of one kind of thing. Ids of different kinds do not convert into each other.
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}
  [[nodiscard]] const std::string& str() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string value_;
};

using OrgId = Id<struct OrgTag>;                // ULID; never used again
using ConnectionId = Id<struct ConnectionTag>;  // [a-z0-9-]{1,63}; never used again
using MemberId = Id<struct MemberTag>;          // ULID
using AppId = Id<struct AppTag>;                // the key of [apps.ID] in the configuration

// A fresh ULID: 48 bits of milliseconds, then 80 random bits, Crockford base32, 26 characters.
[[nodiscard]] std::string make_ulid(Instant now, Rng& rng);

// True for [a-z0-9-]{1,63}: organisation slugs, connection and directory ids.
[[nodiscard]] bool is_slug(std::string_view text);

}  // namespace doorward::base

template <class Tag>
struct std::hash<doorward::base::Id<Tag>> {
  std::size_t operator()(const doorward::base::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
