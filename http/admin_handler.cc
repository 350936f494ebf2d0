// The admin listener: health for everybody, metrics for who holds the token.
#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "http/gateway.h"

namespace doorward::http {
namespace {

Response plain(int status, std::string body) {
  Response response;
  response.status = status;
  response.add("Content-Type", "text/plain; charset=utf-8");
  response.add("Cache-Control", "no-store");
  response.add("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

}  // namespace

AdminHandler::AdminHandler(AdminOptions options, Gateway& gateway,
                           std::function<std::string()> scrape)
    : options_(std::move(options)), gateway_(gateway), scrape_(std::move(scrape)) {}

bool AdminHandler::answer_inline(const Request&, Response&) {
  return false;
}

Response AdminHandler::answer(const Request& request) {
  std::string host = base::ascii_lower(request.header("host"));
  if (std::ranges::find(options_.hosts, host) == options_.hosts.end()) {
    return plain(421, "This host name is not among admin_hosts.\n");
  }
  bool known = request.path == "/livez" || request.path == "/readyz" || request.path == "/metrics";
  if (!known) return plain(404, "Not found.\n");
  if (request.method != "GET" && request.method != "HEAD") {
    Response response = plain(405, "Only GET works here.\n");
    response.add("Allow", "GET, HEAD");
    return response;
  }
  if (request.path == "/livez") return plain(200, "ok\n");
  if (request.path == "/readyz") {
    return gateway_.ready() ? plain(200, "ready\n") : plain(503, "not ready\n");
  }
  std::string bearer = "Bearer " + options_.token;
  if (options_.token.empty() ||
      !base::equal_constant_time(request.header("authorization"), bearer)) {
    Response response = plain(401, "Send the configured admin token as Authorization: Bearer.\n");
    response.add("WWW-Authenticate", "Bearer");
    return response;
  }
  Response response = plain(200, scrape_());
  response.headers.front().second = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

}  // namespace doorward::http
