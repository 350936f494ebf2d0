#include "tests/support/http_server.h"

#include <algorithm>
#include <stdexcept>

namespace doorward::tests {

bool TestHandler::answer_inline(const http::Request& request, http::Response& response) {
  ++calls_;
  if (request.path == "/inline-throw") throw std::runtime_error("secret");
  if (request.path != "/quick" && request.path != "/empty") return false;
  response.status = 200;
  if (request.path == "/quick") response.body = "quick" + request.query;
  return true;
}

http::Response TestHandler::answer(const http::Request& request) {
  http::Response response;
  response.status = 200;
  if (request.path == "/big") {
    response.body.assign(kBig, 'b');
  } else if (request.path == "/wait") {
    wait();
    response.body = "waited";
  } else if (request.path == "/headers") {
    response.add("Set-Cookie", "a=1").add("X-Own", "own").add("Set-Cookie", "b=2");
  } else if (request.path == "/inject") {
    response.add("Location", "/a\r\nSet-Cookie: stolen=1");
  } else if (request.path == "/none") {
    response.status = 204;
  } else if (request.path == "/throw") {
    throw std::runtime_error("secret");
  } else if (request.path == "/throw-int") {
    throw 42;  // NOLINT: what a careless library may do
  } else {
    response.body = request.method + " " + request.path + "?" + request.query + " " + request.peer +
                    " " + request.body;
    for (const auto& value : request.cookies("session")) response.body += " session=" + value;
    response.add("X-Request-Id", request.id);
  }
  return response;
}

void TestHandler::open() {
  {
    std::lock_guard lock(mutex_);
    open_ = true;
  }
  changed_.notify_all();
}

void TestHandler::wait() {
  std::unique_lock lock(mutex_);
  ++waiting_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
}

void TestHandler::await_waiting(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_ >= count; });
}

ServerTest::~ServerTest() {
  handler_.open();
}

void ServerTest::start(const http::ServerOptions& options) {
  auto server = http::Server::start(options, handler_, clock_, rng_, log_);
  ASSERT_TRUE(server) << server.error();
  server_ = *std::move(server);
}

void expect_refused(RawClient& client, int status, const std::string& what) {
  const auto answer = client.read();
  ASSERT_TRUE(answer) << what << ": no answer instead of " << status;
  EXPECT_EQ(answer->status, status) << what;
  EXPECT_EQ(answer->header("cache-control"), "no-store") << what;
  EXPECT_EQ(answer->header("content-type"), "text/plain; charset=utf-8") << what;
  EXPECT_EQ(answer->header("connection"), "close") << what;
  EXPECT_TRUE(client.ends()) << what;
}

std::string get(const std::string& target, const std::string& headers) {
  return "GET " + target + " HTTP/1.1\r\nHost: a.example\r\n" + headers + "\r\n";
}

std::string post(const std::string& target, const std::string& body) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: a.example\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace doorward::tests
