#include "http/pending_cookies.h"

#include <algorithm>
#include <string>
#include <vector>

#include "session/cookies.h"

namespace doorward::http {
namespace {

constexpr std::string_view kPurpose = "pending-request";

std::string cookie_name(std::string_view handle) {
  return std::string(session::kRequestCookiePrefix).append(handle);
}

// The name is part of what is sealed, so that one cookie cannot stand for another.
std::string purpose_of(std::string_view name) {
  return std::string(kPurpose).append("|").append(name);
}

std::optional<sp::PendingRequest> open_cookie(const State& state, const Request& request,
                                              const std::string& name) {
  for (const auto& value : request.cookies(name)) {
    auto text = state.unseal(purpose_of(name), value);
    if (!text) continue;
    auto pending = sp::parse_pending_request(*text);
    if (pending && state.world.clock.now() < pending->issued_at + sp::kPendingLife) return pending;
  }
  return std::nullopt;
}

std::vector<std::string> names_of(const Request& request) {
  auto names = request.cookie_names(session::kRequestCookiePrefix);
  // A browser of ours holds at most eight; more is somebody's attempt to keep us busy.
  if (names.size() > 4 * kMostPending) names.resize(4 * kMostPending);
  return names;
}

}  // namespace

void remember_pending(const State& state, const Request& request, const sp::PendingRequest& pending,
                      Response& response) {
  std::string fresh = cookie_name(pending.handle);
  std::string sealed = state.seal(purpose_of(fresh), sp::serialize(pending));
  struct Kept {
    base::Instant issued_at;
    std::string name;
    std::size_t bytes;
  };
  std::vector<Kept> kept;
  std::size_t bytes = fresh.size() + sealed.size();
  for (const auto& name : names_of(request)) {
    if (auto old = open_cookie(state, request, name)) {
      auto values = request.cookies(name);
      kept.push_back({old->issued_at, name, name.size() + values.front().size()});
      bytes += kept.back().bytes;
    } else {
      response.add("Set-Cookie", session::clear_cookie(name, session::SameSite::none));
    }
  }
  std::ranges::sort(kept, {}, &Kept::issued_at);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept.size() - i < kMostPending && bytes <= kMostPendingBytes) break;
    response.add("Set-Cookie", session::clear_cookie(kept[i].name, session::SameSite::none));
    bytes -= kept[i].bytes;
  }
  response.add("Set-Cookie",
               session::set_cookie(fresh, sealed, session::SameSite::none, sp::kPendingLife));
}

std::optional<sp::PendingRequest> find_pending(const State& state, const Request& request,
                                               std::string_view request_id) {
  if (request_id.empty()) return std::nullopt;
  for (const auto& name : names_of(request)) {
    auto pending = open_cookie(state, request, name);
    if (pending && pending->id == request_id) return pending;
  }
  return std::nullopt;
}

void forget_pending(const sp::PendingRequest& pending, Response& response) {
  response.add("Set-Cookie",
               session::clear_cookie(cookie_name(pending.handle), session::SameSite::none));
}

}  // namespace doorward::http
