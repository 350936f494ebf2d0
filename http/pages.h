#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/doors.h"
#include "base/url.h"
#include "http/message.h"
#include "sp/authn_request.h"

namespace doorward::http {

// The few pages that a person sees. Each works without script, without a mouse, at 360 px and in
// the dark; each escapes what it is given. All answers carry the security headers of `secured`.

// Adds what every answer of the public listener has: no-store unless the answer says otherwise,
// nosniff, a CSP that allows nothing, and HSTS when our URL is https.
Response& secured(Response& response, const base::Url& public_url);

// A 303 to `location`, with Referrer-Policy: no-referrer.
[[nodiscard]] Response redirect(std::string_view location);

struct Link {
  std::string href;
  std::string text;
};

// A message with a heading, sentences and links. The title of the page is the heading.
struct Notice {
  int status = 200;
  std::string heading;
  std::vector<std::string> sentences;
  std::vector<Link> links;
  std::string trace_id;  // shown for the administrator; empty: none
};
[[nodiscard]] Response notice_page(const Notice& notice);

// Asks for the e-mail address. hidden: fields that go along to GET /login.
// problem: what was wrong with the last answer, or empty.
[[nodiscard]] Response email_page(const std::vector<std::pair<std::string, std::string>>& hidden,
                                  std::string_view problem, int status);

// A button that POSTs `fields` to `action` on our own host.
struct Button {
  std::string action;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string text;
  bool primary = true;
};
[[nodiscard]] Response question_page(std::string_view heading, std::string_view sentence,
                                     const std::vector<Button>& buttons, int status = 200);

// Takes the code of an invitation and posts it to /invite. Where scripts run it is read out of the
// address, after "#", so that it stands in no log; else it is typed in.
// problem: what was wrong with the last one, or empty.
[[nodiscard]] Response invitation_page(std::string_view problem, int status, base::Rng& rng);

// The form that carries an AuthnRequest to the IdP [Bind 3.5.4]; submits itself where scripts run.
[[nodiscard]] Response post_binding_page(const sp::PostForm& form, base::Rng& rng);

}  // namespace doorward::http
