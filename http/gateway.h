#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/doors.h"
#include "base/url.h"
#include "certs/seal.h"
#include "http/message.h"
#include "jit/member.h"
#include "session/access.h"
#include "session/session.h"
#include "sp/preset.h"
#include "store/store.h"
#include "xml/document.h"

namespace doorward::http {

// What the gateway needs of the configuration, already checked.
struct GatewayOptions {
  base::Url public_url;                      // the only source of our own URLs
  std::vector<std::string> trusted_proxies;  // CIDR blocks or addresses, checked
  std::map<base::AppId, session::App> apps;
  std::map<std::string, sp::Preset> presets;  // by name
  jit::Ladder ladder;
  session::Limits session;
  xml::Limits message;  // of one SAML message
};

// The doors and stores that the gateway works with; all outlive it.
struct World {
  store::Store& store;
  const certs::DataKey& data_key;
  base::Clock& clock;
  base::Rng& rng;
  base::Log& log;
  base::Metrics& metrics;
};

// Answers the public listener. Thread-safe.
class Gateway : public Handler {
 public:
  // Reads the whole configuration of the store once. Error: the store's.
  static std::expected<std::unique_ptr<Gateway>, store::StoreError> make(GatewayOptions options,
                                                                         World world);
  ~Gateway() override;

  bool answer_inline(const Request& request, Response& response) override;
  Response answer(const Request& request) override;

  // True while the store answers and the snapshot is fresh: what /readyz says.
  [[nodiscard]] bool ready();
  // Writes what was seen of sessions. The server calls this or tidy() every 30 s.
  void write_seen();
  // write_seen(), and sweeps expired rows.
  void tidy();
  // From now on /readyz says no, so that load balancers go elsewhere.
  void begin_drain();

 private:
  class Impl;
  explicit Gateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct AdminOptions {
  std::vector<std::string> hosts;  // allowed Host values, "127.0.0.1:8081"
  std::string token;               // bearer for /metrics; empty: nobody may read it
};

// Answers the admin listener: /livez, /readyz, /metrics.
class AdminHandler : public Handler {
 public:
  // scrape: the text that /metrics answers with.
  AdminHandler(AdminOptions options, Gateway& gateway, std::function<std::string()> scrape);
  bool answer_inline(const Request& request, Response& response) override;
  Response answer(const Request& request) override;

 private:
  AdminOptions options_;
  Gateway& gateway_;
  std::function<std::string()> scrape_;
};

}  // namespace doorward::http
