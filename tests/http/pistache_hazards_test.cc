#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "http/server.h"
#include "tests/support/http_server.h"
#include "tests/support/raw_client.h"

// What Pistache 0.0.5 does wrong when bytes from outside reach it, one test each, over sockets
// against our server on it. The comment says what Pistache does. Slow clients, threads, memory and
// stopping are in pistache_hazards_load_test.cc.
namespace doorward::http {
namespace {

using std::chrono::milliseconds;
using tests::expect_refused;
using tests::get;
using tests::post;
using tests::RawClient;

class PistacheHazards : public tests::ServerTest {
 protected:
  // `bytes`, and another request at once behind them: refused with `status`, and nothing ran.
  void expect_nothing_runs(const std::string& bytes, int status) {
    RawClient client(port());
    client.send(bytes + get("/quick"));
    expect_refused(client, status, bytes.substr(0, 100));
    EXPECT_EQ(handler_.calls(), 0U) << bytes.substr(0, 100);
  }
  static std::string with(const std::string& headers, const std::string& body = "") {
    return "POST /echo HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
  }
};

// It loops for ever in its cursor, and the thread is lost.
TEST_F(PistacheHazards, DoesNotLoopOnAChunkedSegmentThatEndsInCr) {
  ServerOptions options;
  options.io_threads = 1;
  start(options);
  RawClient client(port());
  ASSERT_TRUE(
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "4\r\ndata\r"));
  RawClient other(port());
  ASSERT_TRUE(other.ask(get("/quick")));
  const auto answer = client.ask("\n0\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "POST /echo? 127.0.0.1 data");
}

// It takes "ch" for chunked, 0x3 for a size, and anything for the CR LF behind a chunk.
TEST_F(PistacheHazards, DecodesChunksStrictlyOrRefuses) {
  start();
  const std::string coded = "Transfer-Encoding: chunked\r\n";
  expect_nothing_runs(with("Transfer-Encoding: ch\r\n", "0\r\n\r\n"), 501);
  expect_nothing_runs(with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501);
  expect_nothing_runs(with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501);
  expect_nothing_runs(with(coded, "0x3\r\nabc\r\n0\r\n\r\n"), 400);
  expect_nothing_runs(with(coded, "3\r\nabcde0\r\n\r\n"), 400);
  expect_nothing_runs(with(coded, "3\r\nabc\n0\r\n\r\n"), 400);
  expect_nothing_runs(with(coded, "-1\r\n\r\n"), 400);
  expect_nothing_runs(with(coded, "ffffffffffffffff\r\n"), 413);
  expect_nothing_runs(with(coded, "0\r\nHost : forged\r\n\r\n"), 400);
}

// It answers 413 and runs the rest of the body as a new request.
TEST_F(PistacheHazards, RunsNothingThatFollowsATooLargeBody) {
  ServerOptions options;
  options.max_body = 1000;
  start(options);
  RawClient client(port());
  const std::string body = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n" +
                           get("/quick") + get("/echo") + std::string(2000, 'x');
  ASSERT_TRUE(client.send(body));
  expect_refused(client, 413);
  EXPECT_EQ(handler_.calls(), 0U);
}

// It keeps the connection and never answers on it again.
TEST_F(PistacheHazards, EndsTheConnectionOfAnErrorAndTakesTheNext) {
  start();
  for (int i = 0; i < 20; ++i) {
    RawClient broken(port());
    ASSERT_TRUE(broken.send("GET / HTTP/1.1\r\nHost\r\n\r\n"));
    expect_refused(broken, 400);
    RawClient next(port());
    const auto answer = next.ask(get("/quick"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
  }
}

// It drops the second request of a segment, and asynchronous answers overtake each other.
TEST_F(PistacheHazards, AnswersPipelinedRequestsInOrder) {
  start();
  RawClient client(port());
  std::string bytes;
  for (int i = 0; i < 20; ++i) {
    bytes += get("/quick?" + std::to_string(i)) + post("/echo?" + std::to_string(i), "body");
  }
  ASSERT_TRUE(client.send(bytes));
  for (int i = 0; i < 20; ++i) {
    const auto quick = client.read();
    ASSERT_TRUE(quick);
    EXPECT_EQ(quick->body, "quick" + std::to_string(i));
    const auto echo = client.read();
    ASSERT_TRUE(echo);
    EXPECT_EQ(echo->body, "POST /echo?" + std::to_string(i) + " 127.0.0.1 body");
  }
}

// It reads "abc", "0x3" and nothing as 0, "3abc", "+3" and "3, 3" as 3, takes the first of two, and
// reserves memory for huge ones.
TEST_F(PistacheHazards, TakesOneContentLengthOfDigitsOnly) {
  start();
  for (const std::string length :
       {"abc", "0x3", "", "3abc", "+3", "-3", "3, 3", "3 3", "3;", "\"3\"", "3.0"}) {
    expect_nothing_runs(with("Content-Length: " + length + "\r\n", "abc"), 400);
  }
  expect_nothing_runs(with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400);
  expect_nothing_runs(with("Content-Length: 0\r\nContent-Length: 44\r\n"), 400);
  expect_nothing_runs(with("Content-Length: 99999999999999\r\n"), 413);
  expect_nothing_runs(with("Content-Length: 18446744073709551619\r\n", "abc"), 413);
}

// It refuses both together, but does not see "Transfer-Encoding : x".
TEST_F(PistacheHazards, LetsNobodySmuggleARequestBetweenTwoFramings) {
  start();
  const std::string smuggled = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string length = "Content-Length: " + std::to_string(smuggled.size()) + "\r\n";
  for (const std::string coding :
       {"Transfer-Encoding: chunked", "transfer-encoding:chunked", "Transfer-Encoding : chunked",
        "Transfer-Encoding\t: chunked", "Transfer-Encoding: xchunked",
        "Transfer-Encoding:\r\n chunked", "X: a\nTransfer-Encoding: chunked",
        "X: a\rTransfer-Encoding: chunked", " Transfer-Encoding: chunked",
        "Transfer-Encoding: \x0B"
        "chunked"}) {
    expect_nothing_runs(with(length + coding + "\r\n", smuggled), 400);
    expect_nothing_runs(with(coding + "\r\n" + length, smuggled), 400);
  }
  expect_nothing_runs("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled,
                      400);
}

// It keeps bare LF, CR and NUL in values, makes a header of a folded line, takes odd versions, and
// does not miss Host.
TEST_F(PistacheHazards, ReadsLinesStrictly) {
  start();
  const std::string line = "GET /quick HTTP/1.1\r\n";
  const std::string host = "Host: a\r\n";
  expect_nothing_runs("GET /quick HTTP/1.1\nHost: a\n\n", 400);
  expect_nothing_runs(line + host + "X: a\nY: b\r\n\r\n", 400);
  expect_nothing_runs(line + host + "X: a\rY: b\r\n\r\n", 400);
  expect_nothing_runs(line + host + "X: a" + std::string(1, '\0') + "b\r\n\r\n", 400);
  expect_nothing_runs(line + host + "X: a\r\n b\r\n\r\n", 400);
  expect_nothing_runs(line + host + "X : a\r\n\r\n", 400);
  expect_nothing_runs(line + host + "X\r\n\r\n", 400);
  expect_nothing_runs(line + "\r\n", 400);
  expect_nothing_runs(line + host + host + "\r\n", 400);
  expect_nothing_runs(line + "Host: a/b\r\n\r\n", 400);
  expect_nothing_runs("GET /quick\r\n" + host + "\r\n", 400);
  expect_nothing_runs("GET  /quick HTTP/1.1\r\n" + host + "\r\n", 400);
  expect_nothing_runs("GET /quick HTTP/1.1 \r\n" + host + "\r\n", 400);
  expect_nothing_runs("GET /quick HTTP/1.10\r\n" + host + "\r\n", 400);
  expect_nothing_runs("GET /quick HTTP/1.2\r\n" + host + "\r\n", 505);
  expect_nothing_runs("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 501);
}

// It decodes and checks nothing, and hands absolute forms, "*", NUL, TRACE and CONNECT on.
TEST_F(PistacheHazards, TakesTargetsInOriginFormAndKnownMethodsOnly) {
  start();
  for (const std::string target :
       {"http://a/quick", "a.example:443", "*", "quick", "/quick%00", "/%", "/%zz", "/a/../quick",
        "/a/%2e%2e/quick", "/quick#a", "/a|b", "/a[0]", "/{a}", "/<a>", "/a\\b", "/\xC3\xBC"}) {
    expect_nothing_runs(get(target), 400);
  }
  expect_nothing_runs(get("/quick" + std::string(1, '\0')), 400);
  for (const std::string method : {"TRACE", "CONNECT", "PROPFIND", "get"}) {
    expect_nothing_runs(method + " /quick HTTP/1.1\r\nHost: a\r\n\r\n", 501);
  }
  RawClient client(port());
  const auto answer = client.ask(get("/echo/%41%2F%c3%BC;a=b/@:!$&'()*+,"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "GET /echo/%41%2F%c3%BC;a=b/@:!$&'()*+,? 127.0.0.1 ");
}

// It loses the order, drops repeats and keeps a fragment; a Redirect binding's signature is over
// the bytes as they came.
TEST_F(PistacheHazards, KeepsTheBytesOfTheQuery) {
  start();
  RawClient client(port());
  const auto answer = client.ask(get("/echo?b=1&a=2&b=%20+%2b&&c&a=2&=?/"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "GET /echo?b=1&a=2&b=%20+%2b&&c&a=2&=?/ 127.0.0.1 ");
  ASSERT_TRUE(client.send(get("/echo?a=1#b")));
  expect_refused(client, 400);
}

// It keeps the first of several headers: a second Cookie line wipes out the first.
TEST_F(PistacheHazards, KeepsEveryHeaderOfAName) {
  start();
  RawClient client(port());
  const auto answer = client.ask(get(
      "/echo", "Cookie: session=1\r\nX-A: b\r\nCookie: c=d; session=2\r\ncookie: session=3\r\n"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "GET /echo? 127.0.0.1  session=1 session=2 session=3");
}

// It answers 500 to a stray cookie or a header of a type that it knows and cannot read.
TEST_F(PistacheHazards, IsNotLockedOutByAStrayCookieOrHeader) {
  start();
  RawClient client(port());
  const auto answer =
      client.ask(get("/echo",
                     "Cookie: a; =b; session=1;;\"; x\r\nCookie: session=2\r\nAccept: */*,\r\n"
                     "Cache-Control: foo\r\nDate: never\r\nContent-Type:\r\n"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "GET /echo? 127.0.0.1  session=1 session=2");
}

// It sends what() to the client, and ends the server at what is no std::exception.
TEST_F(PistacheHazards, TellsNothingOfWhatTheHandlerThrows) {
  start();
  RawClient client(port());
  for (const auto* target : {"/throw", "/throw-int", "/inline-throw"}) {
    const auto answer = client.ask(get(target));
    ASSERT_TRUE(answer) << target;
    EXPECT_EQ(answer->status, 500);
    EXPECT_EQ(answer->body, "500 Internal Server Error\n");
  }
}

// It never closes a connection.
TEST_F(PistacheHazards, ClosesWhenTheClientAsks) {
  start();
  for (const std::string target : {"/quick", "/echo"}) {
    for (const std::string& request :
         {get(target, "Connection: close\r\n"), "GET " + target + " HTTP/1.0\r\nHost: a\r\n\r\n"}) {
      RawClient client(port());
      const auto answer = client.ask(request);
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->status, 200);
      EXPECT_EQ(answer->header("connection"), "close");
      EXPECT_TRUE(client.ends());
    }
  }
}

// It sends no 100.
TEST_F(PistacheHazards, SendsContinueOnlyToWhoWaitsForIt) {
  start();
  RawClient client(port());
  const std::string head =
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  const auto go_on = client.ask(head);
  ASSERT_TRUE(go_on);
  EXPECT_EQ(go_on->status, 100);
  const auto answer = client.ask("abc");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "POST /echo? 127.0.0.1 abc");
  // The body is there already: the next answer is the final one.
  const auto at_once = client.ask(head + "abc");
  ASSERT_TRUE(at_once);
  EXPECT_EQ(at_once->status, 200);
  ASSERT_TRUE(client.send(get("/echo", "Expect: coffee\r\n")));
  expect_refused(client, 417);
}

// It sends the body of HEAD, and a length with 204.
TEST_F(PistacheHazards, SendsNoBodyToHeadAndWith204) {
  start();
  RawClient client(port());
  ASSERT_TRUE(client.send("HEAD /quick HTTP/1.1\r\nHost: a\r\n\r\n"));
  const auto head = client.read(true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->header("content-length"), "5");
  const auto none = client.ask(get("/none"));
  ASSERT_TRUE(none);
  EXPECT_EQ(none->status, 204);
  EXPECT_EQ(none->header("content-length"), "");
  const auto next = client.ask(get("/quick"));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->body, "quick");
}

// It lets CR LF in a value through.
TEST_F(PistacheHazards, InjectsNoHeaderFromAResponseValue) {
  start();
  RawClient client(port());
  const auto answer = client.ask(get("/inject"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500);
  EXPECT_EQ(answer->header("set-cookie"), "");
  EXPECT_EQ(answer->header("location"), "");
}

// It writes no header that it has no type for, and of one name only one.
TEST_F(PistacheHazards, SendsEveryHeaderOfTheAnswer) {
  start();
  RawClient client(port());
  const auto answer = client.ask(get("/headers"));
  ASSERT_TRUE(answer);
  std::string own;
  for (const auto& [name, value] : answer->headers) {
    if (name == "set-cookie" || name == "x-own") own += name + "=" + value + ";";
  }
  EXPECT_EQ(own, "set-cookie=a=1;x-own=own;set-cookie=b=2;");
}

// It reads past the end of a fragment that ends in CR: here every fragment does (under ASan in CI).
TEST_F(PistacheHazards, ReadsFragmentsThatEndInCr) {
  start();
  RawClient client(port());
  const std::string request =
      with("Cookie: session=1\r\nTransfer-Encoding: chunked\r\n", "4\r\ndata\r\n0\r\n\r\n");
  for (std::size_t at = 0; at < request.size();) {
    const std::size_t end = std::min(request.find('\r', at), request.size() - 1) + 1;
    ASSERT_TRUE(client.send(request.substr(at, end - at)));
    std::this_thread::sleep_for(milliseconds(2));
    at = end;
  }
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "POST /echo? 127.0.0.1 data session=1");
}

// It takes 20,000 header lines and parses every segment from the start.
TEST_F(PistacheHazards, TakesAHundredLinesAnd16KiBOfHead) {
  start();
  std::string lines;
  for (int i = 0; i < 99; ++i) lines += "A: b\r\n";
  RawClient client(port());
  const auto answer = client.ask(get("/quick", lines));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  const std::size_t calls = handler_.calls();
  const auto refuse = [&](const std::string& head) {
    RawClient flooding(port());
    flooding.send(head);
    expect_refused(flooding, 431);
    EXPECT_EQ(handler_.calls(), calls);
  };
  refuse(get("/quick", lines + "A: b\r\n"));
  for (int i = 0; i < 20'000; ++i) lines += "A: b\r\n";
  refuse(get("/quick", lines));
  refuse(get("/quick", "A: " + std::string(std::size_t{16} * 1024, 'b') + "\r\n"));
}

// It waits for a handshake on the I/O thread; ours speaks no TLS, and says so in plain HTTP.
TEST_F(PistacheHazards, AnswersTlsWithAPlainError) {
  start();
  const std::string hello("\x16\x03\x01\x00\x2F\x01\x00\x00\x2B\x03\x03", 11);
  expect_nothing_runs(hello + std::string(40, 'r'), 400);
}

}  // namespace
}  // namespace doorward::http
