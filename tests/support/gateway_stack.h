#pragma once

#include <cstdlib>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "certs/rng.h"
#include "certs/seal.h"
#include "demo/idp_message.h"
#include "demo/idp_vendors.h"
#include "http/gateway.h"
#include "store/store.h"
#include "tests/support/world.h"

namespace doorward::tests {

// Ends the test program: the world of a test could not be made.
template <class T, class E>
T must(std::expected<T, E> result) {
  if (!result) std::abort();
  return std::move(*result);
}
template <class E>
void must(std::expected<void, E> result) {
  if (!result) std::abort();
}

// The signing key of the identity providers of tests: one for the whole program, since making a key
// takes long. now: when its certificate begins, at the first call.
const demo::SigningKey& idp_key(base::Rng& rng, base::Instant now);

// A folder that goes when it goes.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const { return (root_ / name).string(); }

 private:
  std::filesystem::path root_;
};

// A gateway with a real store, two organisations with an IdP each, and two applications:
//   acme (Okta, acme.example), globex (Entra, globex.example);
//   http://app.localhost:8000 for both, http://wiki.localhost:8000 for acme only.
class GatewayStack {
 public:
  GatewayStack();

  static constexpr const char* kSso = "http://sso.localhost:8000";
  static constexpr const char* kApp = "http://app.localhost:8000";
  static constexpr const char* kWiki = "http://wiki.localhost:8000";

  HandClock clock;
  certs::SystemRng rng;
  SilentLog log;
  NoMetrics metrics;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<http::Gateway> gateway;
  jit::Organization acme;
  jit::Organization globex;
  sp::ConnectionSettings acme_okta;
  sp::ConnectionSettings globex_entra;

  // The form value of a Response to `request_id`, as the connection's IdP signs it.
  // edit: changes the Response before it is signed.
  [[nodiscard]] std::string respond(const sp::ConnectionSettings& connection,
                                    const std::string& request_id, const demo::Person& person,
                                    const std::function<void(demo::ResponseSpec&)>& edit = {});
  // A second connection of acme, for the same domain.
  [[nodiscard]] sp::ConnectionSettings connect_acme_to(const std::string& preset,
                                                       const std::string& issuer);
  void set_policy(const jit::Policy& policy);  // of acme
  // Writes to acme in the gateway's own process.
  void change(const std::function<void(store::Tx&)>& change);
  // Writes to acme as another process does, which the gateway sees only when it polls.
  void change_behind_the_gateway(const std::function<void(store::Tx&)>& change);
  [[nodiscard]] std::vector<jit::Member> members(const jit::Organization& organization);
  [[nodiscard]] std::vector<audit::Record> records(const jit::Organization& organization);

 private:
  jit::Organization add_organization(const std::string& slug);
  sp::ConnectionSettings settings_of(const jit::Organization& organization,
                                     const std::string& preset, const std::string& issuer);
  sp::ConnectionSettings add_connection(const jit::Organization& organization,
                                        const std::string& preset, const std::string& issuer,
                                        const std::string& domain);
  TempDir dir_;
  certs::DataKey data_key_;
  demo::SigningKey idp_key_;
};

// Somebody's browser: keeps cookies by host, and sends them as SameSite says.
class Browser {
 public:
  explicit Browser(http::Handler& gateway) : gateway_(gateway) {}

  // url: absolute. Follows nothing.
  http::Response get(const std::string& url);
  // from: the origin of the page that holds the form.
  http::Response post(const std::string& url, const std::string& from,
                      const std::vector<std::pair<std::string, std::string>>& fields);
  // A check of the proxy in front of `url`, with this browser's cookies of that host.
  http::Response check(const std::string& url, const std::string& query = "",
                       const std::string& method = "GET");

  std::map<std::string, std::map<std::string, std::string>> cookies;  // host → name → value
  std::string peer = "127.0.0.1";
  std::string fetch_site = "none";  // Sec-Fetch-Site of the next GETs

 private:
  struct Jar;
  http::Response send(http::Request request, const std::string& host, bool cross_site_post);
  http::Handler& gateway_;
  std::map<std::string, bool> cross_site_;  // host/name → SameSite=None
};

[[nodiscard]] std::string header_of(const http::Response& response, const std::string& name);
// The AuthnRequest's ID in an HTTP-Redirect URL of ours.
[[nodiscard]] std::string request_id_of(const std::string& location);

// The whole way of a person to `url` of an application: the answer of the last step.
http::Response enter_app(GatewayStack& stack, Browser& browser, const std::string& url,
                         const sp::ConnectionSettings& connection, const demo::Person& person);
// The whole way to a sign-in session; the answer of the ACS.
http::Response sign_in(GatewayStack& stack, Browser& browser,
                       const sp::ConnectionSettings& connection, const demo::Person& person);

extern const demo::Person kAda;
extern const demo::Person kBob;  // of globex

}  // namespace doorward::tests
