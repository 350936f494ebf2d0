#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/server.h"
#include "tests/support/http_server.h"
#include "tests/support/raw_client.h"

// What the server does when clients are slow, many, gone, or when it stops.
namespace doorward::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using tests::get;
using tests::post;
using tests::RawClient;
using tests::soon;
using HttpServer = tests::ServerTest;

TEST_F(HttpServer, ServesOthersWhileReadersOfLargeAnswersAreSlow) {
  ServerOptions options;
  options.workers = 2;
  options.io_threads = 1;
  options.byte_budget = 256UZ * 1024 * 1024;
  start(options);
  std::vector<std::unique_ptr<RawClient>> stopped;
  for (int i = 0; i < 6; ++i) {
    stopped.push_back(std::make_unique<RawClient>(port(), 4096));
    ASSERT_TRUE(stopped.back()->send(get("/big")));
  }
  RawClient client(port());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(client.ask(get("/quick")));
    ASSERT_TRUE(client.ask(get("/echo")));
  }
  EXPECT_TRUE(soon([&] { return server_->in_flight() == stopped.size(); }));
  for (auto& reader : stopped) {
    const auto big = reader->read();
    ASSERT_TRUE(big);
    EXPECT_EQ(big->body, std::string(tests::TestHandler::kBig, 'b'));
    const auto quick = reader->ask(get("/quick"));
    ASSERT_TRUE(quick);
    EXPECT_EQ(quick->body, "quick");
  }
}

TEST_F(HttpServer, BreaksOffReadersThatStop) {
  ServerOptions options;
  options.write_limit = milliseconds(100);
  options.slowest_rate = std::size_t{1} << 30U;
  start(options);
  RawClient client(port(), 4096);
  ASSERT_TRUE(client.send(get("/big")));
  static_cast<void>(soon([&] { return server_->in_flight() == 1; }));  // or it is over already
  EXPECT_TRUE(soon([&] { return server_->in_flight() == 0; }));
  EXPECT_FALSE(client.read());
}

TEST_F(HttpServer, Answers503WithRetryAfterWhenTheQueueIsFull) {
  ServerOptions options;
  options.workers = 1;
  options.queue = 1;
  start(options);
  RawClient working(port());
  ASSERT_TRUE(working.send(get("/wait")));
  handler_.await_waiting(1);
  RawClient waiting(port());
  ASSERT_TRUE(waiting.send(get("/echo")));
  ASSERT_TRUE(soon([&] { return server_->in_flight() == 2; }));

  RawClient refused(port());
  const auto answer = refused.ask(get("/echo"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->header("retry-after"), "1");
  EXPECT_EQ(answer->header("cache-control"), "no-store");
  EXPECT_TRUE(refused.ends());
  RawClient quick(port());
  ASSERT_TRUE(quick.ask(get("/quick")));

  handler_.open();
  const auto first = working.read();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->status, 200);
  const auto second = waiting.read();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->status, 200);
}

TEST_F(HttpServer, NeverRefusesAnHonestClientOfAOneWorkerPool) {
  ServerOptions options;
  options.workers = 1;
  options.queue = 1;
  start(options);
  RawClient client(port());
  for (int i = 0; i < 2000; ++i) {
    const auto answer = client.ask(get("/echo"));
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->status, 200);
  }
}

