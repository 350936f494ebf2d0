#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/json.h"
#include "http/gateway.h"
#include "http/message.h"
#include "http/proxy.h"
#include "http/session_cache.h"
#include "http/snapshot.h"
#include "session/app_flow.h"
#include "session/cookies.h"

namespace doorward::http {

// What the handlers of the public listener share. Thread-safe.
class State {
 public:
  State(GatewayOptions options, World world, TrustedProxies proxies);

  const GatewayOptions options;
  const World world;
  const TrustedProxies proxies;
  SessionCache cache;
  std::atomic<bool> draining{false};

  // The configuration as of the last commit. nullptr if the store does not answer.
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot();
  // Told of every commit, before it is acknowledged.
  void apply(const store::Effects& effects);

  // A live session by cookie value: `cached` never blocks, `load` asks the store if it must.
  // nullptr: none, dead, or the member is not active.
  [[nodiscard]] std::shared_ptr<const CachedSession> cached(std::string_view cookie_value) const;
  [[nodiscard]] std::shared_ptr<const CachedSession> cached_by_hash(std::string_view hash) const;
  [[nodiscard]] std::expected<std::shared_ptr<const CachedSession>, store::StoreError> load(
      std::string_view hash);

  // The application whose origin `url` has.
  [[nodiscard]] const session::App* app_at(const base::Url& url) const;
  [[nodiscard]] const session::App* app(std::string_view id) const;

  // base64url of `text` sealed for one purpose; and back.
  [[nodiscard]] std::string seal(std::string_view purpose, std::string_view text) const;
  [[nodiscard]] std::optional<std::string> unseal(std::string_view purpose,
                                                  std::string_view sealed) const;

  // The Set-Cookie value of a cookie that holds `json`, sealed for its name.
  [[nodiscard]] std::string seal_cookie(std::string_view name, const base::Json& json,
                                        session::SameSite same_site, base::Duration max_age) const;
  // What this browser's cookie of that name holds, if we sealed it.
  [[nodiscard]] std::optional<base::Json> open_cookie(const Request& request,
                                                      std::string_view name) const;

  // The sealed `state` of an application's flow, if it is ours and not too old.
  [[nodiscard]] std::string seal_app_state(const session::AppState& app_state) const;
  [[nodiscard]] std::optional<session::AppState> open_app_state(std::string_view sealed) const;

  [[nodiscard]] std::string our_url(std::string_view path) const;
  // True if the request's Origin is our own.
  [[nodiscard]] bool same_origin(const Request& request) const;

 private:
  std::unordered_map<std::string, const session::App*> apps_by_origin_;
  std::atomic<bool> stale_{true};
  std::mutex reload_mutex_;
  std::shared_ptr<const Snapshot> snapshot_;  // under reload_mutex_
};

// Longest path or URL to come back to, in bytes: it has to fit into cookies and URLs.
inline constexpr std::size_t kMaxReturn = 512;

// Values of a session cookie that can be one, at most two: each may cost a look into the store.
[[nodiscard]] std::vector<std::string> session_cookies(const Request& request,
                                                       std::string_view name);

// The live sign-in session of the request's browser, if any.
[[nodiscard]] std::expected<std::shared_ptr<const CachedSession>, store::StoreError> signed_in(
    State& state, const Request& request);

// Ends the sign-in session that `session` is or is a child of, and records why. False if the
// store did not do it.
[[nodiscard]] bool end_session(State& state, const Request& request, const CachedSession& session,
                               std::string_view why);

// One handler a route. Each may block.
[[nodiscard]] Response handle_login(State& state, const Request& request,
                                    std::string_view connection);
[[nodiscard]] Response handle_acs(State& state, const Request& request,
                                  const std::vector<const ConnectionEntry*>& connections,
                                  const std::shared_ptr<const Snapshot>& snapshot);
[[nodiscard]] Response handle_continue(State& state, const Request& request);
[[nodiscard]] Response handle_confirm(State& state, const Request& request);
[[nodiscard]] Response handle_invite_page(State& state, const Request& request);
[[nodiscard]] Response handle_invite(State& state, const Request& request);
[[nodiscard]] Response handle_sp_metadata(State& state, const Request& request,
                                          std::string_view connection);
[[nodiscard]] Response handle_session(State& state, const Request& request);
[[nodiscard]] Response handle_home(State& state, const Request& request);
[[nodiscard]] Response handle_logout_page(State& state, const Request& request);
[[nodiscard]] Response handle_logout(State& state, const Request& request);
[[nodiscard]] Response handle_app_start(State& state, const Request& request);
[[nodiscard]] Response handle_app_callback(State& state, const Request& request);
[[nodiscard]] Response handle_app_sign_out(State& state, const Request& request);

// A check for nginx's auth_request. may_block: whether the store may be asked; if not and it
// would have to be, nullopt.
[[nodiscard]] std::optional<Response> check_auth_request(State& state, const Request& request,
                                                         bool may_block);

// Issues a code for a signed-in browser and sends it to the application's callback.
[[nodiscard]] Response send_to_app(State& state, const Request& request,
                                   const CachedSession& session, const session::App& app,
                                   std::string_view app_state, std::string_view bind);

// The answer for an application that the session's organisation may not enter.
[[nodiscard]] Response org_not_allowed_page(const State& state, const session::App& app,
                                            const std::string& request_id);

}  // namespace doorward::http
