// Whole logins over HTTP: only the POST to the assertion consumer service is timed. Each message is
// unique and signed before the clock starts; its pending request is made as the product makes it.
// An answer counts when member, grant, audit record and session are on the disk.
#include "app/clock.h"
#include "app/presets.h"
#include "base/encoding.h"
#include "http/pending_cookies.h"
#include "http/state.h"
#include "session/cookies.h"
#include "tests/bench/installation.h"
#include "tests/bench/load.h"
#include "tests/bench/post.h"
#include "tests/bench/report.h"
#include "tests/bench/shibboleth.h"

namespace doorward::bench {
namespace {

constexpr std::size_t kClients = 8;
constexpr double kSlowest = 25;   // ms, p99
constexpr double kFewest = 3000;  // logins a second
constexpr double kTimesPeer = 4;

enum class Who { everyone_new, one_person };

// Requests to the ACS as browsers send them that went to the IdP before.
class Browsers {
 public:
  Browsers(Installation& installation, store::Store& store)
      : installation_(installation),
        state_(
            {.public_url = base::parse_url(Installation::kSso).value(),
             .trusted_proxies = {},
             .apps = {},
             .presets = must(app::builtin_presets(), "reading the presets"),
             .ladder = jit::Ladder::make({"viewer", "editor", "admin", "owner"}).value(),
             .session = {},
             .message = {}},
            {store, installation.data_key(), clock_, installation.rng, installation.log, metrics_},
            {}) {}

  std::vector<std::string> logins(std::size_t count, Who who, std::size_t first_person) {
    return in_parallel(count, [=, this](std::size_t i) {
      return login(who == Who::one_person ? first_person : first_person + i);
    });
  }

 private:
  std::string login(std::size_t person) {
    sp::PendingRequest pending;
    pending.id = "_" + base::hex_encode(installation_.rng.bytes(16));
    pending.connection = installation_.connection.id;
    pending.issued_at = now();
    pending.handle = base::base64url_encode(installation_.rng.bytes(16));
    http::Response away;
    http::remember_pending(state_, {}, pending, away);
    const std::string cookie = away.headers.front().second;
    const auto& connection = installation_.connection;
    return post_of(
        "sso.localhost:8000", "/saml/acme-entra/acs", cookie.substr(0, cookie.find(';')),
        installation_.respond(connection.sp_entity_id, connection.acs_url, pending.id, person),
        pending.handle);
  }

