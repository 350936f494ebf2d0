#include "demo/app.h"

#include <array>

#include "base/encoding.h"
#include "base/json.h"
#include "base/text.h"
#include "demo/page.h"

namespace doorward::demo {

using base::escape_markup;

namespace {

constexpr std::array<std::string_view, 10> kIdentityHeaders = {
    "Remote-User",           "Remote-Email",
    "Remote-Name",           "Remote-Groups",
    "X-Doorward-Org",        "X-Doorward-Role",
    "X-Doorward-Roles",      "X-Doorward-Member",
    "X-Doorward-Request-Id", "X-Doorward-Jwt-Assertion"};

std::string header(const http::Request& request, std::string_view name) {
  return std::string(request.header(base::ascii_lower(name)));
}

// Names in headers carry anything but plain ASCII as %XX.
std::string readable(const std::string& value) {
  return base::percent_decode(value).value_or(value);
}

std::string cell(const std::string& value, std::string_view if_empty) {
  if (value.empty()) return "<span class=\"none\">" + std::string(if_empty) + "</span>";
  return "<code>" + escape_markup(value) + "</code>";
}

std::string identity_table(const http::Request& request) {
  std::string rows;
  for (const auto name : kIdentityHeaders) {
    rows += "<tr><th scope=\"row\">" + std::string(name) + "</th><td>" +
            cell(header(request, name), "not sent") + "</td></tr>\n";
  }
  return "<table>\n<thead><tr><th scope=\"col\">Header</th><th "
         "scope=\"col\">Value</th></tr></thead>\n"
         "<tbody>\n" +
         rows + "</tbody>\n</table>\n";
}

std::string cookie_list(const http::Request& request) {
  std::string items;
  for (const auto& [name, value] : request.headers) {
    if (name == "cookie") items += "<li><code>" + escape_markup(value) + "</code></li>\n";
  }
  if (items.empty()) return "<p class=\"none\">None.</p>\n";
  return "<ul>\n" + items + "</ul>\n";
}

std::string greeting(const http::Request& request, const std::string& app) {
  const std::string user = readable(header(request, "Remote-User"));
  const std::string name = readable(header(request, "Remote-Name"));
  const std::string role = header(request, "X-Doorward-Role");
  const std::string org = header(request, "X-Doorward-Org");
  std::string html =
      "<p class=\"kicker\">Application &ldquo;" + escape_markup(app) + "&rdquo;</p>\n";
  if (user.empty() && role.empty()) {
    return html +
           "<h1>Hello, whoever you are</h1>\n<p>No proxy told this application who you are. "
           "It should only be reachable through nginx.</p>\n";
  }
  html += "<h1>Hello, <span id=\"name\">" + escape_markup(name.empty() ? user : name) +
          "</span></h1>\n<p>You are signed in as <span class=\"badge\" id=\"role\">" +
          escape_markup(role) + "</span> of <span class=\"badge\" id=\"org\">" +
          escape_markup(org) + "</span>.</p>\n";
  if (role == "viewer") {
    html +=
        "<p>That is the read-only role, the one that everybody starts with: your company&rsquo;s "
        "identity provider vouched for you, and so you may look around.</p>\n";
  }
  return html;
}

http::Response show(const http::Request& request, const std::string& app) {
  Page page;
  page.title = "Application " + app;
  page.accent = "#2f6f5e";
  page.form_action = "*";  // signing out may lead on to the gateway
  page.body =
      greeting(request, app) +
      "<div class=\"row\"><form method=\"post\" action=\"/_doorward/sign_out\">"
      "<button class=\"main\">Sign out</button></form></div>\n"
      "<h2>What this application sees</h2>\n"
      "<p class=\"soft\">It contains no SAML, no passwords and no login page. nginx asked the "
      "gateway "
      "about this request, and passed on these headers.</p>\n<div class=\"card\">\n" +
      identity_table(request) +
      "</div>\n<h2>Cookies that reached it</h2>\n"
      "<p class=\"soft\">The gateway keeps its session in cookies of this host; nginx removes them "
      "before the application.</p>\n<div class=\"card\">\n" +
      cookie_list(request) +
      "</div>\n<p class=\"soft\">The same as JSON: <a href=\"/echo\">/echo</a></p>";
  return page_response(page);
}

http::Response echo(const http::Request& request, const std::string& app) {
  base::Json headers = base::Json::array();
  for (const auto& [name, value] : request.headers) headers.push_back({name, value});
  const base::Json document = {{"app", app},
                               {"method", request.method},
                               {"path", request.path},
                               {"headers", std::move(headers)}};
  http::Response response;
  response.status = 200;
  response.body = base::dump_json(document) + "\n";
  response.add("Content-Type", "application/json").add("Cache-Control", "no-store");
  return response;
}

}  // namespace

bool App::answer_inline(const http::Request& request, http::Response& response) {
  response = request.path == "/echo" ? echo(request, name_) : show(request, name_);
  return true;
}

http::Response App::answer(const http::Request& request) {
  http::Response response;
  (void)answer_inline(request, response);
  return response;
}

}  // namespace doorward::demo
