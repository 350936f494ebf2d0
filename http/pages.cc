#include "http/pages.h"

#include "base/encoding.h"
#include "certs/digest.h"

namespace doorward::http {
namespace {

using base::escape_markup;

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark;--ink:#1b1f27;--soft:#5a6372;--paper:#f5f6f8;--card:#fff;"
    "--line:#d9dde4;--accent:#1d4ed8;--on-accent:#fff}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8eaee;--soft:#a3abb8;--paper:#14171c;"
    "--card:#1d2128;--line:#363c47;--accent:#8ab4ff;--on-accent:#0d1320}}"
    "*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;"
    "padding:1rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}"
    "main{width:100%;max-width:26rem;background:var(--card);border:1px solid var(--line);"
    "border-radius:12px;padding:1.75rem 1.5rem;overflow-wrap:anywhere}"
    "h1{font-size:1.3rem;line-height:1.3;margin:0 0 .75rem}p{margin:0 0 1rem}"
    "label{display:block;font-weight:600;margin-bottom:.35rem}"
    "input{width:100%;font:inherit;padding:.6rem .7rem;border:1px solid var(--soft);"
    "border-radius:8px;background:var(--card);color:inherit;margin-bottom:1rem}"
    "button,.button{display:block;width:100%;text-align:center;font:inherit;font-weight:600;"
    "padding:.65rem 1rem;border-radius:8px;border:1px solid var(--accent);"
    "background:var(--accent);color:var(--on-accent);cursor:pointer;text-decoration:none;"
    "margin-bottom:.6rem}.quiet{background:transparent;color:var(--accent)}"
    ":focus-visible{outline:3px solid var(--accent);outline-offset:2px}"
    "small{color:var(--soft)}code{font-size:.85rem}.problem{border-left:4px solid #c2410c;"
    "padding-left:.75rem}";

// The one inline style is known by its hash, so that no other may run.
const std::string& style_source() {
  static const std::string source = "'sha256-" + base::base64_encode(certs::sha256(kStyle)) + "'";
  return source;
}

// No form-action on pages with a form: browsers apply it to redirects too, and ours lead on to the
// IdP and to applications.
Response html(int status, std::string_view title, std::string_view content,
              std::string_view more_csp = "") {
  Response response;
  response.status = status;
  response.add("Content-Type", "text/html; charset=utf-8");
  response.add("Content-Security-Policy", "default-src 'none'; style-src " + style_source() +
                                              "; base-uri 'none'; frame-ancestors 'none'" +
                                              std::string(more_csp));
  // not no-referrer: that would make the Origin of our own forms "null".
  response.add("Referrer-Policy", "same-origin");
  response.body =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<title>";
  response.body.append(escape_markup(title)).append("</title><style>").append(kStyle);
  response.body.append("</style></head>\n<body><main>\n<h1>").append(escape_markup(title));
  response.body.append("</h1>\n").append(content).append("</main></body></html>\n");
  return response;
}

std::string hidden_fields(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    out += "<input type=\"hidden\" name=\"" + escape_markup(name) + "\" value=\"" +
           escape_markup(value) + "\">";
  }
  return out;
}

std::string paragraph(std::string_view text) {
  return "<p>" + escape_markup(text) + "</p>\n";
}

}  // namespace

Response& secured(Response& response, const base::Url& public_url) {
  auto has = [&](std::string_view name) {
    for (const auto& header : response.headers) {
      if (header.first == name) return true;
    }
    return false;
  };
  if (!has("Cache-Control")) response.add("Cache-Control", "no-store");
  if (!has("Content-Security-Policy")) {
    response.add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  }
  if (!has("Referrer-Policy")) response.add("Referrer-Policy", "no-referrer");
  response.add("X-Content-Type-Options", "nosniff");
  if (public_url.scheme == "https") {
    response.add("Strict-Transport-Security", "max-age=31536000");
  }
  return response;
}

