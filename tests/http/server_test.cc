#include "http/server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/support/http_server.h"
#include "tests/support/raw_client.h"

namespace doorward::http {
namespace {

using std::chrono::milliseconds;
using tests::expect_refused;
using tests::get;
using tests::post;
using tests::RawClient;
using HttpServer = tests::ServerTest;

TEST_F(HttpServer, AnswersInlineAndOnAWorker) {
  start();
  RawClient client(port());
  const auto quick = client.ask(get("/quick"));
  ASSERT_TRUE(quick);
  EXPECT_EQ(quick->status, 200);
  EXPECT_EQ(quick->body, "quick");
  EXPECT_EQ(quick->header("connection"), "keep-alive");
  EXPECT_EQ(quick->header("date"), "Wed, 01 May 2024 12:00:00 GMT");
  const auto echo = client.ask(post("/echo?a=%20b", "hello"));
  ASSERT_TRUE(echo);
  EXPECT_EQ(echo->body, "POST /echo?a=%20b 127.0.0.1 hello");
  const auto other = client.ask(get("/echo"));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->header("x-request-id").size(), 32U);
  EXPECT_NE(other->header("x-request-id"), echo->header("x-request-id"));
}

TEST_F(HttpServer, SaysContentLengthZero) {
  start();
  RawClient client(port());
  const auto empty = client.ask(get("/empty"));
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->header("content-length"), "0");
  EXPECT_EQ(empty->header("connection"), "keep-alive");
}

TEST_F(HttpServer, ListensOnTheIpv6LoopbackToo) {
  ServerOptions options;
  options.address = "[::1]";
  start(options);
  EXPECT_NE(port(), 0);
}

TEST_F(HttpServer, SaysWhyItCannotListen) {
  start();
  ServerOptions options;
  options.port = port();
  const auto second = Server::start(options, handler_, clock_, rng_, log_);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("127.0.0.1:" + std::to_string(port())), std::string::npos);
  options.address = "::1";
  EXPECT_FALSE(Server::start(options, handler_, clock_, rng_, log_));
  options.address = "127.0.0.1";
  options.workers = 0;
  EXPECT_FALSE(Server::start(options, handler_, clock_, rng_, log_));
}

TEST_F(HttpServer, RefusesWithTheStatusOfTheErrorAndCloses) {
  start();
  const struct {
    std::string bytes;
    int status;
  } cases[] = {
      {"GET / HTTP/1.1\nHost: a\n\n", 400},
      {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {get("/", "X: " + std::string(20000, 'a') + "\r\n"), 431},
      {get("/", "Expect: coffee\r\n"), 417},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
  };
  for (const auto& c : cases) {
    RawClient client(port());
    // Another request follows at once and is never answered.
    client.send(c.bytes + get("/quick"));
    expect_refused(client, c.status);
  }
}

TEST_F(HttpServer, ReadsARequestThatComesByteByByte) {
  start();
  RawClient client(port());
  for (const char c : post("/echo", "abc")) ASSERT_TRUE(client.send(std::string(1, c)));
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "POST /echo? 127.0.0.1 abc");
}

TEST_F(HttpServer, KeepsAnOldClientThatAsksForIt) {
  start();
  RawClient client(port());
  const std::string request = "GET /quick HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask(request);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("connection"), "keep-alive");
  }
}

TEST_F(HttpServer, AnswersAClientThatSendsNoMore) {
  start();
  RawClient client(port());
  ASSERT_TRUE(client.send(get("/wait") + get("/echo")));
  client.finish_sending();
  handler_.await_waiting(1);
  handler_.open();
  const auto waited = client.read();
  ASSERT_TRUE(waited);
  EXPECT_EQ(waited->body, "waited");
  ASSERT_TRUE(client.read());
  EXPECT_TRUE(client.ends());
}

}  // namespace
}  // namespace doorward::http
