#include "sp/pending_request.h"

#include "base/ids.h"
#include "base/json.h"
#include "base/url.h"

namespace doorward::sp {
namespace {

std::optional<std::string> take_text(const base::Json& object, const char* key) {
  auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace

std::string serialize(const PendingRequest& request) {
  return base::dump_json(base::Json{
      {"id", request.id},
      {"connection", request.connection.str()},
      {"issued_at", request.issued_at.time_since_epoch().count()},
      {"handle", request.handle},
      {"return_to", request.return_to},
      {"app", request.app.str()},
      {"app_state", request.app_state},
      {"app_bind", request.app_bind},
      {"previous_member", request.previous_member.str()},
      {"started_cross_site", request.started_cross_site},
      {"invitation", request.invitation},
      {"confirmation", request.confirmation},
  });
}

std::optional<PendingRequest> parse_pending_request(std::string_view text) {
  auto json = base::parse_json(text, 2);
  if (!json || !json->is_object() || json->size() != 12) return std::nullopt;
  auto id = take_text(*json, "id");
  auto connection = take_text(*json, "connection");
  auto handle = take_text(*json, "handle");
  auto return_to = take_text(*json, "return_to");
  auto app = take_text(*json, "app");
  auto app_state = take_text(*json, "app_state");
  auto app_bind = take_text(*json, "app_bind");
  auto previous_member = take_text(*json, "previous_member");
  auto invitation = take_text(*json, "invitation");
  auto confirmation = take_text(*json, "confirmation");
  if (!id || !connection || !handle || !return_to || !app || !app_state || !app_bind ||
      !previous_member || !invitation || !confirmation) {
    return std::nullopt;
  }
  auto issued_at = json->find("issued_at");
  auto cross_site = json->find("started_cross_site");
  if (issued_at == json->end() || !issued_at->is_number_integer()) return std::nullopt;
  if (cross_site == json->end() || !cross_site->is_boolean()) return std::nullopt;
  if (id->empty() || handle->empty() || !base::is_slug(*connection)) return std::nullopt;
  if (!return_to->empty() && !base::is_local_path(*return_to)) return std::nullopt;

  PendingRequest request;
  request.id = std::move(*id);
  request.connection = base::ConnectionId(std::move(*connection));
  request.issued_at = base::Instant(base::Duration(issued_at->get<std::int64_t>()));
  request.handle = std::move(*handle);
  request.return_to = std::move(*return_to);
  request.app = base::AppId(std::move(*app));
  request.app_state = std::move(*app_state);
  request.app_bind = std::move(*app_bind);
  request.previous_member = base::MemberId(std::move(*previous_member));
  request.started_cross_site = cross_site->get<bool>();
  request.invitation = std::move(*invitation);
  request.confirmation = std::move(*confirmation);
  return request;
}

}  // namespace doorward::sp
