#include "tests/support/shipped_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "app/clock.h"
#include "base/encoding.h"
#include "base/ids.h"
#include "session/cookies.h"
#include "tests/support/paths.h"

extern char** environ;

namespace doorward::tests {
namespace {

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  std::filesystem::permissions(path, std::filesystem::perms(0600));
}

std::string program() {
  const char* given = std::getenv("DOORWARD_TEST_PROGRAM");
  return given != nullptr ? given : build_path("doorward");
}

// Starts the program with its output in `log`. Between fork and exec only what a process with
// threads may do.
pid_t start(const std::vector<std::string>& arguments, const std::string& log,
            const ServerProcess::Options& options) {
  std::vector<std::string> texts{program()};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);
  auto extra = options.environment;
  std::vector<char*> env;
  for (auto& variable : extra) env.push_back(variable.data());
  for (char** entry = environ; *entry != nullptr; ++entry) env.push_back(*entry);
  env.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);
  const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  ::close(file);
  if (options.descriptors) {
    const rlimit limit{*options.descriptors, *options.descriptors};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ::execve(argv[0], argv.data(), env.data());
  ::_exit(127);
}

std::optional<int> wait_for(pid_t pid, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) == pid) {
      return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

// The port in "NAME=127.0.0.1:PORT" of the log's line; 0 if it is not there.
std::uint16_t port_in(const std::string& log, const std::string& name) {
  const auto at = log.find(name + "=127.0.0.1:");
  if (at == std::string::npos) return 0;
  return static_cast<std::uint16_t>(std::atoi(log.c_str() + log.find(':', at) + 1));
}

}  // namespace

Installation::Installation()
    : config_(path("doorward.toml")),
      data_key_(certs::DataKey::parse(certs::DataKey::generate(rng_)).value()),
      idp_key_(idp_key(rng_, app::SystemClock().now() - std::chrono::hours(1))) {
  const auto now = app::SystemClock().now();
  const auto key = certs::DataKey::generate(rng_);
  data_key_ = certs::DataKey::parse(key).value();
  write_file(path("data.key"), key);
  write_file(config_, "public_url = \"http://" + std::string(kHost) +
                          "\"\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\n"
                          "[store]\nurl = \"sqlite:" +
                          store_path() + "\"\n[keys]\ndata_key_file = \"" + path("data.key") +
                          "\"\n");
  jit::Organization organization{.id = base::OrgId(base::make_ulid(now, rng_)),
                                 .slug = "acme",
                                 .name = "Acme Inc.",
                                 .policy = {},
                                 .created_at = now};
  audit::Event made;
  made.time = now;
  made.org = organization.id;
  made.action = "org.created";
  const std::string url = "http://" + std::string(kHost) + "/saml/acme-okta";
  connection_.id = base::ConnectionId("acme-okta");
  connection_.org = organization.id;
  connection_.preset = "okta";
  connection_.idp_entity_id = "http://www.okta.com/exkacme";
  connection_.idp_sso_url = "https://idp.example/sso";
  connection_.idp_certificates = {idp_key_.certificate};
  connection_.sp_entity_id = url + "/metadata";
  connection_.acs_url = url + "/acs";
  connection_.created_at = now;
  jit::Domain domain;
  domain.name = "acme.example";
  domain.org = organization.id;
  domain.state = jit::DomainState::verified;
  domain.txt_value = "doorward-verify=test";
  domain.operator_vouched = true;
  domain.connections = {connection_.id};
  domain.created_at = now;
  domain.verified_at = now;
  auto store = open_store();
  must(must(store->create_organization(organization, made)));
  must(store->write(organization.id, [&](store::Tx& tx) {
    must(tx.put_connection(connection_));
    must(tx.put_domain(domain));
    return store::Verdict::commit;
  }));
}

