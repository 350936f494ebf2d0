#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "certs/rng.h"
#include "certs/seal.h"
#include "demo/idp_message.h"
#include "demo/idp_vendors.h"
#include "store/store.h"
#include "tests/support/gateway_stack.h"
#include "tests/support/raw_client.h"
#include "tests/support/world.h"

// The doorward program as an operator runs it, and people who sign in to it over HTTP.
namespace doorward::tests {

// A folder with configuration, data key and store. The store has the organisation "acme" with the
// verified domain acme.example and one IdP, whose messages it can make.
class Installation {
 public:
  Installation();

  static constexpr const char* kHost = "sso.localhost:8000";

  [[nodiscard]] const std::string& config() const { return config_; }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_.path(name); }
  [[nodiscard]] std::string store_path() const { return path("doorward.db"); }
  // The form value of a Response to `request_id` about `person`, valid now.
  [[nodiscard]] std::string respond(const std::string& request_id, const demo::Person& person);
  // The store, as a command beside the server opens it.
  [[nodiscard]] std::unique_ptr<store::Store> open_store();
  [[nodiscard]] const base::OrgId& org() const { return connection_.org; }
  // Runs a command of the program: its exit code.
  [[nodiscard]] int command(const std::vector<std::string>& arguments);

 private:
  TempDir folder_;
  std::string config_;
  certs::SystemRng rng_;
  SilentLog log_;
  certs::DataKey data_key_;
  demo::SigningKey idp_key_;
  sp::ConnectionSettings connection_;
};

// `doorward serve`. Killed, if it still runs, when this goes.
class ServerProcess {
 public:
  struct Options {
    std::vector<std::string> environment;  // "NAME=value", on top of ours
    std::optional<rlim_t> descriptors;     // RLIMIT_NOFILE
  };
  // Its log starts anew.
  explicit ServerProcess(Installation& installation, const Options& options = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Waits until it answers; false if it ends instead, or does not answer within 20 s.
  [[nodiscard]] bool ready();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint16_t admin_port() const { return admin_port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  // How it ended: its exit code, or minus the signal. Nothing if it still runs after `limit`.
  [[nodiscard]] std::optional<int> ended(std::chrono::milliseconds limit);
  [[nodiscard]] std::string log() const;
  // Processor time that it has used so far.
  [[nodiscard]] double cpu_seconds() const;
  [[nodiscard]] std::set<int> open_descriptors() const;

 private:
  std::string log_path_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
  std::uint16_t admin_port_ = 0;
  std::optional<int> status_;
};

// A POST to the assertion consumer service that would sign `person` in.
struct PreparedLogin {
  demo::Person person;
  std::string http;
};

// The value of the sign-in cookie that the answer sets, or empty.
[[nodiscard]] std::string session_of(const RawAnswer& answer);
// Asks for a sign-in over `client` and goes to the IdP. Nothing if the server does not answer as it
// does to a healthy one.
[[nodiscard]] std::optional<PreparedLogin> prepare_login(Installation& installation,
                                                         RawClient& client, demo::Person person);
// Somebody of acme; the same number is the same person.
[[nodiscard]] demo::Person person_number(std::size_t number);
// GET /session with this cookie.
[[nodiscard]] std::string session_request(const std::string& cookie);

}  // namespace doorward::tests
