#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/server.h"
#include "tests/support/http_server.h"
#include "tests/support/raw_client.h"

// The other half of pistache_hazards_test.cc: what Pistache 0.0.5 does wrong with clients that are
// slow or gone, with threads, memory and descriptors, and when it stops.
namespace doorward::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using tests::expect_refused;
using tests::get;
using tests::post;
using tests::RawClient;
using tests::soon;
using Clients = std::vector<std::unique_ptr<RawClient>>;

class PistacheLoad : public tests::ServerTest {};

milliseconds cpu_time() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return milliseconds(used.tv_sec * 1000 + used.tv_nsec / 1'000'000);
}

// Every descriptor that this process may still open, but `left`; closed with the object.
class Hoard {
 public:
  explicit Hoard(std::size_t left) {
    for (int fd = 0; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) held_.push_back(fd);
    for (; left > 0; --left) release_one();
  }
  ~Hoard() {
    while (!held_.empty()) release_one();
  }
  Hoard(const Hoard&) = delete;
  Hoard& operator=(const Hoard&) = delete;

 private:
  void release_one() {
    ::close(held_.back());
    held_.pop_back();
  }
  std::vector<int> held_;
};

// The limit of descriptors of this process, as long as the object lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t limit) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit now = before_;
    now.rlim_cur = limit;
    ::setrlimit(RLIMIT_NOFILE, &now);
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;

 private:
  rlimit before_{};
};

// It writes to a socket that takes nothing in a loop, and the thread's other connections hang.
TEST_F(PistacheLoad, SpendsNoTimeOnAReaderThatStopped) {
  ServerOptions options;
  options.io_threads = 1;
  options.workers = 1;
  start(options);
  RawClient stopped(port(), 4096);
  ASSERT_TRUE(stopped.send(get("/big")));
  RawClient other(port());
  ASSERT_TRUE(other.ask(get("/echo")));  // the one worker is free again
  const auto before = cpu_time();
  std::this_thread::sleep_for(milliseconds(400));
  EXPECT_LT((cpu_time() - before).count(), 100) << "ms of 400 ms";
  ASSERT_TRUE(other.ask(get("/quick")));
  EXPECT_TRUE(soon([&] { return server_->in_flight() == 1; }));  // it still has its answer to read
}

// Some of several idle or dripping connections it never closes.
TEST_F(PistacheLoad, ClosesEveryConnectionThatIsTooSlow) {
  ServerOptions options;
  options.head_limit = options.body_limit = options.idle_limit = milliseconds(150);
  options.linger_limit = milliseconds(20);
  options.slowest_rate = std::size_t{1} << 30U;
  start(options);
  Clients silent;
  Clients idle;
  Clients slow;
  for (int i = 0; i < 25; ++i) {
    silent.push_back(std::make_unique<RawClient>(port()));
    idle.push_back(std::make_unique<RawClient>(port()));
    ASSERT_TRUE(idle.back()->ask(get("/quick")));
    for (const auto* half :
         {"GET / HT", "GET / HTTP/1.1\r\nHost: a\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab",
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n"}) {
      slow.push_back(std::make_unique<RawClient>(port()));
      ASSERT_TRUE(slow.back()->send(half));
    }
  }
  for (auto& client : silent) EXPECT_TRUE(client->ends());
  for (auto& client : idle) EXPECT_TRUE(client->ends());
  for (auto& client : slow) expect_refused(*client, 408);
  EXPECT_EQ(handler_.calls(), idle.size());
}

// It answers 408 for a handler that works longer than the header or body may take.
TEST_F(PistacheLoad, LeavesAWorkingHandlerItsTime) {
  ServerOptions options;
  options.head_limit = options.body_limit = options.idle_limit = milliseconds(20);
  start(options);
  RawClient client(port());
  ASSERT_TRUE(client.send(get("/wait")));
  handler_.await_waiting(1);
  std::this_thread::sleep_for(milliseconds(100));
  handler_.open();
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "waited");
}

// It runs handlers on the I/O thread: one that takes 2 s delays all others.
TEST_F(PistacheLoad, LetsAWaitingHandlerDelayNobodyElse) {
  ServerOptions options;
  options.io_threads = 1;
  options.workers = 2;
  start(options);
  RawClient waiting(port());
  ASSERT_TRUE(waiting.send(get("/wait")));
  handler_.await_waiting(1);
  const auto begun = steady_clock::now();
  for (int i = 0; i < 50; ++i) {
    RawClient client(port());
    ASSERT_TRUE(client.ask(get("/quick")));
    ASSERT_TRUE(client.ask(get("/echo")));
  }
  EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds(5));
  handler_.open();
  const auto answer = waiting.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "waited");
}