Response redirect(std::string_view location) {
  Response response;
  response.status = 303;
  response.add("Location", location);
  response.add("Referrer-Policy", "no-referrer");
  return response;
}

Response notice_page(const Notice& notice) {
  std::string content;
  for (const auto& sentence : notice.sentences) content += paragraph(sentence);
  for (const auto& link : notice.links) {
    content += "<a class=\"button\" href=\"" + escape_markup(link.href) + "\">" +
               escape_markup(link.text) + "</a>\n";
  }
  if (!notice.trace_id.empty()) {
    content += "<p><small>Tell your administrator this trace id: <code>" +
               escape_markup(notice.trace_id) + "</code></small></p>\n";
  }
  return html(notice.status, notice.heading, content, "; form-action 'none'");
}

Response email_page(const std::vector<std::pair<std::string, std::string>>& hidden,
                    std::string_view problem, int status) {
  std::string content = paragraph("Type your work e-mail address to go to your company's sign-in.");
  if (!problem.empty()) {
    content +=
        "<p class=\"problem\" role=\"alert\" id=\"problem\">" + escape_markup(problem) + "</p>\n";
  }
  content += "<form method=\"get\" action=\"/login\">" + hidden_fields(hidden) +
             "<label for=\"email\">Work e-mail</label><input id=\"email\" name=\"email\" "
             "type=\"email\" autocomplete=\"email\" required autofocus" +
             (problem.empty() ? "" : " aria-describedby=\"problem\"") +
             "><button>Continue</button></form>\n";
  return html(status, "Sign in", content);
}

Response question_page(std::string_view heading, std::string_view sentence,
                       const std::vector<Button>& buttons, int status) {
  std::string content = paragraph(sentence);
  for (const auto& button : buttons) {
    content += "<form method=\"post\" action=\"" + escape_markup(button.action) + "\">" +
               hidden_fields(button.fields) + "<button" +
               (button.primary ? "" : " class=\"quiet\"") + ">" + escape_markup(button.text) +
               "</button></form>\n";
  }
  return html(status, heading, content);
}

Response invitation_page(std::string_view problem, int status, base::Rng& rng) {
  std::string nonce = base::base64_encode(rng.bytes(16));
  std::string content = paragraph(
      "You were invited. Go on to your company's sign-in; there you must use the address that the "
      "invitation was sent to.");
  if (!problem.empty()) {
    content +=
        "<p class=\"problem\" role=\"alert\" id=\"problem\">" + escape_markup(problem) + "</p>\n";
  }
  content +=
      "<form method=\"post\" action=\"/invite\"><label for=\"token\">Code from the link, after "
      "the #</label><input id=\"token\" name=\"token\" required autocomplete=\"off\" "
      "spellcheck=\"false\" maxlength=\"100\"" +
      std::string(problem.empty() ? "" : " aria-describedby=\"problem\"") +
      "><button>Continue</button></form>\n<script nonce=\"" + nonce +
      "\">if(location.hash.length>1){document.getElementById('token').value="
      "location.hash.slice(1);history.replaceState(null,'',location.pathname)}</script>\n";
  return html(status, "You are invited", content, "; script-src 'nonce-" + nonce + "'");
}

Response post_binding_page(const sp::PostForm& form, base::Rng& rng) {
  std::string nonce = base::base64_encode(rng.bytes(16));
  std::string content =
      paragraph("You are on your way to your company's sign-in.") +
      "<form id=\"go\" method=\"post\" action=\"" + escape_markup(form.action) + "\">" +
      hidden_fields({{"SAMLRequest", form.saml_request}, {"RelayState", form.relay_state}}) +
      "<button>Continue</button></form>\n<script nonce=\"" + nonce +
      "\">document.getElementById('go').submit()</script>\n";
  return html(200, "Signing you in", content, "; script-src 'nonce-" + nonce + "'");
}

}  // namespace doorward::http
