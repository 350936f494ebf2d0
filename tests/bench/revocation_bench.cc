// From the commit that ends a session to the first check that is refused: when the person signs out
// at the gateway, and when another process (a command on the same store) ends the session. A
// browser's checks go on all the time, one after the other.
#include <algorithm>
#include <chrono>
#include <thread>

#include "session/cookies.h"
#include "session/session.h"
#include "tests/bench/installation.h"
#include "tests/bench/load.h"
#include "tests/bench/report.h"

namespace doorward::bench {
namespace {

using Time = std::chrono::steady_clock::time_point;

constexpr double kSlowest = 5;  // ms

Time tick() {
  return std::chrono::steady_clock::now();
}

double milliseconds(Time from, Time to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

std::string check_of(const std::string& app_cookie) {
  return "GET /authz/auth-request HTTP/1.1\r\nHost: app.localhost:8000\r\nX-Original-URL: " +
         std::string(Installation::kApp) +
         "/\r\nX-Original-Method: GET\r\nCookie: " + std::string(session::kAppCookie) + "=" +
         app_cookie + "\r\n\r\n";
}

std::string sign_out_of(std::size_t member) {
  return "POST /logout HTTP/1.1\r\nHost: sso.localhost:8000\r\nOrigin: " +
         std::string(Installation::kSso) +
         "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\nCookie: " +
         std::string(session::kSsoCookie) + "=" + sign_in_cookie(member) + "\r\n\r\n";
}

// Checks until one is refused.
struct Checker {
  Time last_allowed_sent;
  Time refused_at;

  void run(std::uint16_t port, const std::string& request) {
    Client client(port);
    while (true) {
      const Time sent = tick();
      const int status = status_of(client.ask(request));
      if (status == 200) {
        last_allowed_sent = sent;
        continue;
      }
      if (status != 401) give_up("a check was answered " + std::to_string(status));
      refused_at = tick();
      return;
    }
  }
};

struct Delays {
  std::vector<double> milliseconds;
  std::size_t allowed_after = 0;  // checks sent after the commit and allowed

  void add(const Checker& checker, Time committed) {
    milliseconds.push_back(std::max(0.0, bench::milliseconds(committed, checker.refused_at)));
    if (checker.last_allowed_sent > committed) ++allowed_after;
  }
  [[nodiscard]] double slowest() const { return *std::ranges::max_element(milliseconds); }
  [[nodiscard]] double median() const {
    auto sorted = milliseconds;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
};

// `end` ends the sign-in session of the member and returns when that is committed.
Delays measure(Installation& installation, std::size_t first, std::size_t times,
               const std::vector<std::string>& app_cookies,
               const std::function<void(std::size_t)>& end) {
  Delays delays;
  for (std::size_t member = first; member < first + times; ++member) {
    Checker checker;
    std::jthread checking(
        [&] { checker.run(installation.port, check_of(app_cookies.at(member))); });
    std::this_thread::sleep_for(std::chrono::milliseconds(15 + member % 20));
    end(member);
    const Time committed = tick();
    checking.join();
    delays.add(checker, committed);
  }
  return delays;
}

void report_delays(const std::string& what, const Delays& delays) {
  Figure figure{.benchmark = "revocation",
                .what = what + ", slowest",
                .value = delays.slowest(),
                .unit = "ms",
                .peer = "",
                .peer_value = {},
                .ratio = {},
                .target = "< 5 ms",
                .ok = delays.slowest() < kSlowest};
  report(figure);
  figure.what = what + ", median";
  figure.value = delays.median();
  figure.ok = delays.median() < kSlowest;
  report(figure);
}

void run(const Options& options) {
  const std::size_t times = options.quick ? 20 : 100;
  const std::string folder = fresh_folder("revocation");
  Installation installation(folder);
  auto store = installation.open_store();
  add_members(installation, *store, 0, 2 * times);
  std::vector<std::string> cookies;
  auto written = store->write(installation.organization.id, [&](store::Tx& tx) {
    cookies.clear();
    for (std::size_t i = 0; i < 2 * times; ++i) {
      cookies.push_back(add_app_session(installation, tx, i));
    }
    return store::Verdict::commit;
  });
  must(std::move(written), "adding sessions");

  auto server = installation.serve();
  Client browser(installation.port);
  const auto signed_out = measure(installation, 0, times, cookies, [&](std::size_t member) {
    if (status_of(browser.ask(sign_out_of(member))) != 303) give_up("a sign-out failed");
  });
  if (signed_out.allowed_after > 0) give_up("a check passed after the sign-out was acknowledged");
  const auto ended = measure(installation, times, times, cookies, [&](std::size_t member) {
    auto done = store->write(installation.organization.id, [&](store::Tx& tx) {
      tx.end_session(session::hash_of(sign_in_cookie(member)));
      return store::Verdict::commit;
    });
    must(std::move(done), "ending a session");
  });
  report_delays("signed out at the gateway", signed_out);
  report_delays("ended by another process", ended);
  server.reset();
  if (!options.keep) remove_folder(folder);
}

}  // namespace
}  // namespace doorward::bench

int main(int argc, char** argv) {
  doorward::bench::run(doorward::bench::parse_options(argc, argv));
  return 0;
}
