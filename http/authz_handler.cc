// GET /authz/auth-request: may this request of the browser pass to the application behind us?
#include "base/encoding.h"
#include "http/state.h"
#include "session/access.h"
#include "session/cookies.h"

namespace doorward::http {
namespace {

// Never a body: nginx keeps its connection only with Content-Length: 0.
Response bare(int status) {
  Response response;
  response.status = status;
  return response;
}

Response sign_in_answer(const session::App& app, const base::Url& original,
                        std::string_view method) {
  Response response = bare(401);
  // Only a navigation can be sent away and come back; a form's body would be lost.
  if (method.empty() || method == "GET" || method == "HEAD") {
    std::string rd = original.target;
    if (rd.size() > kMaxReturn) rd = original.path();
    if (rd.size() > kMaxReturn) rd = "/";
    response.add("Location", app.url.origin() + "/_doorward/start?rd=" + base::percent_encode(rd));
  }
  return response;
}

Response answer_of(const session::Access& access, const session::App* app,
                   const base::Url& original, std::string_view method) {
  if (const auto* allow = std::get_if<session::Allow>(&access)) {
    Response response = bare(200);
    response.headers = allow->headers;
    return response;
  }
  if (std::holds_alternative<session::SignIn>(access) && app != nullptr) {
    return sign_in_answer(*app, original, method);
  }
  Response response = bare(403);
  const auto* forbid = std::get_if<session::Forbid>(&access);
  response.add(
      "X-Doorward-Reason",
      session::name_of(forbid != nullptr ? forbid->refusal : session::Refusal::unknown_host));
  return response;
}

// A session of this very application whose parent lives, both used now.
struct Found {
  std::shared_ptr<const CachedSession> session;
  bool unsure = false;  // not in the cache, and the store may not be asked
  bool failed = false;  // the store did not answer
};

Found find_session(State& state, const Request& request, const session::App& app, bool may_block) {
  Found found;
  base::Instant now = state.world.clock.now();
  auto get = [&](std::string_view hash) -> std::shared_ptr<const CachedSession> {
    if (auto cached = state.cached_by_hash(hash)) return cached;
    if (!may_block) {
      found.unsure = true;
      return nullptr;
    }
    auto loaded = state.load(hash);
    if (!loaded) found.failed = true;
    return loaded.value_or(nullptr);
  };
  for (const auto& value : session_cookies(request, session::kAppCookie)) {
    auto session = get(session::hash_of(value));
    if (!session || session->record.app != app.id || session->record.parent.empty()) continue;
    auto parent = get(session->record.parent);
    if (!parent) continue;
    session->touch(now);
    parent->touch(now);
    found.session = std::move(session);
    return found;
  }
  return found;
}

}  // namespace

std::optional<Response> check_auth_request(State& state, const Request& request, bool may_block) {
  auto original = original_url(request, state.proxies);
  const session::App* app = original ? state.app_at(*original) : nullptr;
  std::string_view method = request.header("x-original-method");
  if (app == nullptr) {
    return answer_of(session::Forbid{session::Refusal::unknown_host}, nullptr, {}, method);
  }
  Fields query = Fields::parse(request.query);
  if (!query.valid() || query.count("org") > 1 || query.count("role") > 1 ||
      query.count("groups") > 1) {
    return answer_of(session::Forbid{session::Refusal::role_too_low}, app, *original, method);
  }
  Found found = find_session(state, request, *app, may_block);
  if (found.failed) return bare(503);
  if (!found.session && found.unsure) return std::nullopt;
  session::Narrowing narrowing{query.get("org"), query.get("role"), query.get("groups")};
  // Given but empty is no wish that anybody can meet: a proxy's variable may have come out empty.
  for (auto [name, wish] : {std::pair{"org", &narrowing.org},
                            {"role", &narrowing.role},
                            {"groups", &narrowing.groups}}) {
    if (query.count(name) == 1 && wish->empty()) *wish = "?";
  }
  const session::Person* person = found.session ? &found.session->person : nullptr;
  auto access = session::decide_access(app, person, narrowing, state.options.ladder, request.id);
  return answer_of(access, app, *original, method);
}

}  // namespace doorward::http