// It finds the client of an answer by the number of its descriptor, which may be another's by then.
TEST_F(PistacheLoad, SendsNoAnswerToWhoGotTheDescriptorOfItsClient) {
  ServerOptions options;
  options.workers = 4;
  options.queue = 64;
  start(options);
  for (int i = 0; i < 4; ++i) {
    RawClient gone(port());
    ASSERT_TRUE(gone.send(get("/wait")));
    handler_.await_waiting(static_cast<std::size_t>(i) + 1);
    i % 2 == 0 ? gone.reset() : gone.finish_sending();
  }
  // More than were closed: each number that became free is in use again.
  Clients others;
  for (int i = 0; i < 16; ++i) {
    others.push_back(std::make_unique<RawClient>(port()));
    ASSERT_TRUE(others.back()->ask(get("/quick")));
  }
  handler_.open();
  EXPECT_TRUE(soon([&] { return server_->in_flight() == 0; }));
  for (std::size_t i = 0; i < others.size(); ++i) {
    const auto answer = others[i]->ask(get("/quick?" + std::to_string(i)));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "quick" + std::to_string(i));
    others[i]->finish_sending();
    EXPECT_TRUE(others[i]->ends());
  }
}

// It holds whatever comes: 100 bodies of 900 KB take 176 MB.
TEST_F(PistacheLoad, HoldsBodiesWithinOneBudget) {
  ServerOptions options;
  options.byte_budget = 5'000'000;
  start(options);
  Clients clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    clients.back()->send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 900001\r\n\r\n" +
                         std::string(900'000, 'x'));
  }
  // Those that fit wait for their last byte, the others were refused.
  std::size_t held = 0;
  for (auto& client : clients) {
    client->send("x");
    const auto answer = client->read();
    if (answer && answer->status == 200) ++held;
    EXPECT_TRUE(!answer || answer->status == 200 || answer->status == 503);
  }
  EXPECT_GE(held, 1U);
  EXPECT_LE(held, 15U);
  EXPECT_TRUE(soon([&] {
    RawClient client(port());
    const auto answer = client.ask(post("/echo", std::string(900'000, 'x')));
    return answer && answer->status == 200;
  }));
}

// The same for answers that wait for their readers.
TEST_F(PistacheLoad, HoldsAnswersWithinTheSameBudget) {
  ServerOptions options;
  options.byte_budget = 3 * tests::TestHandler::kBig;
  start(options);
  Clients stopped;
  for (int i = 0; i < 6; ++i) {
    stopped.push_back(std::make_unique<RawClient>(port(), 4096));
    ASSERT_TRUE(stopped.back()->send(get("/big")));
  }
  ASSERT_TRUE(soon([&] { return handler_.calls() == 6; }));
  RawClient small(port());
  const auto quick = small.ask(get("/echo"));
  ASSERT_TRUE(quick);
  EXPECT_EQ(quick->status, 200);
  std::size_t whole = 0;
  for (auto& client : stopped) {
    const auto answer = client->read();
    ASSERT_TRUE(answer);
    if (answer->status == 200) ++whole;
    EXPECT_EQ(answer->header("retry-after"), answer->status == 200 ? "" : "1");
  }
  EXPECT_EQ(whole, 2U);
  EXPECT_TRUE(soon([&] { return server_->in_flight() == 0; }));
  RawClient again(port());
  const auto big = again.ask(get("/big"));
  ASSERT_TRUE(big);
  EXPECT_EQ(big->status, 200);
}

// Reads every event that a thread of this process is to be woken by, as long as the object lives.
class EventThief {
 public:
  EventThief() {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      if (std::filesystem::read_symlink(entry.path(), gone) != "anon_inode:[eventfd]") continue;
      events_.push_back({std::stoi(entry.path().filename().string()), POLLIN, 0});
    }
    thread_ = std::thread([this] {
      while (!stop_) {
        if (::poll(events_.data(), events_.size(), 0) <= 0) continue;
        for (const auto& event : events_) {
          std::uint64_t count = 0;
          if ((event.revents & POLLIN) != 0) stolen_ += ::read(event.fd, &count, 8) == 8 ? 1 : 0;
        }
      }
    });
  }
  ~EventThief() {
    stop_ = true;
    thread_.join();
  }
  EventThief(const EventThief&) = delete;
  EventThief& operator=(const EventThief&) = delete;
  [[nodiscard]] int stolen() const { return stolen_; }

 private:
  std::vector<pollfd> events_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> stolen_ = 0;
  std::thread thread_;
};

// Its queue of new connections clears its event after it looked: one that comes in between waits
// until another comes.
TEST_F(PistacheLoad, ServesAConnectionWhoseEventWasLost) {
  ServerOptions options;
  options.io_threads = 1;
  start(options);
  RawClient first(port());
  ASSERT_TRUE(first.ask(get("/quick")));
  const EventThief thief;
  for (int i = 0; i < 1000 && thief.stolen() < 3; ++i) {
    RawClient client(port());
    ASSERT_TRUE(client.ask(get("/quick"))) << "after " << thief.stolen() << " lost events";
  }
  EXPECT_GE(thief.stolen(), 1);
}

// With TLS one silent connection blocks every accept for 10 s; silent ones cost us nothing.
TEST_F(PistacheLoad, TakesConnectionsWhileOthersAreSilent) {
  ServerOptions options;
  options.io_threads = 1;
  start(options);
  Clients silent;
  for (int i = 0; i < 50; ++i) {
    silent.push_back(std::make_unique<RawClient>(port()));
    silent.back()->send(i % 2 == 0 ? "\x16\x03\x01" : "");  // half of them begin a handshake
  }
  RawClient client(port());
  client.set_timeout(std::chrono::seconds(2));
  ASSERT_TRUE(client.ask(get("/quick")));
}

// It loses the answers in flight when it stops.
TEST_F(PistacheLoad, DrainFinishesWhatHasBegunAndTakesNothingNew) {
  start();
  RawClient working(port());
  ASSERT_TRUE(working.send(get("/wait")));
  handler_.await_waiting(1);
  RawClient half(port());
  ASSERT_TRUE(half.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nda"));
  ASSERT_TRUE(soon([&] { return server_->in_flight() == 2; }));
  RawClient idle(port());
  ASSERT_TRUE(idle.ask(get("/quick")));

  const auto at = port();
  std::thread stop([&] {
    server_->drain(std::chrono::seconds(10));
    server_.reset();
  });
  EXPECT_TRUE(soon([&] { return RawClient::reach(at) == nullptr; }));
  handler_.open();
  const auto waited = working.read();
  ASSERT_TRUE(waited);
  EXPECT_EQ(waited->body, "waited");
  EXPECT_EQ(waited->header("connection"), "close");
  EXPECT_TRUE(working.ends());
  const auto last = idle.ask(get("/quick"));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->header("connection"), "close");
  // The server still waits for this one.
  std::this_thread::sleep_for(milliseconds(50));
  const auto whole = half.ask("ta");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->body, "POST /echo? 127.0.0.1 data");
  stop.join();
}

// The listener goes while a client is being accepted: a descriptor that is no socket stands there.
// Of any other error than a connection's own, Pistache's thread makes the end of the process.
TEST_F(PistacheLoad, DrainAmidAnAcceptIsAConnectionThatBroke) {
  const int no_socket = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(no_socket, 0);
  EXPECT_EQ(::accept4(no_socket, nullptr, nullptr, 0), -1);
  EXPECT_EQ(errno, ECONNABORTED);
  ::close(no_socket);
}

TEST_F(PistacheLoad, DrainWaitsForNobodyLongerThanItsLimit) {
  start();
  RawClient half(port());
  ASSERT_TRUE(half.send("GET / HT"));
  ASSERT_TRUE(soon([&] { return server_->in_flight() == 1; }));
  const auto begun = steady_clock::now();
  server_->drain(milliseconds(50));
  server_.reset();
  EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds(5));
  EXPECT_TRUE(half.ends());
}

