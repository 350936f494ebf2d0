// Checks through nginx's auth_request with the shipped configuration files: cached sessions and all
// headers, beside the same nginx whose checks Pistache answers with nothing; and the same with few
// and with many sessions in the store. All in turns, so that none has the better minute.
#include <filesystem>

#include "session/cookies.h"
#include "tests/bench/installation.h"
#include "tests/bench/load.h"
#include "tests/bench/report.h"

namespace doorward::bench {
namespace {

constexpr std::size_t kClients = 32;
constexpr std::size_t kHot = 1'000;  // sessions that are in use
constexpr double kShare = 0.85;      // of the floor's checks a second
constexpr double kSlowest = 2.5;     // ms, p99
constexpr double kUnchanged = 0.9;   // of the checks a second with few sessions

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// nginx in front of one application, asking what answers at `gateway`.
class Nginx {
 public:
  enum class Asks { gateway, floor };

  Nginx(const std::string& folder_in, std::uint16_t gateway, Asks asks)
      : port(free_port()), folder_(folder_in) {
    std::filesystem::create_directories(folder_ + "/tmp");
    const std::string shipped = std::string(DOORWARD_SOURCE_DIR) + "/deploy/nginx/";
    for (const auto& entry : std::filesystem::directory_iterator(shipped)) {
      std::string text = read_file(entry.path().string());
      // Pistache as it comes closes the connection unless it is asked to keep it.
      if (asks == Asks::floor && entry.path().filename() == "doorward-check.conf") {
        text = replaced(text, "Connection \"\"", "Connection Keep-Alive");
      }
      write_file(folder_ + "/" + entry.path().filename().string(), text);
    }
    write_file(folder_ + "/nginx.conf", configuration(gateway));
    child_ =
        std::make_unique<Child>(std::vector<std::string>{"/usr/sbin/nginx", "-p", folder_, "-c",
                                                         "nginx.conf", "-e", "error.log"},
                                folder_ + "/nginx.log");
    await(*child_, "nginx", [this] { return status_of(ask(port, kPlain)) != 0; });
  }

  const std::uint16_t port;

 private:
  static constexpr const char* kPlain =
      "GET / HTTP/1.1\r\nHost: app.localhost:8000\r\nConnection: close\r\n\r\n";

  [[nodiscard]] std::string configuration(std::uint16_t gateway) const {
    return replaced(replaced(R"(daemon off;
pid nginx.pid;
error_log error.log warn;
worker_processes auto;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path tmp/body;
    proxy_temp_path tmp/proxy;
    fastcgi_temp_path tmp/fastcgi;
    uwsgi_temp_path tmp/uwsgi;
    scgi_temp_path tmp/scgi;
    keepalive_requests 100000000;
    upstream doorward { server 127.0.0.1:@GATEWAY@; keepalive 64; keepalive_requests 100000000; }
    include doorward-http.conf;
    server {
        listen 127.0.0.1:@PORT@;
        server_name app.localhost;
        set $doorward_origin http://app.localhost:8000;
        include doorward-app.conf;
        location / { empty_gif; }
    }
}
)",
                             "@GATEWAY@", std::to_string(gateway)),
                    "@PORT@", std::to_string(port));
  }

  std::string folder_;
  std::unique_ptr<Child> child_;
};

// One application request for each of `kHot` sessions that are spread over the first `members`.
std::vector<std::string> requests_for(Installation& installation, std::size_t members) {
  std::vector<std::string> requests;
  auto store = installation.open_store();
  auto written = store->write(installation.organization.id, [&](store::Tx& tx) {
    requests.clear();
    for (std::size_t i = 0; i < kHot; ++i) {
      const std::string cookie = add_app_session(installation, tx, i * (members / kHot));
      requests.push_back(
          "GET / HTTP/1.1\r\nHost: app.localhost:8000\r\nUser-Agent: bench\r\n"
          "Accept: text/html\r\nCookie: " +
          std::string(session::kAppCookie) + "=" + cookie + "\r\n\r\n");
    }
    return store::Verdict::commit;
  });
  must(std::move(written), "adding sessions");
  return requests;
}

