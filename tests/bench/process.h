#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace doorward::bench {

// A program that the benchmark runs beside itself. It ends when this goes, or when the benchmark
// does.
class Child {
 public:
  // log: file that its output is appended to. environment: "NAME=value", on top of ours.
  Child(const std::vector<std::string>& command, const std::string& log,
        const std::vector<std::string>& environment = {});
  ~Child();  // SIGTERM, and SIGKILL if it does not end within 10 s
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();
  [[nodiscard]] double resident_megabytes() const;  // of this process alone
  [[nodiscard]] double cpu_seconds() const;

 private:
  pid_t pid_ = -1;
};

// Looks again and again, `child` running, until `ready`. Gives up after 20 s, or when it ends.
void await(Child& child, const std::string& what, const std::function<bool()>& ready);

// A port of 127.0.0.1 that nobody has now.
[[nodiscard]] std::uint16_t free_port();

void write_file(const std::string& path, const std::string& text, unsigned mode = 0644);
[[nodiscard]] std::string read_file(const std::string& path);

// A fresh folder below build/bench.
[[nodiscard]] std::string fresh_folder(const std::string& name);
// One below build/bench that later runs find again.
[[nodiscard]] std::string kept_folder(const std::string& name);
void remove_folder(const std::string& path);

}  // namespace doorward::bench
