#include "demo/page.h"

#include "base/encoding.h"

namespace doorward::demo {

using base::escape_markup;

namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--paper:#fbfbf9;--ink:#1d2327;--soft:#5a646b;--line:#d9dcd8;--card:#fff;
--link:#0b5c8a;--button:#1d4e6b;--on-button:#fff}
@media(prefers-color-scheme:dark){:root{--paper:#14181b;--ink:#e8eaea;--soft:#a3adb3;--line:#343c41;
--card:#1c2226;--link:#7cc4ef;--button:#8ecbea;--on-button:#0e1a21}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",
Roboto,"DejaVu Sans",sans-serif;border-top:.4rem solid var(--accent)}
main{max-width:44rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{font-size:1.7rem;line-height:1.2;margin:.2rem 0 .8rem;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2rem 0 .6rem}
p{margin:.6rem 0}
a{color:var(--link)}
.kicker{color:var(--soft);font-size:.9rem;margin:0}
.soft{color:var(--soft);font-size:.92rem}
.badge{display:inline-block;border:1px solid var(--line);border-radius:1rem;padding:.05rem .7rem;
background:var(--card)}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.1rem}
ul.choices{list-style:none;margin:1rem 0;padding:0;display:grid;gap:.6rem}
.choices a,.choices button{display:block;width:100%;text-align:left;background:var(--card);
color:var(--ink);border:1px solid var(--line);border-left:.3rem solid var(--tone,var(--accent));
border-radius:.5rem;padding:.7rem .9rem;text-decoration:none;font:inherit;cursor:pointer}
.choices a:hover,.choices button:hover{border-color:var(--link)}
.choices strong{display:block}
.choices span{color:var(--soft);font-size:.92rem;overflow-wrap:anywhere}
button.main{font:inherit;background:var(--button);color:var(--on-button);border:0;border-radius:.5rem;
padding:.6rem 1.2rem;cursor:pointer}
:focus-visible{outline:.18rem solid var(--link);outline-offset:.15rem}
label{display:block;margin:.7rem 0 .2rem}
input{font:inherit;width:100%;padding:.5rem .6rem;border:1px solid var(--soft);border-radius:.4rem;
background:var(--paper);color:var(--ink)}
table{border-collapse:collapse;width:100%;font-size:.95rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600;white-space:nowrap}
td{overflow-wrap:anywhere}
tbody tr:last-child,tbody tr:last-child>*{border-bottom:0}
code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.92em;overflow-wrap:anywhere}
.none{color:var(--soft);font-style:italic}
.row{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center;margin:1.2rem 0}
@media(max-width:34rem){main{padding-top:1.3rem}h1{font-size:1.4rem}tr{display:block;padding:.4rem 0;
border-bottom:1px solid var(--line)}th,td{display:block;border:0;padding:0}thead{display:none}}
)css";

}  // namespace

http::Response page_response(const Page& page, int status) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>" +
      escape_markup(page.title) +
      "</title>\n<style>:root{--accent:" + (page.accent.empty() ? "#1d4e6b" : page.accent) + "}" +
      std::string(kStyle) + "</style>\n</head>\n<body>\n<main>\n" + page.body + "\n</main>\n";
  if (!page.script.empty()) {
    html += "<script nonce=\"" + page.nonce + "\">" + page.script + "</script>\n";
  }
  html += "</body>\n</html>\n";

  std::string policy =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
      "frame-ancestors 'none'; form-action " +
      page.form_action;
  if (!page.script.empty()) policy += "; script-src 'nonce-" + page.nonce + "'";

  http::Response response;
  response.status = status;
  response.body = std::move(html);
  response.add("Content-Type", "text/html; charset=utf-8")
      .add("Cache-Control", "no-store")
      .add("Referrer-Policy", "same-origin")
      .add("X-Content-Type-Options", "nosniff")
      .add("Content-Security-Policy", policy);
  return response;
}

http::Response problem_page(int status, std::string_view title, std::string_view sentence) {
  Page page;
  page.title = title;
  page.accent = "#9a3b2e";
  page.body = "<h1>" + escape_markup(title) + "</h1>\n<p>" + escape_markup(sentence) + "</p>";
  return page_response(page, status);
}

std::string hidden_field(std::string_view name, std::string_view value) {
  return "<input type=\"hidden\" name=\"" + escape_markup(name) + "\" value=\"" +
         escape_markup(value) + "\">\n";
}

}  // namespace doorward::demo