// Two servers on one port by SO_REUSEPORT lose connections when one of them goes.
TEST_F(PistacheLoad, SharesItsPortWithNobodyAndLeavesItAtOnce) {
  start();
  ServerOptions options;
  options.port = port();
  EXPECT_FALSE(Server::start(options, handler_, clock_, rng_, log_));
  // Connections of the first, closed by it, are still waited for by the kernel.
  RawClient client(port());
  ASSERT_TRUE(client.ask(get("/quick", "Connection: close\r\n")));
  server_->drain(milliseconds(100));
  auto early = Server::start(options, handler_, clock_, rng_, log_);
  ASSERT_TRUE(early) << early.error();
  RawClient next(options.port);
  ASSERT_TRUE(next.ask(get("/quick")));
}

// It accepts in a loop when no descriptor is left: ours stays below the limit by itself.
TEST_F(PistacheLoad, TakesFewerConnectionsThanThereAreDescriptors) {
  {
    const DescriptorLimit limit(448);
    start();
  }
  Clients clients;
  for (int i = 0; i < 160; ++i) clients.push_back(std::make_unique<RawClient>(port()));
  std::size_t taken = 0;
  for (auto& client : clients) {
    client->send(get("/quick"));
    const auto answer = client->read();
    ASSERT_TRUE(answer);
    if (answer->status == 200) ++taken;
    EXPECT_TRUE(answer->status == 200 || answer->status == 503) << answer->status;
  }
  EXPECT_EQ(taken, 128U);  // a descriptor each for it and us, and 192 for all else
}

