#include "http/serializer.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/world.h"

namespace doorward::http {
namespace {

const base::Instant kNow = tests::at("1994-11-06T08:49:37.5Z");

Response answer(int status, const std::string& body = "") {
  Response response;
  response.status = status;
  response.body = body;
  return response;
}

std::string bytes(const Response& response, bool head_only = false, bool keep_alive = true) {
  return serialize(response, {.head_only = head_only, .keep_alive = keep_alive, .now = kNow}).bytes;
}

TEST(Serializer, WritesHeadersInOrderAndThenItsOwn) {
  Response response = answer(200, "hello");
  response.add("Set-Cookie", "a=1").add("X-Empty", "").add("Set-Cookie", "b=2");
  EXPECT_EQ(bytes(response),
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nX-Empty: \r\nSet-Cookie: b=2\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 5\r\n"
            "Connection: keep-alive\r\n\r\nhello");
}

TEST(Serializer, SaysContentLengthZeroAndClose) {
  EXPECT_EQ(bytes(answer(401), false, false),
            "HTTP/1.1 401 Unauthorized\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(Serializer, LeavesTheBodyOfHeadOut) {
  EXPECT_EQ(bytes(answer(200, "hello"), true),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 5\r\n"
            "Connection: keep-alive\r\n\r\n");
}

TEST(Serializer, GivesNoBodyOrLengthTo204And304) {
  EXPECT_EQ(bytes(answer(204, "x")),
            "HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Connection: keep-alive\r\n\r\n");
  EXPECT_EQ(bytes(answer(304, "x")),
            "HTTP/1.1 304 Not Modified\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Connection: keep-alive\r\n\r\n");
}

TEST(Serializer, ReplacesWhatCannotBeSentByAPlain500) {
  const std::string plain = bytes(plain_response(500));
  for (const std::string& value :
       {std::string("a\r\nX: b"), std::string("a\nb"), std::string("a\r"), std::string("a\0b", 3),
        std::string("\x01"), std::string("\x7F")}) {
    Response response = answer(200, "secret");
    response.add("X-A", value);
    const Wire wire = serialize(response, {.keep_alive = true, .now = kNow});
    EXPECT_TRUE(wire.replaced);
    EXPECT_EQ(wire.bytes, plain);
  }
  for (const auto* name :
       {"", "X A", "X-A:", "X\r\nB", "Content-Length", "connection", "DATE", "Transfer-Encoding"}) {
    Response response = answer(200);
    response.add(name, "1");
    EXPECT_EQ(bytes(response), plain) << name;
  }
  for (const int status : {-1, 0, 100, 199, 600, 1000}) {
    EXPECT_EQ(bytes(answer(status)), plain) << status;
  }
}

TEST(Serializer, SendsTextAndTabsAsTheyAre) {
  Response response = answer(299);
  response.add("X-Name", "J\xC3\xBCrgen\t\"x\"");
  const Wire wire = serialize(response, {.now = kNow});
  EXPECT_FALSE(wire.replaced);
  EXPECT_NE(wire.bytes.find("\r\nX-Name: J\xC3\xBCrgen\t\"x\"\r\n"), std::string::npos);
}

TEST(Serializer, NeverLetsAPlainAnswerBeStored) {
  const Response busy = plain_response(503);
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.body, "503 Service Unavailable\n");
  const std::string text = bytes(busy);
  EXPECT_NE(text.find("\r\nCache-Control: no-store\r\n"), std::string::npos);
  EXPECT_NE(text.find("\r\nRetry-After: 1\r\n"), std::string::npos);
  EXPECT_EQ(bytes(plain_response(400)).find("Retry-After"), std::string::npos);
}

TEST(HttpDate, WritesImfFixdate) {
  EXPECT_EQ(http_date(tests::at("2024-02-29T23:59:59.999Z")), "Thu, 29 Feb 2024 23:59:59 GMT");
  EXPECT_EQ(http_date(tests::at("1970-01-01T00:00:00Z")), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace doorward::http
