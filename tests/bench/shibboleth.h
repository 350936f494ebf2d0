#pragma once

#include <cstddef>
#include <string>

#include "tests/bench/installation.h"

namespace doorward::bench {

struct ShibbolethResult {
  double everyone_new = 0;  // logins a second; 0: not measured
  double p99 = 0;           // ms, of those
  double one_person = 0;    // logins a second
  std::string why_not;      // why it was not measured
};

// Shibboleth SP with Apache, as Debian packages them, in FOLDER/shibboleth and on loopback: takes
// `messages` unique unsolicited Responses of the installation's IdP over 8 connections, and again
// as many about one person. Its sessions live in memory.
[[nodiscard]] ShibbolethResult measure_shibboleth(Installation& installation,
                                                  const std::string& folder, std::size_t messages);

}  // namespace doorward::bench
