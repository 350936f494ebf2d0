#include "tests/support/gateway_stack.h"

#include <unistd.h>

#include <cstdlib>

#include "app/presets.h"
#include "base/deflate.h"
#include "base/encoding.h"
#include "base/url.h"

namespace doorward::tests {
namespace {

http::Request request_for(std::string method, std::string path, std::string query) {
  http::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.query = std::move(query);
  return request;
}

session::App app_of(const std::string& id, const std::string& url, std::vector<std::string> orgs) {
  return {.id = base::AppId(id), .url = base::parse_url(url).value(), .orgs = std::move(orgs)};
}

}  // namespace

const demo::SigningKey& idp_key(base::Rng& rng, base::Instant now) {
  static const demo::SigningKey made = [&] {
    auto key = certs::PrivateKey::generate_rsa(2048);
    auto certificate =
        certs::make_self_signed(key, "idp", now, now + std::chrono::hours(24 * 365), rng);
    return demo::SigningKey{std::move(key), std::move(certificate)};
  }();
  return made;
}

const demo::Person kAda{"ada@acme.example", "Ada", "Lovelace", "00u1ada", {"everyone"}};
const demo::Person kBob{"bob@globex.example", "Bob", "Byte", "11u2bob", {}};

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "doorward-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  root_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

GatewayStack::GatewayStack()
    : clock(at("2026-05-04T09:00:00Z")),
      data_key_(certs::DataKey::parse(certs::DataKey::generate(rng)).value()),
      idp_key_(idp_key(rng, clock.now() - std::chrono::hours(1))) {
  store = must(store::open_sqlite({.path = dir_.path("doorward.db"),
                                   .role = store::Role::server,
                                   .data_key_id = data_key_.id()},
                                  log));
  acme = add_organization("acme");
  globex = add_organization("globex");
  acme_okta = add_connection(acme, "okta", "http://www.okta.com/exkacme", "acme.example");
  globex_entra =
      add_connection(globex, "entra", "https://sts.windows.net/globex/", "globex.example");
  http::GatewayOptions options{
      .public_url = base::parse_url(kSso).value(),
      .trusted_proxies = {"127.0.0.0/8", "::1"},
      .apps = {{base::AppId("demo"), app_of("demo", kApp, {"acme", "globex"})},
               {base::AppId("wiki"), app_of("wiki", kWiki, {"acme"})}},
      .presets = must(app::builtin_presets()),
      .ladder = jit::Ladder::make({"viewer", "editor", "admin", "owner"}).value(),
      .session = {},
      .message = {}};
  gateway =
      must(http::Gateway::make(std::move(options), {*store, data_key_, clock, rng, log, metrics}));
}

jit::Organization GatewayStack::add_organization(const std::string& slug) {
  jit::Organization organization{.id = base::OrgId(base::make_ulid(clock.now(), rng)),
                                 .slug = slug,
                                 .name = slug + " Inc.",
                                 .policy = {},
                                 .created_at = clock.now()};
  must(must(store->create_organization(organization, {.time = clock.now(),
                                                      .org = organization.id,
                                                      .actor = "operator",
                                                      .via = "cli",
                                                      .action = "org.created",
                                                      .target = slug,
                                                      .rule = {},
                                                      .request_id = {},
                                                      .ip = {},
                                                      .connection = {}})));
  return organization;
}

sp::ConnectionSettings GatewayStack::settings_of(const jit::Organization& organization,
                                                 const std::string& preset,
                                                 const std::string& issuer) {
  std::string id = organization.slug + "-" + preset;
  std::string base_url = std::string(kSso) + "/saml/" + id;
  sp::ConnectionSettings settings;
  settings.id = base::ConnectionId(id);
  settings.org = organization.id;
  settings.preset = preset;
  settings.idp_entity_id = issuer;
  settings.idp_sso_url = "https://idp.example/" + id + "/sso";
  settings.idp_certificates = {idp_key_.certificate};
  settings.sp_entity_id = base_url + "/metadata";
  settings.acs_url = base_url + "/acs";
  settings.created_at = clock.now();
  return settings;
}

sp::ConnectionSettings GatewayStack::add_connection(const jit::Organization& organization,
                                                    const std::string& preset,
                                                    const std::string& issuer,
                                                    const std::string& domain) {
  auto settings = settings_of(organization, preset, issuer);
  jit::Domain name{.name = domain,
                   .org = organization.id,
                   .state = jit::DomainState::verified,
                   .txt_value = "doorward-verify=test",
                   .operator_vouched = true,
                   .connections = {settings.id},
                   .created_at = clock.now(),
                   .state_at = clock.now(),
                   .verified_at = clock.now(),
                   .missing_since = std::nullopt,
                   .checked_at = std::nullopt,
                   .next_check_at = std::nullopt};
  must(store->write(organization.id, [&](store::Tx& tx) {
    must(tx.put_connection(settings));
    must(tx.put_domain(name));
    return store::Verdict::commit;
  }));
  return settings;
}

std::string GatewayStack::respond(const sp::ConnectionSettings& connection,
                                  const std::string& request_id, const demo::Person& person,
                                  const std::function<void(demo::ResponseSpec&)>& edit) {
  demo::Exchange exchange{connection.sp_entity_id, connection.acs_url, request_id};
  demo::ResponseSpec spec;
  for (const auto& vendor : demo::vendors()) {
    if (vendor.name == connection.preset) spec = vendor.spec(exchange, person, clock.now(), rng);
  }
  spec.issuer = connection.idp_entity_id;
  if (!spec.response_issuer.empty()) spec.response_issuer = connection.idp_entity_id;
  spec.key = idp_key_;
  if (edit) edit(spec);
  return base::base64_encode(demo::build_response(spec));
}

sp::ConnectionSettings GatewayStack::connect_acme_to(const std::string& preset,
                                                     const std::string& issuer) {
  auto settings = settings_of(acme, preset, issuer);
  change([&](store::Tx& tx) {
    must(tx.put_connection(settings));
    for (auto domain : tx.list_domains()) {
      domain.connections.push_back(settings.id);
      must(tx.put_domain(domain));
    }
  });
  return settings;
}

void GatewayStack::set_policy(const jit::Policy& policy) {
  change([&](store::Tx& tx) {
    auto organization = tx.organization().value();
    organization.policy = policy;
    tx.put_organization(organization);
  });
}

void GatewayStack::change(const std::function<void(store::Tx&)>& change) {
  must(store->write(acme.id, [&](store::Tx& tx) {
    change(tx);
    return store::Verdict::commit;
  }));
}

void GatewayStack::change_behind_the_gateway(const std::function<void(store::Tx&)>& change) {
  auto command = must(
      store::open_sqlite({.path = dir_.path("doorward.db"), .data_key_id = data_key_.id()}, log));
  must(command->write(acme.id, [&](store::Tx& tx) {
    change(tx);
    return store::Verdict::commit;
  }));
}

std::vector<jit::Member> GatewayStack::members(const jit::Organization& organization) {
  std::vector<jit::Member> found;
  must(store->read(organization.id, [&](store::Tx& tx) { found = tx.list_members(); }));
  return found;
}

std::vector<audit::Record> GatewayStack::records(const jit::Organization& organization) {
  std::vector<audit::Record> found;
  must(store->read(organization.id, [&](store::Tx& tx) { found = tx.audit_records(0, 1000); }));
  return found;
}

http::Response Browser::get(const std::string& url) {
  auto parsed = base::parse_url(url).value();
  auto request = request_for("GET", parsed.path(), parsed.query());
  request.headers = {{"sec-fetch-site", fetch_site}};
  return send(std::move(request), parsed.origin(), false);
}

http::Response Browser::post(const std::string& url, const std::string& from,
                             const std::vector<std::pair<std::string, std::string>>& fields) {
  auto parsed = base::parse_url(url).value();
  auto request = request_for("POST", parsed.path(), parsed.query());
  request.headers = {{"origin", from}, {"content-type", "application/x-www-form-urlencoded"}};
  for (const auto& [name, value] : fields) {
    if (!request.body.empty()) request.body += "&";
    request.body += name + "=" + base::percent_encode(value);
  }
  return send(std::move(request), parsed.origin(), from != parsed.origin());
}

http::Response Browser::check(const std::string& url, const std::string& query,
                              const std::string& method) {
  auto request = request_for("GET", "/authz/auth-request", query);
  request.headers = {{"x-original-method", method}};
  auto parsed = base::parse_url(url).value();
  request.headers.emplace_back("x-original-url", url);
  return send(std::move(request), parsed.origin(), false);
}

http::Response Browser::send(http::Request request, const std::string& origin,
                             bool cross_site_post) {
  request.peer = peer;
  request.id = "test-request";
  auto url = base::parse_url(origin).value();
  request.headers.emplace_back("host", url.host + ":" + std::to_string(url.port));
  if (request.path.starts_with("/_doorward/")) {
    std::string original = origin + request.path;
    if (!request.query.empty()) original += "?" + request.query;
    request.headers.emplace_back("x-original-url", original);
  }
  std::string header;
  for (const auto& [name, value] : cookies[origin]) {
    if (cross_site_post && !cross_site_[origin + name]) continue;
    header += (header.empty() ? "" : "; ") + name + "=" + value;
  }
  if (!header.empty()) request.headers.emplace_back("cookie", header);
  http::Response response;
  if (!gateway_.answer_inline(request, response)) response = gateway_.answer(request);
  for (const auto& [name, value] : response.headers) {
    if (name != "Set-Cookie") continue;
    auto equals = value.find('=');
    auto end = value.find(';');
    std::string cookie = value.substr(0, equals);
    if (value.find("Max-Age=0") != std::string::npos) {
      cookies[origin].erase(cookie);
    } else {
      cookies[origin][cookie] = value.substr(equals + 1, end - equals - 1);
      cross_site_[origin + cookie] = value.find("SameSite=None") != std::string::npos;
    }
  }
  return response;
}

std::string header_of(const http::Response& response, const std::string& name) {
  for (const auto& header : response.headers) {
    if (header.first == name) return header.second;
  }
  return {};
}

std::string request_id_of(const std::string& location) {
  auto url = base::parse_url(location);
  if (!url) return {};
  auto bytes = base::base64_decode(http::Fields::parse(url->query()).get("SAMLRequest"));
  auto xml = base::inflate_raw(bytes.value_or(""), 100'000).value_or("");
  auto start = xml.find(" ID=\"");
  if (start == std::string::npos) return {};
  return xml.substr(start + 5, xml.find('"', start + 5) - start - 5);
}

http::Response sign_in(GatewayStack& stack, Browser& browser,
                       const sp::ConnectionSettings& connection, const demo::Person& person) {
  auto to_idp =
      browser.get(std::string(GatewayStack::kSso) + "/login?connection=" + connection.id.str());
  std::string id = request_id_of(header_of(to_idp, "Location"));
  return browser.post(connection.acs_url, "https://idp.example",
                      {{"SAMLResponse", stack.respond(connection, id, person)}});
}

http::Response enter_app(GatewayStack& stack, Browser& browser, const std::string& url,
                         const sp::ConnectionSettings& connection, const demo::Person& person) {
  auto answer = browser.check(url);
  std::string location;
  for (int step = 0; step < 12; ++step) {
    if (answer.status == 200 && answer.body.find("name=\"email\"") != std::string::npos) {
      answer = browser.get(location + "&email=" + base::percent_encode(person.email));
    }
    location = header_of(answer, "Location");
    if (location.empty()) return answer;
    if (location.starts_with("/login")) location.insert(0, GatewayStack::kSso);
    if (location.starts_with("/")) return browser.check(url);
    if (location.starts_with(connection.idp_sso_url)) {
      answer = browser.post(
          connection.acs_url, "https://idp.example",
          {{"SAMLResponse", stack.respond(connection, request_id_of(location), person)}});
    } else {
      answer = browser.get(location);
    }
  }
  return answer;
}

}  // namespace doorward::tests
