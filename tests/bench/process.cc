#include "tests/bench/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/bench/report.h"

namespace doorward::bench {
namespace {

constexpr int kCannotRun = 127;

std::string bench_folder() {
  const std::string root = std::string(DOORWARD_SOURCE_DIR) + "/build/bench";
  std::filesystem::create_directories(root);
  return root;
}

[[noreturn]] void become(const std::vector<std::string>& command, const std::string& log,
                         const std::vector<std::string>& environment) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int in = ::open("/dev/null", O_RDONLY);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::close(out);
  ::close(in);
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  for (const auto& variable : environment) ::putenv(const_cast<char*>(variable.c_str()));
  ::execv(arguments[0], arguments.data());
  ::_exit(kCannotRun);
}

}  // namespace

Child::Child(const std::vector<std::string>& command, const std::string& log,
             const std::vector<std::string>& environment) {
  pid_ = ::fork();
  if (pid_ < 0) give_up("cannot start " + command.front());
  if (pid_ == 0) become(command, log, environment);
}

Child::~Child() {
  if (!running()) return;
  ::kill(pid_, SIGTERM);
  for (int i = 0; i < 1000 && running(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool Child::running() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) != 0) pid_ = -1;
  return pid_ > 0;
}

double Child::resident_megabytes() const {
  std::istringstream status(read_file("/proc/" + std::to_string(pid_) + "/status"));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

double Child::cpu_seconds() const {
  const std::string stat = read_file("/proc/" + std::to_string(pid_) + "/stat");
  std::istringstream rest(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  double user = 0;
  double system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void await(Child& child, const std::string& what, const std::function<bool()>& ready) {
  for (int i = 0; i < 4000; ++i) {
    if (ready()) return;
    if (!child.running()) give_up(what + " ended while starting");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  give_up(what + " is not ready after 20 s");
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    give_up("no free port");
  }
  ::close(fd);
  return ntohs(address.sin_port);
}

void write_file(const std::string& path, const std::string& text, unsigned mode) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (!file || ::chmod(path.c_str(), mode) != 0) give_up("cannot write " + path);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string fresh_folder(const std::string& name) {
  std::string path = bench_folder() + "/" + name + "-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) give_up("cannot make " + path);
  return path;
}

std::string kept_folder(const std::string& name) {
  const std::string path = bench_folder() + "/" + name;
  std::filesystem::create_directories(path);
  return path;
}

void remove_folder(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

}  // namespace doorward::bench
