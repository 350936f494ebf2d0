#pragma once

#include <string>

#include "http/message.h"

namespace doorward::demo {

// An application behind nginx. It knows who somebody is from request headers alone and shows
// everything that it was told.
//   GET /echo   JSON: {"app", "method", "path", "headers": [[name, value], …]}
//   GET else    a page
class App : public http::Handler {
 public:
  // name: shown to people, "demo".
  explicit App(std::string name) : name_(std::move(name)) {}
  bool answer_inline(const http::Request& request, http::Response& response) override;
  http::Response answer(const http::Request& request) override;

 private:
  std::string name_;
};

}  // namespace doorward::demo
