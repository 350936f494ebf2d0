#include "session/session.h"

#include <algorithm>

#include "base/encoding.h"
#include "certs/digest.h"

namespace doorward::session {
namespace {

constexpr std::size_t kCookieBytes = 32;

Opened with_fresh_cookie(SessionRecord record, base::Rng& rng) {
  std::string cookie = base::base64url_encode(rng.bytes(kCookieBytes));
  record.hash = hash_of(cookie);
  return {std::move(cookie), std::move(record)};
}

}  // namespace

std::string hash_of(std::string_view cookie_value) {
  return certs::sha256(cookie_value);
}

Opened open(const jit::Admit& admitted, const base::OrgId& org,
            const base::ConnectionId& connection, const sp::VerifiedAssertion& assertion,
            const Limits& limits, base::Rng& rng, base::Instant now) {
  base::Instant expires_at = now + limits.absolute;
  if (auto until = assertion.session_not_on_or_after()) expires_at = std::min(expires_at, *until);
  SessionRecord record;
  record.org = org;
  record.member = admitted.change.member;
  record.connection = connection;
  record.key_fingerprint = assertion.key_fingerprint();
  record.name_id = assertion.name_id().value;
  record.session_index = assertion.session_index();
  record.authenticated_at = now;
  record.last_seen_at = now;
  record.expires_at = expires_at;
  record.idle = limits.idle;
  return with_fresh_cookie(std::move(record), rng);
}

Opened open_child(const SessionRecord& parent, const base::AppId& app, const Limits& limits,
                  base::Rng& rng, base::Instant now) {
  SessionRecord record = parent;
  record.parent = parent.hash;
  record.app = app;
  record.last_seen_at = now;
  record.expires_at = std::min(parent.expires_at, now + limits.absolute);
  record.idle = limits.idle;
  return with_fresh_cookie(std::move(record), rng);
}

}  // namespace doorward::session
