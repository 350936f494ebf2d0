#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/doors.h"
#include "demo/companies.h"
#include "demo/idp_message.h"
#include "http/message.h"

namespace doorward::demo {

struct IdpOptions {
  std::string public_url;   // ours, without a slash at the end
  std::string gateway_url;  // the service provider's
  std::string app_url;      // where the start page leads
  std::string state;        // folder of the keys; made if missing
};

// Four identity providers in one process. Whoever opens a login page may be anybody: there are no
// passwords. Stateless but for the keys; thread-safe.
//   GET  /                    the start page of the demo
//   GET  METADATA_PATH        one company's metadata
//   GET, POST SSO_PATH        an AuthnRequest: the login page
//   POST /VENDOR/sign-in      somebody was chosen: the Response, in a form that sends itself
class Idp : public http::Handler {
 public:
  // Reads the keys, and makes those that are missing. Error: a sentence for the operator.
  [[nodiscard]] static std::expected<std::unique_ptr<Idp>, std::string> make(IdpOptions options,
                                                                             base::Clock& clock,
                                                                             base::Rng& rng);
  bool answer_inline(const http::Request&, http::Response&) override { return false; }
  http::Response answer(const http::Request& request) override;

 private:
  Idp(IdpOptions options, base::Clock& clock, base::Rng& rng)
      : options_(std::move(options)), clock_(clock), rng_(rng) {}

  [[nodiscard]] http::Response start_page() const;
  [[nodiscard]] http::Response metadata(std::size_t index) const;
  [[nodiscard]] http::Response login(std::size_t index, const http::Request& request) const;
  [[nodiscard]] http::Response sign_in(std::size_t index, const http::Request& request) const;

  IdpOptions options_;
  base::Clock& clock_;
  base::Rng& rng_;
  std::vector<SigningKey> keys_;  // by index of companies()
};

}  // namespace doorward::demo
