#include "http/gateway.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "http/answers.h"
#include "http/pages.h"
#include "http/routes.h"
#include "http/state.h"
#include "metadata/sp_metadata.h"

namespace doorward::http {
namespace {

constexpr std::size_t kSweepStep = 500;  // rows
constexpr auto kLongestSweep = std::chrono::seconds(5);

using Route = Response (*)(State&, const Request&);

enum class Reads {
  with_head,
  get_only,  // spends or begins something: link scanners, which ask with HEAD, must not
};

struct Entry {
  std::string_view method;
  std::string_view path;
  Route handler;
  Reads reads = Reads::with_head;  // of a GET

  [[nodiscard]] bool takes(std::string_view asked) const {
    return asked == method || (asked == "HEAD" && method == "GET" && reads == Reads::with_head);
  }
};

Response login(State& state, const Request& request) {
  return handle_login(state, request, "");
}

Response auth_request(State& state, const Request& request) {
  return *check_auth_request(state, request, true);
}

// The routes with a fixed path; /saml/{connection}/… is below.
constexpr std::array<Entry, 13> kRoutes{{
    {"GET", "/", handle_home},
    {"GET", "/login", login, Reads::get_only},
    {"POST", "/login/continue", handle_continue},
    {"POST", "/login/confirm", handle_confirm},
    {"GET", "/invite", handle_invite_page},
    {"POST", "/invite", handle_invite},
    {"GET", "/session", handle_session},
    {"GET", "/logout", handle_logout_page},
    {"POST", "/logout", handle_logout},
    {"GET", "/_doorward/start", handle_app_start, Reads::get_only},
    {"GET", "/_doorward/callback", handle_app_callback, Reads::get_only},
    {"POST", "/_doorward/sign_out", handle_app_sign_out},
    {"GET", "/authz/auth-request", auth_request},
}};
static_assert(std::ranges::all_of(kRoutes, [](const Entry& e) { return is_own_path(e.path); }),
              "a connection could be made that takes a route's POSTs");

struct Answered {
  std::string_view route;
  Response response;
};

// "/saml/ID/verb" taken apart; empty strings if it is no such path.
std::pair<std::string, std::string> saml_path(std::string_view path) {
  constexpr std::string_view kPrefix = "/saml/";
  if (!path.starts_with(kPrefix)) return {};
  path.remove_prefix(kPrefix.size());
  auto slash = path.find('/');
  if (slash == std::string_view::npos || !base::is_slug(path.substr(0, slash))) return {};
  return {std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
}

Answered answer_saml(State& state, const Request& request) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  auto [connection, verb] = saml_path(request.path);
  if (verb == "metadata") {
    if (!reads) return {"saml_metadata", method_not_allowed_answer("GET, HEAD")};
    return {"saml_metadata", handle_sp_metadata(state, request, connection)};
  }
  if (verb == "login") {
    if (request.method != "GET") return {"saml_login", method_not_allowed_answer("GET")};
    return {"saml_login", handle_login(state, request, connection)};
  }
  if (verb == "acs") return {"saml_acs", method_not_allowed_answer("POST")};
  return {"none", not_found_answer()};
}

Answered route(State& state, const Request& request) {
  if (request.method == "POST") {
    // First of all, since a connection may have taken over the path of another product.
    auto snapshot = state.snapshot();
    if (!snapshot) return {"saml_acs", unavailable_answer(request.id)};
    auto connections = snapshot->at_acs_path(request.path);
    if (!connections.empty()) {
      return {"saml_acs", handle_acs(state, request, connections, snapshot)};
    }
  }
  std::string allow;
  for (const auto& entry : kRoutes) {
    if (entry.path != request.path) continue;
    if (entry.takes(request.method)) return {entry.path, entry.handler(state, request)};
    if (!allow.empty()) allow += ", ";
    allow += entry.method;
    if (entry.takes("HEAD")) allow += ", HEAD";
  }
  if (!allow.empty()) return {"other", method_not_allowed_answer(allow)};
  return answer_saml(state, request);
}

}  // namespace

Response handle_sp_metadata(State& state, const Request& request, std::string_view connection) {
  auto snapshot = state.snapshot();
  if (!snapshot) return unavailable_answer(request.id);
  const auto* entry = snapshot->connection(base::ConnectionId(std::string(connection)));
  if (entry == nullptr) return not_found_answer();
  const auto& settings = entry->connection.settings;
  metadata::SpDescription description;
  description.entity_id = settings.sp_entity_id;
  description.acs_url = settings.acs_url;
  description.authn_requests_signed = settings.sign_requests;
  if (!entry->preset->request_name_id_format.empty()) {
    description.name_id_formats = {entry->preset->request_name_id_format};
  }
  for (const auto& key : entry->keys) {
    if (key.use != store::KeyUse::signing) continue;
    auto certificate = certs::Certificate::parse_pem(key.certificate);
    if (certificate) description.signing_certificates.push_back(std::move(*certificate));
  }
  Response response;
  response.status = 200;
  response.add("Content-Type", "application/samlmetadata+xml");
  response.body = metadata::write_sp_metadata(description);
  return response;
}

class Gateway::Impl : public State {
 public:
  using State::State;
};

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Gateway::~Gateway() = default;

std::expected<std::unique_ptr<Gateway>, store::StoreError> Gateway::make(GatewayOptions options,
                                                                         World world) {
  auto proxies = TrustedProxies::make(options.trusted_proxies);
  // The configuration was checked; a list that is none trusts nobody.
  auto impl = std::make_unique<Impl>(std::move(options), world, proxies.value_or(TrustedProxies()));
  State* state = impl.get();
  world.store.on_effects([state](const store::Effects& effects) { state->apply(effects); });
  if (!state->snapshot()) return std::unexpected(store::StoreError::io);
  return std::unique_ptr<Gateway>(new Gateway(std::move(impl)));
}

bool Gateway::answer_inline(const Request& request, Response& response) {
  if (request.path != "/authz/auth-request" ||
      (request.method != "GET" && request.method != "HEAD")) {
    return false;
  }
  auto answer = check_auth_request(*impl_, request, false);
  if (!answer) return false;
  response = std::move(*answer);
  response.add("Cache-Control", "no-store");
  return true;
}

Response Gateway::answer(const Request& request) {
  auto started = std::chrono::steady_clock::now();
  Answered answered = route(*impl_, request);
  std::string_view name = answered.route;
  Response& response = answered.response;
  auto& metrics = impl_->world.metrics;
  metrics.count("doorward_http_requests_total",
                {{"route", std::string(name)}, {"code", std::to_string(response.status)}});
  metrics.observe(
      "doorward_http_request_duration_seconds", {{"route", std::string(name)}},
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
  if (request.path != "/authz/auth-request") {
    impl_->world.log.write(base::Level::info, "request",
                           {{"request_id", request.id},
                            {"route", std::string(name)},
                            {"method", request.method},
                            {"code", std::to_string(response.status)}});
    secured(response, impl_->options.public_url);
  } else {
    response.add("Cache-Control", "no-store");
  }
  return std::move(answered.response);
}

bool Gateway::ready() {
  return !impl_->draining && impl_->snapshot() != nullptr &&
         impl_->world.store.find_session("").has_value();
}

void Gateway::begin_drain() {
  impl_->draining = true;
}

void Gateway::write_seen() {
  auto& world = impl_->world;
  auto seen = impl_->cache.take_seen(world.clock.now());
  if (!seen.empty() && !world.store.touch_sessions(seen)) {
    world.log.write(base::Level::warning, "sessions_not_touched",
                    {{"count", std::to_string(seen.size())}});
  }
  world.metrics.gauge("doorward_sessions_active", {}, static_cast<double>(impl_->cache.size()));
}

void Gateway::tidy() {
  write_seen();
  auto& world = impl_->world;
  const base::Instant now = world.clock.now();
  // In small steps, so that logins pass between them; what is left goes next time.
  const auto started = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - started < kLongestSweep) {
    auto gone = world.store.sweep(now, kSweepStep);
    if (!gone || *gone < kSweepStep) return;
  }
}

}  // namespace doorward::http
