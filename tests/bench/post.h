#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace doorward::bench {

// What a browser sends to an assertion consumer service with an IdP's form.
// cookie: the whole header value; empty: none.
[[nodiscard]] std::string post_of(const std::string& host, const std::string& path,
                                  const std::string& cookie, const std::string& response,
                                  const std::string& relay_state);

// make(0) to make(count - 1), on all cores: messages are signed before anything is measured.
[[nodiscard]] std::vector<std::string> in_parallel(
    std::size_t count, const std::function<std::string(std::size_t)>& make);

}  // namespace doorward::bench
