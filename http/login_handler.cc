// GET /login: who is to be signed in, by which connection, and off to the IdP.
#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "http/answers.h"
#include "http/invite_cookie.h"
#include "http/pages.h"
#include "http/send_to_idp.h"
#include "http/state.h"
#include "session/cookies.h"
#include "sp/identity.h"

namespace doorward::http {
namespace {

// The query of /login, understood.
struct Ask {
  std::string org;
  std::string connection;
  std::string email;
  std::string return_to;
  const session::App* app = nullptr;
  std::string app_state;
  std::string bind;
  // Somebody else's page may have sent the browser here: "is this you?" comes at the end. An
  // application's state is no proof against that, since anybody can ask for one.
  bool doubtful = false;

  // The fields that a page sends along when it asks for more.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> carried() const {
    std::vector<std::pair<std::string, std::string>> fields;
    if (app != nullptr) {
      fields = {{"app", app->id.str()}, {"state", app_state}, {"bind", bind}};
    }
    if (!return_to.empty()) fields.emplace_back("return_to", return_to);
    if (doubtful) fields.emplace_back("ask", "1");
    return fields;
  }
  [[nodiscard]] std::string login_url(std::string_view name, std::string_view value) const {
    std::string url = "/login?" + std::string(name) + "=" + base::percent_encode(value);
    for (const auto& [field, text] : carried()) {
      url += "&" + field + "=" + base::percent_encode(text);
    }
    return url;
  }
};

// Where a finished login goes when no application asked: a path here, or an application's start.
// nullopt: `return_to` leads to nobody we know.
std::optional<std::string> target_of(const State& state, const std::string& return_to) {
  if (return_to.empty()) {
    if (state.options.apps.size() != 1) return "/";
    const auto& only = state.options.apps.begin()->second;
    return only.url.origin() + "/_doorward/start?rd=%2F";
  }
  if (base::is_local_path(return_to)) return return_to;
  auto url = base::parse_url(return_to);
  if (!url) return std::nullopt;
  const auto* app = state.app_at(*url);
  if (app == nullptr) return std::nullopt;
  return app->url.origin() + "/_doorward/start?rd=" + base::percent_encode(url->target);
}

std::expected<Ask, std::string> read_ask(const State& state, const Request& request,
                                         std::string_view connection) {
  Fields query = Fields::parse(request.query);
  if (!query.valid()) return std::unexpected("The address is not well formed.");
  for (auto name : {"org", "connection", "email", "return_to", "app", "state", "bind", "ask"}) {
    if (query.count(name) > 1) return std::unexpected("The address names something twice.");
  }
  Ask ask{.org = query.get("org"),
          .connection = query.get("connection"),
          .email = std::string(base::trim(query.get("email"))),
          .return_to = query.get("return_to"),
          .app_state = query.get("state"),
          .bind = query.get("bind"),
          .doubtful = query.count("ask") > 0 || request.header("sec-fetch-site") == "cross-site"};
  if (!connection.empty()) ask.connection = connection;
  if (query.count("app") > 0) {
    ask.app = state.app(query.get("app"));
    auto app_state = state.open_app_state(ask.app_state);
    if (ask.app == nullptr || !app_state || app_state->app != ask.app->id ||
        ask.bind.size() != 43) {
      return std::unexpected("The application's part of the address is broken or too old.");
    }
  }
  // An image or a script that points here would only fill the browser with cookies.
  std::string_view mode = request.header("sec-fetch-mode");
  if (!mode.empty() && mode != "navigate") {
    return std::unexpected("A sign-in starts in a window of its own.");
  }
  if (ask.return_to.size() > kMaxReturn || !target_of(state, ask.return_to)) {
    return std::unexpected("The address to return to belongs to no application here.");
  }
  return ask;
}

Response chooser_page(const Ask& ask, const std::vector<const ConnectionEntry*>& connections) {
  Notice notice{.status = 200,
                .heading = "How do you sign in?",
                .sentences = {},
                .links = {},
                .trace_id = {}};
  for (const auto* entry : connections) {
    notice.links.push_back({ask.login_url("connection", entry->id().str()),
                            entry->preset->title + " (" + entry->id().str() + ")"});
  }
  return notice_page(notice);
}

// The connections that could serve, narrowest first. Empty: none, or more must be asked.
std::vector<const ConnectionEntry*> candidates(const Snapshot& snapshot, const Ask& ask) {
  if (!ask.connection.empty()) {
    const auto* entry = snapshot.connection(base::ConnectionId(ask.connection));
    if (entry == nullptr) return {};
    return {entry};
  }
  std::string domain = sp::email_domain(ask.email);
  auto by_domain = snapshot.open_connections_for_domain(domain);
  std::string org = ask.org;
  if (org.empty() && ask.email.empty() && ask.app != nullptr && ask.app->orgs.size() == 1 &&
      ask.app->orgs.front() != "*") {
    org = ask.app->orgs.front();
  }
  if (org.empty()) return by_domain;
  const auto* organization = snapshot.organization_by_slug(org);
  if (organization == nullptr) return {};
  std::erase_if(by_domain,
                [&](const auto* entry) { return entry->organization->id != organization->id; });
  return by_domain.empty() ? snapshot.open_connections(organization->id) : by_domain;
}

sp::PendingRequest pending_of(const Ask& ask, const CachedSession* current) {
  sp::PendingRequest pending;
  if (ask.app != nullptr) {
    pending.app = ask.app->id;
    pending.app_state = ask.app_state;
    pending.app_bind = ask.bind;
  } else {
    // A path of ours, always: GET /login finds the session then and leads to an application.
    pending.return_to = base::is_local_path(ask.return_to) ? ask.return_to : "/login";
    if (pending.return_to != ask.return_to && !ask.return_to.empty()) {
      pending.return_to += "?return_to=" + base::percent_encode(ask.return_to);
    }
  }
  pending.started_cross_site = ask.doubtful;
  if (current != nullptr) pending.previous_member = current->record.member;
  return pending;
}

// Already signed in, and nobody else was asked for.
bool serves(const CachedSession& session, const Ask& ask) {
  if (!ask.connection.empty()) return session.record.connection.str() == ask.connection;
  if (!ask.org.empty()) return session.person.org == ask.org;
  return ask.email.empty() || base::ascii_lower(ask.email) == session.person.email;
}

}  // namespace

