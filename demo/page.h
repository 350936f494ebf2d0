#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

// Pages of the demo: one look, no external resources, usable by keyboard and at 360 px.
namespace doorward::demo {

struct Page {
  std::string title;   // plain text
  std::string accent;  // a CSS colour for the narrow band on top; empty: the default
  std::string body;    // HTML inside <main>
  std::string script;  // runs with a nonce; empty: none
  std::string form_action = "'self'";  // CSP sources that forms may go and be redirected to
  std::string nonce;                   // needed when there is a script
};

// 200 with the page, no-store, and a policy that allows no resource from elsewhere.
[[nodiscard]] http::Response page_response(const Page& page, int status = 200);

// A short page that says what went wrong.
[[nodiscard]] http::Response problem_page(int status, std::string_view title,
                                          std::string_view sentence);

// <input type="hidden">, with name and value escaped.
[[nodiscard]] std::string hidden_field(std::string_view name, std::string_view value);

}  // namespace doorward::demo
