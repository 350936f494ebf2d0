#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "certs/rng.h"
#include "certs/seal.h"
#include "demo/idp_message.h"
#include "store/store.h"
#include "tests/bench/process.h"
#include "tests/support/world.h"

namespace doorward::bench {

// Now, to the millisecond.
[[nodiscard]] base::Instant now();

// A gateway on disk: configuration, data key and a SQLite store with one organisation "acme", which
// has one connection and the verified domain acme.example. One application, "demo".
class Installation {
 public:
  static constexpr const char* kSso = "http://sso.localhost:8000";
  static constexpr const char* kApp = "http://app.localhost:8000";
  static constexpr const char* kIdp = "https://idp.acme.example/saml2";

  // Makes it in `folder`, or takes what an earlier run made there (then `idp_key` is new and signs
  // for nobody).
  explicit Installation(std::string folder);

  const std::string folder;
  const std::uint16_t port;
  const std::uint16_t admin_port;
  certs::SystemRng rng;
  tests::SilentLog log;
  demo::SigningKey idp_key;
  jit::Organization organization;
  sp::ConnectionSettings connection;

  [[nodiscard]] const certs::DataKey& data_key() const { return data_key_; }
  // The store, as a command beside the server opens it.
  [[nodiscard]] std::unique_ptr<store::Store> open_store();
  // `doorward serve` on it, answering. Its log is FOLDER/gateway.log.
  [[nodiscard]] std::unique_ptr<Child> serve();
  // A request for which the admin listener says whether it is ready.
  [[nodiscard]] std::string ready_request() const;

  // A signed Response of about 8 KB to `request_id` (empty: nobody asked): nine attributes, the
  // Assertion signed. person: who it is about.
  [[nodiscard]] std::string respond(const std::string& sp_entity_id, const std::string& acs_url,
                                    const std::string& request_id, std::size_t person);

 private:
  void create();
  certs::DataKey data_key_;
};

// One that later runs find again, with the members 0 to `members`; takes a minute when it is first
// made with a million.
[[nodiscard]] std::unique_ptr<Installation> big_installation(std::size_t members);

// Makes members from `first` up to `last` (not itself), each with one open sign-in session.
void add_members(Installation& installation, store::Store& store, std::size_t first,
                 std::size_t last);
// The session of the application "demo" below the sign-in session of one of them; its cookie's
// value.
[[nodiscard]] std::string add_app_session(Installation& installation, store::Tx& tx,
                                          std::size_t member, std::size_t number = 0);
// The cookie's value of the sign-in session that add_members opened.
[[nodiscard]] std::string sign_in_cookie(std::size_t member);

// What must be so, or there is nothing to measure.
[[noreturn]] void give_up_at(const char* what);
template <class T, class E>
T must(std::expected<T, E> result, const char* what) {
  if (!result) give_up_at(what);
  return std::move(*result);
}
template <class E>
void must(std::expected<void, E> result, const char* what) {
  if (!result) give_up_at(what);
}
}  // namespace doorward::bench
