#include "tests/bench/post.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/encoding.h"

namespace doorward::bench {

std::string post_of(const std::string& host, const std::string& path, const std::string& cookie,
                    const std::string& response, const std::string& relay_state) {
  const std::string body = "SAMLResponse=" + base::percent_encode(base::base64_encode(response)) +
                           "&RelayState=" + base::percent_encode(relay_state);
  return "POST " + path + " HTTP/1.1\r\nHost: " + host +
         "\r\nOrigin: https://idp.acme.example\r\n"
         "Content-Type: application/x-www-form-urlencoded\r\n" +
         (cookie.empty() ? "" : "Cookie: " + cookie + "\r\n") +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::vector<std::string> in_parallel(std::size_t count,
                                     const std::function<std::string(std::size_t)>& make) {
  std::vector<std::string> made(count);
  std::atomic<std::size_t> next{0};
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < count; at = next++) made[at] = make(at);
    });
  }
  threads.clear();
  return made;
}

}  // namespace doorward::bench
