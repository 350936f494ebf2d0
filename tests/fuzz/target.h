#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

// A fuzz target is a function that reads outside bytes and says which property they broke, or
// nothing. Every *_fuzz.cc defines one, in its own program fuzz_NAME with libFuzzer, and all of
// them in the program test_fuzz, which replays the seeds.
namespace doorward::tests::fuzz {

using Target = std::string (*)(std::string_view input);

// Every target of this program by its name.
inline std::map<std::string, Target>& targets() {
  static std::map<std::string, Target> all;
  return all;
}

struct Registration {
  Registration(const char* name, Target target) { targets().emplace(name, target); }
};

}  // namespace doorward::tests::fuzz

// DOORWARD_FUZZ_TARGET(name): `name` is a Target.
#ifdef DOORWARD_LIBFUZZER
#define DOORWARD_FUZZ_TARGET(name)                                                     \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) { \
    const std::string broken = name({reinterpret_cast<const char*>(bytes), size});     \
    if (broken.empty()) return 0;                                                      \
    std::fprintf(stderr, "%s: %s\n", #name, broken.c_str());                           \
    std::abort();                                                                      \
  }
#else
#define DOORWARD_FUZZ_TARGET(name) \
  static const ::doorward::tests::fuzz::Registration kRegistration(#name, name);
#endif