// What is measured, and what was measured so far.
struct Lane {
  std::string name;
  const Nginx& nginx;
  const std::vector<std::string>& requests;
  std::vector<double> per_second;
  std::vector<double> p99;

  // Brings the sessions into the cache.
  void warm_up() {
    turn(0.5);
    per_second.clear();
    p99.clear();
  }

  void turn(double seconds) {
    auto result =
        run_load(requests, {.port = nginx.port,
                            .clients = kClients,
                            .seconds = seconds,
                            .right = [](int status, std::string_view) { return status == 200; }});
    if (result.wrong > 0) give_up(name + ": refused, the first with\n" + result.first_wrong);
    per_second.push_back(result.per_second());
    p99.push_back(result.percentile(0.99));
  }
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// The median over the turns of one lane's share of another's: what disturbs the machine for longer
// than a turn disturbs both.
double share(const Lane& lane, const Lane& of) {
  std::vector<double> shares;
  for (std::size_t i = 0; i < lane.per_second.size(); ++i) {
    shares.push_back(lane.per_second[i] / of.per_second[i]);
  }
  return median(std::move(shares));
}

void run(const Options& options) {
  const std::string folder = fresh_folder("forward");
  const std::size_t many = options.quick ? 100'000 : 1'000'000;
  std::filesystem::create_directories(folder + "/few");
  Installation few(folder + "/few");
  add_members(few, *few.open_store(), 0, kHot);
  const auto few_requests = requests_for(few, kHot);
  auto big = big_installation(many);
  const auto many_requests = requests_for(*big, many);

  const std::uint16_t floor_port = free_port();
  Child floor({DOORWARD_BINARY_DIR "/tests/bench/pistache_nothing", std::to_string(floor_port)},
              folder + "/floor.log");
  await(floor, "Pistache", [&] {
    return status_of(ask(floor_port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) ==
           200;
  });
  auto few_server = few.serve();
  auto many_server = big->serve();
  const Nginx floor_nginx(folder + "/nginx-floor", floor_port, Nginx::Asks::floor);
  const Nginx few_nginx(folder + "/nginx-few", few.port, Nginx::Asks::gateway);
  const Nginx many_nginx(folder + "/nginx-many", big->port, Nginx::Asks::gateway);

  Lane floor_lane{"Pistache answering nothing", floor_nginx, few_requests, {}, {}};
  Lane few_lane{"1,000 sessions", few_nginx, few_requests, {}, {}};
  Lane many_lane{"many sessions", many_nginx, many_requests, {}, {}};
  const double seconds = options.quick ? 0.7 : 1.5;
  for (auto* lane : {&floor_lane, &few_lane, &many_lane}) lane->warm_up();
  for (int i = 0; i < (options.quick ? 3 : 5); ++i) {
    for (auto* lane : {&floor_lane, &few_lane, &many_lane}) lane->turn(seconds);
  }

  report({.benchmark = "forward_auth",
          .what = "checks through nginx, 32 clients",
          .value = median(few_lane.per_second),
          .unit = "/s",
          .peer = floor_lane.name,
          .peer_value = median(floor_lane.per_second),
          .ratio = share(few_lane, floor_lane),
          .target = "ratio >= 0.85",
          .ok = share(few_lane, floor_lane) >= kShare});
  report({.benchmark = "forward_auth",
          .what = "p99",
          .value = median(few_lane.p99),
          .unit = "ms",
          .peer = floor_lane.name,
          .peer_value = median(floor_lane.p99),
          .ratio = {},
          .target = "< 2.5 ms",
          .ok = median(few_lane.p99) < kSlowest});
  report({.benchmark = "forward_auth",
          .what = options.quick ? "with 100,000 sessions in the store"
                                : "with 1,000,000 sessions in the store",
          .value = median(many_lane.per_second),
          .unit = "/s",
          .peer = few_lane.name,
          .peer_value = median(few_lane.per_second),
          .ratio = share(many_lane, few_lane),
          .target = "ratio >= 0.9",
          .ok = share(many_lane, few_lane) >= kUnchanged});
  if (!options.keep) remove_folder(folder);
}

}  // namespace
}  // namespace doorward::bench

int main(int argc, char** argv) {
  doorward::bench::run(doorward::bench::parse_options(argc, argv));
  return 0;
}
