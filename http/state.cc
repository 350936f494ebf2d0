#include "http/state.h"

#include <algorithm>

#include "base/encoding.h"
#include "http/answers.h"
#include "session/cookies.h"
#include "sp/pending_request.h"

namespace doorward::http {
namespace {

constexpr std::string_view kStatePurpose = "app-state";

// When the member's rights change by themselves, at the latest.
base::Instant recheck_of(const jit::Member& member, base::Instant now) {
  base::Instant at = base::Instant::max();
  for (const auto& grant : member.grants) {
    if (grant.expires && *grant.expires > now) at = std::min(at, *grant.expires);
  }
  if (member.lease_until) at = std::min(at, *member.lease_until);
  return at;
}

}  // namespace

State::State(GatewayOptions options_in, World world_in, TrustedProxies proxies_in)
    : options(std::move(options_in)), world(world_in), proxies(std::move(proxies_in)) {
  for (const auto& [id, app] : options.apps) apps_by_origin_.emplace(app.url.origin(), &app);
}

std::shared_ptr<const Snapshot> State::snapshot() {
  std::lock_guard lock(reload_mutex_);
  // Cleared before reading: a commit during the read makes the next caller read again.
  if (stale_.exchange(false)) {
    auto configuration = world.store.load_configuration();
    if (!configuration) {
      stale_ = true;
      world.log.write(base::Level::error, "configuration_unreadable",
                      {{"error", std::string(store::text_of(configuration.error()))}});
      return nullptr;
    }
    snapshot_ = std::make_shared<Snapshot>(std::move(*configuration), options.presets,
                                           options.public_url.origin());
  }
  return snapshot_;
}

void State::apply(const store::Effects& effects) {
  store::Effects wider = effects;
  // What an address is worth, and who may come in, hangs on domains and connections.
  wider.everything = effects.everything || effects.configuration;
  if (wider.everything) stale_ = true;
  cache.apply(wider);
}

std::shared_ptr<const CachedSession> State::cached(std::string_view cookie_value) const {
  return cached_by_hash(session::hash_of(cookie_value));
}

std::shared_ptr<const CachedSession> State::cached_by_hash(std::string_view hash) const {
  return cache.find(hash, world.clock.now());
}

std::expected<std::shared_ptr<const CachedSession>, store::StoreError> State::load(
    std::string_view hash) {
  if (auto found = cached_by_hash(hash)) return found;
  auto configuration = snapshot();
  if (!configuration) return std::unexpected(store::StoreError::io);
  auto ticket = cache.ticket();
  auto view = world.store.find_session(hash);
  if (!view) return std::unexpected(view.error());
  base::Instant now = world.clock.now();
  if (!*view || !(*view)->session.alive_at(now)) return nullptr;
  auto& [record, member] = **view;
  const auto* organization = configuration->organization(record.org);
  if (organization == nullptr || !organization->enabled) return nullptr;
  // An address was trusted at a login; it still is only while the domain belongs to the
  // organisation and to the connection that vouches for this session.
  const auto* entry = configuration->connection(record.connection);
  if (member.email && (entry == nullptr || entry->organization->id != record.org ||
                       !entry->held_domains.contains(member.email->domain()))) {
    member.email->trust = sp::EmailTrust::claimed;
  }
  auto person = session::make_person(record, member, organization->slug, options.ladder, now);
  if (!person) return nullptr;
  return cache.insert(std::move(record), std::move(*person), recheck_of(member, now), ticket);
}

const session::App* State::app_at(const base::Url& url) const {
  auto it = apps_by_origin_.find(url.origin());
  return it == apps_by_origin_.end() ? nullptr : it->second;
}

const session::App* State::app(std::string_view id) const {
  auto it = options.apps.find(base::AppId(std::string(id)));
  return it == options.apps.end() ? nullptr : &it->second;
}

std::string State::seal(std::string_view purpose, std::string_view text) const {
  return base::base64url_encode(certs::seal(world.data_key, purpose, text, world.rng));
}

std::optional<std::string> State::unseal(std::string_view purpose, std::string_view sealed) const {
  auto bytes = base::base64url_decode(sealed);
  if (!bytes) return std::nullopt;
  return certs::open(world.data_key, purpose, *bytes);
}

std::string State::seal_cookie(std::string_view name, const base::Json& json,
                               session::SameSite same_site, base::Duration max_age) const {
  return session::set_cookie(name, seal(name, base::dump_json(json)), same_site, max_age);
}

std::optional<base::Json> State::open_cookie(const Request& request, std::string_view name) const {
  for (const auto& value : request.cookies(name)) {
    auto text = unseal(name, value);
    if (!text) continue;
    if (auto json = base::parse_json(*text)) return std::move(*json);
  }
  return std::nullopt;
}

std::string State::seal_app_state(const session::AppState& app_state) const {
  return seal(kStatePurpose, session::serialize(app_state));
}

std::optional<session::AppState> State::open_app_state(std::string_view sealed) const {
  auto text = unseal(kStatePurpose, sealed);
  auto app_state = text ? session::parse_app_state(*text) : std::nullopt;
  if (app_state && world.clock.now() >= app_state->issued_at + sp::kPendingLife) {
    return std::nullopt;
  }
  return app_state;
}

std::string State::our_url(std::string_view path) const {
  return options.public_url.origin().append(path);
}

bool State::same_origin(const Request& request) const {
  return request.header("origin") == options.public_url.origin();
}

std::vector<std::string> session_cookies(const Request& request, std::string_view name) {
  auto values = request.cookies(name);
  std::erase_if(values, [](const std::string& value) {
    return value.size() != 43 || !base::base64url_decode(value);
  });
  if (values.size() > 2) values.resize(2);
  return values;
}

std::expected<std::shared_ptr<const CachedSession>, store::StoreError> signed_in(
    State& state, const Request& request) {
  for (const auto& value : session_cookies(request, session::kSsoCookie)) {
    auto found = state.load(session::hash_of(value));
    if (!found) return found;
    // Another application's session is no sign-in session, whatever cookie carries it.
    if (*found && (*found)->record.parent.empty()) return found;
  }
  return nullptr;
}

}  // namespace doorward::http