std::string Installation::respond(const std::string& request_id, const demo::Person& person) {
  demo::Exchange exchange{connection_.sp_entity_id, connection_.acs_url, request_id};
  auto spec = demo::okta_spec(exchange, person, app::SystemClock().now(), rng_);
  spec.issuer = connection_.idp_entity_id;
  spec.response_issuer = connection_.idp_entity_id;
  spec.signing = demo::Signing::assertion;
  spec.key = idp_key_;
  return base::base64_encode(demo::build_response(spec));
}

std::unique_ptr<store::Store> Installation::open_store() {
  return must(store::open_sqlite({.path = store_path(), .data_key_id = data_key_.id()}, log_));
}

int Installation::command(const std::vector<std::string>& arguments) {
  std::vector<std::string> all{"--config", config_};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const pid_t pid = start(all, path("command.log"), {});
  return wait_for(pid, std::chrono::seconds(60)).value_or(-1);
}

ServerProcess::ServerProcess(Installation& installation, const Options& options)
    : log_path_(installation.path("server.log")) {
  std::filesystem::remove(log_path_);
  pid_ = start({"--config", installation.config(), "serve"}, log_path_, options);
}

ServerProcess::~ServerProcess() {
  if (status_) return;
  signal(SIGKILL);
  (void)ended(std::chrono::seconds(10));
}

bool ServerProcess::ready() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < deadline && !ended(std::chrono::milliseconds(0))) {
    const auto text = log();
    const auto at = text.find("event=ready");
    if (at != std::string::npos && text.find('\n', at) != std::string::npos) {
      port_ = port_in(text, " listen");
      admin_port_ = port_in(text, "admin_listen");
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

void ServerProcess::signal(int number) const {
  if (!status_) ::kill(pid_, number);
}

std::optional<int> ServerProcess::ended(std::chrono::milliseconds limit) {
  if (!status_) status_ = wait_for(pid_, limit);
  return status_;
}

std::string ServerProcess::log() const {
  std::ifstream file(log_path_);
  return {std::istreambuf_iterator<char>(file), {}};
}

double ServerProcess::cpu_seconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  // The program's name may hold blanks; what follows its bracket does not.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::set<int> ServerProcess::open_descriptors() const {
  std::set<int> numbers;
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/fd", ignored)) {
    numbers.insert(std::atoi(entry.path().filename().c_str()));
  }
  return numbers;
}

std::string session_of(const RawAnswer& answer) {
  const std::string start = std::string(session::kSsoCookie) + "=";
  for (const auto& [name, value] : answer.headers) {
    if (name != "set-cookie" || !value.starts_with(start)) continue;
    return value.substr(start.size(), value.find(';') - start.size());
  }
  return {};
}

std::optional<PreparedLogin> prepare_login(Installation& installation, RawClient& client,
                                           demo::Person person) {
  const std::string host = std::string("Host: ") + Installation::kHost + "\r\n";
  auto answer = client.ask("GET /login?connection=acme-okta HTTP/1.1\r\n" + host + "\r\n");
  if (!answer || answer->status != 303) return std::nullopt;
  const std::string cookie = answer->header("set-cookie");
  const std::string body =
      "SAMLResponse=" +
      base::percent_encode(installation.respond(request_id_of(answer->header("location")), person));
  std::string http = "POST /saml/acme-okta/acs HTTP/1.1\r\n" + host +
                     "Origin: https://idp.example\r\n" +
                     "Content-Type: application/x-www-form-urlencoded\r\nCookie: " +
                     cookie.substr(0, cookie.find(';')) +
                     "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  return PreparedLogin{std::move(person), std::move(http)};
}

demo::Person person_number(std::size_t number) {
  const std::string text = std::to_string(number);
  return {"p" + text + "@acme.example", "Person", "Number " + text, "00u" + text, {}};
}

std::string session_request(const std::string& cookie) {
  return "GET /session HTTP/1.1\r\nHost: " + std::string(Installation::kHost) +
         "\r\nCookie: " + std::string(session::kSsoCookie) + "=" + cookie + "\r\n\r\n";
}

}  // namespace doorward::tests