TEST_F(PistacheLoad, AnswersAgainOnceThereAreDescriptorsAgain) {
  start();
  RawClient open(port());
  ASSERT_TRUE(open.ask(get("/quick")));
  {
    const DescriptorLimit limit(512);
    Clients waiting;
    {
      const Hoard hoard(1);
      waiting.push_back(std::make_unique<RawClient>(port()));  // has the last one
      ASSERT_TRUE(waiting.back()->send(get("/quick")));
      const auto answer = open.ask(get("/echo"));
      ASSERT_TRUE(answer) << "connections that are open are served";
      EXPECT_EQ(answer->status, 200);
    }
    const auto late = waiting.back()->read();
    ASSERT_TRUE(late);
    EXPECT_EQ(late->status, 200);
    {
      const Hoard hoard(2);  // for the client and for the accepted side: none for our own copy
      RawClient refused(port());
      expect_refused(refused, 503);
    }
  }
  RawClient next(port());
  ASSERT_TRUE(next.ask(get("/quick")));
}

// It does not tell that a connection timed out, and whoever counts by that runs full.
TEST_F(PistacheLoad, CountsNoConnectionThatTimedOut) {
  ServerOptions options;
  options.max_connections = 2;
  options.head_limit = options.idle_limit = milliseconds(50);
  start(options);
  Clients clients;
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(soon([&] {
      auto client = std::make_unique<RawClient>(port());
      const auto answer = client->ask(get("/quick"));
      clients.push_back(std::move(client));  // stays open on its side
      return answer && answer->status == 200;
    }));
    EXPECT_TRUE(clients.back()->ends());
  }
}

// It swaps the bytes of the peer's port, and throws for an IPv6 address without brackets.
TEST_F(PistacheLoad, KnowsItsPeersAndItsOwnAddress) {
  ServerOptions options;
  options.address = "[::1]";
  start(options);
  const auto client = RawClient::reach_ipv6(port());
  ASSERT_TRUE(client);
  const auto answer = client->ask(get("/echo"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "GET /echo? ::1 ");
  for (const std::string address : {"::1", "::", "localhost:1", "/tmp/socket", ""}) {
    options.address = address;
    EXPECT_FALSE(Server::start(options, handler_, clock_, rng_, log_)) << address;
  }
}

// Clients that vanish at any point leave nothing behind.
TEST_F(PistacheLoad, ForgetsAbandonedRequests) {
  ServerOptions options;
  options.max_connections = 8;
  options.byte_budget = 1'000'000;
  options.workers = 2;
  start(options);
  const std::string body = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n";
  const std::array<std::string, 6> beginnings = {
      "", "GET / HT", body, body + std::string(300'000, 'x'), get("/big"), "BAD\r\n\r\n"};
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(soon([&] {
      RawClient client(port());
      if (!client.send(beginnings[static_cast<std::size_t>(i) % beginnings.size()])) return false;
      if (i % 3 == 0) return client.reset(), true;
      if (i % 3 == 1) client.finish_sending();
      return true;
    }));
  }
  EXPECT_TRUE(soon([&] { return server_->in_flight() == 0; }));
  // Every place and every byte is free again.
  EXPECT_TRUE(soon([&] {
    Clients clients;
    for (int i = 0; i < 8; ++i) clients.push_back(std::make_unique<RawClient>(port()));
    for (auto& client : clients) {
      const auto answer = client->ask(get("/quick"));
      if (!answer || answer->status != 200) return false;
    }
    const auto answer = clients.front()->ask(post("/echo", std::string(900'000, 'x')));
    return answer && answer->status == 200;
  }));
}

}  // namespace
}  // namespace doorward::http