Response handle_login(State& state, const Request& request, std::string_view connection) {
  auto ask = read_ask(state, request, connection);
  if (!ask) return bad_request_answer(ask.error(), request.id);
  auto snapshot = state.snapshot();
  auto current = signed_in(state, request);
  if (!snapshot || !current) return unavailable_answer(request.id);

  // Whoever claims an invitation has to sign in, since only a login accepts one.
  std::string invitation = claimed_invitation(state, request);
  if (*current && invitation.empty() && serves(**current, *ask)) {
    if (ask->app == nullptr) return redirect(*target_of(state, ask->return_to));
    if (ask->app->lets_in((*current)->person.org)) {
      return send_to_app(state, request, **current, *ask->app, ask->app_state, ask->bind);
    }
    // With one organisation of its own, another sign-in can help; the page offers it.
    if (ask->org.empty() && ask->connection.empty()) {
      return org_not_allowed_page(state, *ask->app, request.id);
    }
  }

  auto connections = candidates(*snapshot, *ask);
  if (ask->app != nullptr) {
    std::erase_if(connections,
                  [&](const auto* entry) { return !ask->app->lets_in(entry->organization->slug); });
  }
  if (connections.size() == 1) {
    if (!connections.front()->open()) {
      return denied_answer(jit::DenyReason::connection_off, "", request.id);
    }
    auto pending = pending_of(*ask, current->get());
    pending.invitation = std::move(invitation);
    return send_to_idp(state, request, *connections.front(), std::move(pending));
  }
  if (connections.size() > 1) return chooser_page(*ask, connections);
  if (!ask->connection.empty() || !ask->org.empty()) return not_found_answer();
  if (ask->email.empty()) return email_page(ask->carried(), "", 200);
  return email_page(ask->carried(),
                    "We know no sign-in for that address. Check the part after the @.", 404);
}

}  // namespace doorward::http