  Installation& installation_;
  app::SystemClock clock_;
  tests::NoMetrics metrics_;
  http::State state_;
};

bool is_login(int status, std::string_view head) {
  const std::string cookie = "Set-Cookie: " + std::string(session::kSsoCookie) + "=";
  return status == 303 && head.find(cookie) != std::string_view::npos;
}

LoadResult measure(const std::vector<std::string>& requests, std::uint16_t port,
                   bool (*right)(int, std::string_view), const std::string& who) {
  auto result =
      run_load(requests, {.port = port, .clients = kClients, .seconds = 0, .right = right});
  if (result.wrong > 0) {
    give_up(who + ": " + std::to_string(result.wrong) + " of " + std::to_string(result.answers) +
            " logins failed, the first with\n" + result.first_wrong);
  }
  return result;
}

struct Counts {
  std::size_t members;
  std::size_t records;
};

// What the store holds after the run: every acknowledged login must be there.
Counts count(Installation& installation) {
  Counts counts{};
  auto store = installation.open_store();
  auto done = store->read(installation.organization.id, [&](store::Tx& tx) {
    counts.members = tx.list_members().size();
    for (std::uint64_t after = 0;;) {
      auto records = tx.audit_records(after, 1000);
      if (records.empty()) break;
      counts.records += records.size();
      after = records.back().seq;
    }
  });
  must(std::move(done), "counting");
  return counts;
}

void run(const Options& options) {
  const std::size_t messages = options.quick ? 4'000 : 20'000;
  const std::string folder = fresh_folder("login");
  Installation installation(folder);
  auto store = installation.open_store();
  Browsers browsers(installation, *store);
  const std::size_t warm = 500;
  const auto warm_up = browsers.logins(warm, Who::everyone_new, 1);
  const auto fresh = browsers.logins(messages, Who::everyone_new, 100'000);
  const auto same = browsers.logins(messages, Who::one_person, 7);
  store.reset();

  LoadResult everyone;
  LoadResult one_person;
  double cpu = 0;  // microseconds of the server's a login
  {
    auto server = installation.serve();
    (void)measure(warm_up, installation.port, is_login, "doorward");
    const double before = server->cpu_seconds();
    everyone = measure(fresh, installation.port, is_login, "doorward");
    cpu = (server->cpu_seconds() - before) * 1e6 / static_cast<double>(messages);
    one_person = measure(same, installation.port, is_login, "doorward, one person");
  }
  const auto counts = count(installation);
  if (counts.members != warm + messages || counts.records != 1 + warm + 2 * messages) {
    give_up("the store does not hold what was acknowledged");
  }
  const auto peer = measure_shibboleth(installation, folder, options.quick ? 1'500 : 4'000);

  Figure figure{.benchmark = "login_http",
                .what = "logins, 8 clients, everyone new",
                .value = everyone.per_second(),
                .unit = "/s",
                .peer = "",
                .peer_value = {},
                .ratio = {},
                .target = ">= 3000/s",
                .ok = everyone.per_second() >= kFewest};
  report(figure);
  if (peer.everyone_new > 0) {
    figure.peer = "Shibboleth SP";
    figure.peer_value = peer.everyone_new;
    figure.ratio = everyone.per_second() / peer.everyone_new;
    figure.target = "ratio >= 4";
    figure.ok = *figure.ratio >= kTimesPeer;
    report(figure);
  } else {
    report_not_measured("login_http", "Shibboleth SP", peer.why_not);
  }
  report({.benchmark = "login_http",
          .what = "p99, everyone new",
          .value = everyone.percentile(0.99),
          .unit = "ms",
          .peer = peer.everyone_new > 0 ? "Shibboleth SP" : "",
          .peer_value = peer.everyone_new > 0 ? std::optional(peer.p99) : std::nullopt,
          .ratio = {},
          .target = "< 25 ms",
          .ok = everyone.percentile(0.99) < kSlowest});
  figure = {.benchmark = "login_http",
            .what = "logins, 8 clients, one person",
            .value = one_person.per_second(),
            .unit = "/s",
            .peer = "everyone new",
            .peer_value = everyone.per_second(),
            .ratio = one_person.per_second() / everyone.per_second(),
            .target = "ratio >= 0.9",
            .ok = one_person.per_second() >= 0.9 * everyone.per_second()};
  report(figure);
  if (peer.one_person > 0) {
    figure.peer = "Shibboleth SP";
    figure.peer_value = peer.one_person;
    figure.ratio = one_person.per_second() / peer.one_person;
    figure.target = "ratio >= 4";
    figure.ok = *figure.ratio >= kTimesPeer;
    report(figure);
  }
  report({.benchmark = "login_http",
          .what = "p99, one person",
          .value = one_person.percentile(0.99),
          .unit = "ms",
          .peer = "",
          .peer_value = {},
          .ratio = {},
          .target = "< 25 ms",
          .ok = one_person.percentile(0.99) < kSlowest});
  report({.benchmark = "login_http",
          .what = "the server's CPU a login",
          .value = cpu,
          .unit = "us",
          .peer = "",
          .peer_value = {},
          .ratio = {},
          .target = "",
          .ok = true});
  if (!options.keep) remove_folder(folder);
}

}  // namespace
}  // namespace doorward::bench

int main(int argc, char** argv) {
  doorward::bench::run(doorward::bench::parse_options(argc, argv));
  return 0;
}
