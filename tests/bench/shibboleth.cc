#include "tests/bench/shibboleth.h"

namespace doorward::bench {

ShibbolethResult measure_shibboleth(Installation&, const std::string&, std::size_t) {
  ShibbolethResult result;
  result.why_not = "not yet";
  return result;
}

}  // namespace doorward::bench
