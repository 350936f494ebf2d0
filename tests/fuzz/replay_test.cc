#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/target.h"
#include "tests/support/paths.h"
#include "tests/support/world.h"

// Every fuzz target on its seeds, and on mutations of them that are the same in every run.
namespace doorward::tests::fuzz {
namespace {

std::vector<std::string> files_below(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  std::ranges::sort(paths);
  return paths;
}

// tests/fuzz/corpus/NAME, and the vectors for what reads messages.
std::vector<std::string> seed_paths(const std::string& name) {
  const std::string tests = tests::source_path("tests/");
  std::vector<std::string> paths;
  if (std::filesystem::exists(tests + "fuzz/corpus/" + name)) {
    paths = files_below(tests + "fuzz/corpus/" + name);
  }
  if (name == "saml_response") {
    for (auto& path : files_below(tests + "vectors/saml")) paths.push_back(std::move(path));
  }
  return paths;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& seeds) : seeds_(seeds) {}

  std::string next() {
    std::string text = seeds_[below(seeds_.size())];
    for (std::size_t steps = 1 + below(3); steps > 0; --steps) change(text);
    return text;
  }

 private:
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : engine_() % bound; }

  // A piece of a seed; one that starts and ends with a tag as often as not.
  std::string piece() {
    const std::string& seed = seeds_[below(seeds_.size())];
    std::size_t from = below(seed.size());
    std::size_t to = from + 1 + below(std::min<std::size_t>(seed.size() - from, 2000));
    if (below(2) == 0) {
      from = std::min(seed.find('<', from), seed.size());
      to = std::min(seed.find('>', std::max(from, to)), seed.size());
      if (to < seed.size()) ++to;
    }
    return seed.substr(from, to - from);
  }

  void change(std::string& text) {
    static const std::vector<std::string> kTokens = {
        "\r\n", "\r",       "\n",      std::string(1, '\0'),
        "\xFF", "\xC3\xA9", "%00",     "%",
        "&",    ";",        "=",       "<",
        ">",    "/>",       "<!---->", "<![CDATA[",
        "]]>",  "&#13;",    "&lt;",    "\"",
        "'",    " ",        "\t"};
    const std::size_t at = below(text.size() + 1);
    switch (below(6)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        return;
      case 1:
        text.erase(at, 1 + below(40));
        return;
      case 2:
        text.insert(at, kTokens[below(kTokens.size())]);
        return;
      case 3:
        text.insert(at, piece());
        return;
      case 4:
        text.insert(std::min(text.find('<', at), text.size()), piece());
        return;
      default:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(7)));
        return;
    }
  }

  const std::vector<std::string>& seeds_;
  std::mt19937_64 engine_{1};
};

class FuzzTarget : public testing::TestWithParam<std::string> {};

TEST_P(FuzzTarget, HoldsOnItsSeedsAndOnMutationsOfThem) {
  constexpr int kMutations = 1000;
  const auto target = targets().at(GetParam());
  std::vector<std::string> seeds;
  for (const auto& path : seed_paths(GetParam())) {
    seeds.push_back(read_file(path));
    EXPECT_EQ(target(seeds.back()), "") << path;
  }
  ASSERT_GE(seeds.size(), 3U);
  Mutator mutator(seeds);
  for (int i = 0; i < kMutations; ++i) {
    const std::string input = mutator.next();
    ASSERT_EQ(target(input), "") << testing::PrintToString(input);
  }
}

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (const auto& [name, target] : targets()) names.push_back(name);
  return names;
}

// Evaluated when the program runs: the targets of the other files have registered then.
INSTANTIATE_TEST_SUITE_P(Fuzz, FuzzTarget, testing::ValuesIn(target_names()),
                         [](const auto& info) { return info.param; });

TEST(FuzzTargets, AreAllThatTheFolderHolds) {
  std::vector<std::string> files;
  for (const auto& path : files_below(tests::source_path("tests/fuzz"))) {
    const auto name = std::filesystem::path(path).filename().string();
    if (name.ends_with("_fuzz.cc")) files.push_back(name.substr(0, name.size() - 8));
  }
  std::ranges::sort(files);
  EXPECT_EQ(files, target_names());
}

}  // namespace
}  // namespace doorward::tests::fuzz