TEST_F(HttpServer, ClosesWhatIsTooSlow) {
  ServerOptions options;
  options.head_limit = milliseconds(60);
  options.body_limit = milliseconds(60);
  options.idle_limit = milliseconds(60);
  start(options);
  RawClient silent(port());
  EXPECT_TRUE(silent.ends());
  RawClient idle(port());
  ASSERT_TRUE(idle.ask(get("/quick")));
  EXPECT_TRUE(idle.ends());
  for (const auto* bytes : {"GET / HTTP/1.1\r\nHost: a\r\n",
                            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab"}) {
    RawClient slow(port());
    const auto answer = slow.ask(bytes);
    ASSERT_TRUE(answer) << bytes;
    EXPECT_EQ(answer->status, 408);
    EXPECT_EQ(answer->header("connection"), "close");
    EXPECT_TRUE(slow.ends());
  }
}

TEST_F(HttpServer, ADripOfBytesDoesNotPutOffTheDeadline) {
  ServerOptions options;
  options.head_limit = milliseconds(100);
  options.linger_limit = milliseconds(20);
  start(options);
  RawClient drip(port());
  ASSERT_TRUE(drip.send("GET / HTTP/1.1\r\n"));
  EXPECT_TRUE(soon([&] {
    std::this_thread::sleep_for(milliseconds(10));
    return !drip.send("A: b\r\n");
  }));
}

TEST_F(HttpServer, EndsTheConnectionOfAClientThatIgnoresTheError) {
  ServerOptions options;
  options.linger_limit = milliseconds(50);
  start(options);
  RawClient client(port());
  const auto answer = client.ask("BAD\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400);
  const std::string more(65536, 'x');
  EXPECT_TRUE(soon([&] { return !client.send(more); }));
}

TEST_F(HttpServer, TurnsAwayMoreConnectionsThanItsCap) {
  ServerOptions options;
  options.max_connections = 2;
  start(options);
  auto first = std::make_unique<RawClient>(port());
  ASSERT_TRUE(first->ask(get("/quick")));
  RawClient second(port());
  ASSERT_TRUE(second.ask(get("/quick")));
  RawClient third(port());
  const auto refused = third.read();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_TRUE(third.ends());
  first.reset();
  EXPECT_TRUE(soon([&] {
    RawClient again(port());
    const auto answer = again.ask(get("/quick"));
    return answer && answer->status == 200;
  }));
}

TEST_F(HttpServer, HoldsNoMoreBytesThanItsBudget) {
  ServerOptions options;
  options.byte_budget = 100'000;
  start(options);
  RawClient first(port());
  ASSERT_TRUE(first.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 90001\r\n\r\n" +
                         std::string(90'000, 'x')));
  RawClient small(port());
  ASSERT_TRUE(small.ask(post("/echo", "small")));
  EXPECT_TRUE(soon([&] {
    RawClient second(port());
    const auto answer = second.ask(post("/echo", std::string(90'000, 'x')));
    return answer && answer->status == 503 && answer->header("retry-after") == "1";
  }));
  ASSERT_TRUE(first.ask("x"));
  // What a request held is given back only after its answer has gone out.
  EXPECT_TRUE(soon([&] {
    RawClient third(port());
    const auto answer = third.ask(post("/echo", std::string(90'000, 'x')));
    return answer && answer->status == 200;
  }));
}

TEST_F(HttpServer, CutsOffAFloodBehindARequest) {
  ServerOptions options;
  options.max_body = 10'000;
  start(options);
  RawClient client(port());
  ASSERT_TRUE(client.send(get("/wait")));
  handler_.await_waiting(1);
  std::string flood;
  for (int i = 0; i < 100; ++i) flood += get("/quick");
  EXPECT_TRUE(soon([&] { return !client.send(flood); }));
  handler_.open();
  EXPECT_TRUE(soon([&] { return server_->in_flight() == 0; }));
}

TEST_F(HttpServer, OutlivesClientsThatGoAwayMidAnswer) {
  ServerOptions options;
  options.byte_budget = 256UZ * 1024 * 1024;
  start(options);
  for (int i = 0; i < 5; ++i) {
    RawClient client(port(), 4096);
    ASSERT_TRUE(client.send(get("/big")));
    ASSERT_TRUE(soon([&] { return server_->in_flight() > 0; }));
  }
  EXPECT_TRUE(soon([&] { return server_->in_flight() == 0; }));
  RawClient client(port());
  ASSERT_TRUE(client.ask(get("/quick")));
}

TEST_F(HttpServer, DrainAnswersWhatIsInFlight) {
  start();
  RawClient working(port());
  ASSERT_TRUE(working.send(get("/wait")));
  handler_.await_waiting(1);
  RawClient idle(port());
  ASSERT_TRUE(idle.ask(get("/quick")));

  server_->drain(milliseconds(1));
  EXPECT_TRUE(soon([&] { return server_->in_flight() == 1; }));
  const auto last = idle.ask(get("/quick"));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->header("connection"), "close");
  EXPECT_TRUE(idle.ends());

  std::thread drain([&] { server_->drain(std::chrono::seconds(10)); });
  handler_.open();
  drain.join();
  EXPECT_EQ(server_->in_flight(), 0U);
  server_.reset();
  const auto answer = working.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "waited");
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_TRUE(working.ends());
}

TEST_F(HttpServer, StopsWithClientsInEveryState) {
  ServerOptions options;
  options.workers = 2;
  start(options);
  RawClient idle(port());
  ASSERT_TRUE(idle.ask(get("/quick")));
  RawClient half(port());
  ASSERT_TRUE(half.send("GET / HT"));
  RawClient reader(port(), 4096);
  ASSERT_TRUE(reader.send(get("/big")));
  RawClient refused(port());
  ASSERT_TRUE(refused.ask("BAD\r\n\r\n"));
  RawClient working(port());
  ASSERT_TRUE(working.send(get("/wait")));
  handler_.await_waiting(1);
  std::thread opener([&] {
    std::this_thread::sleep_for(milliseconds(50));
    handler_.open();
  });
  server_.reset();
  opener.join();
  EXPECT_TRUE(idle.ends());
  EXPECT_TRUE(half.read_to_end());
}

TEST_F(HttpServer, KeepsEveryConnectionUnderLoad) {
  ServerOptions options;
  options.workers = 2;
  start(options);
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::atomic<int> answered = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      std::vector<std::unique_ptr<RawClient>> clients;
      for (int c = 0; c < 8; ++c) clients.push_back(std::make_unique<RawClient>(port()));
      for (int n = 0; !stop; ++n) {
        const std::string mark = std::to_string(t) + "." + std::to_string(n);
        for (auto& client : clients) {
          client->send(get("/quick?" + mark) + post("/echo?" + mark, mark));
        }
        for (auto& client : clients) {
          const auto quick = client->read();
          const auto echo = client->read();
          if (!quick || quick->body != "quick" + mark || !echo ||
              echo->body != "POST /echo?" + mark + " 127.0.0.1 " + mark) {
            ++wrong;
            return;
          }
          answered += 2;
        }
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::seconds(2));
  stop = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(answered, 1000);
  EXPECT_TRUE(soon([&] { return server_->in_flight() == 0; }));
}

}  // namespace
}  // namespace doorward::http
