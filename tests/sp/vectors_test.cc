#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/text.h"
#include "sp/verify.h"
#include "tests/sp/fixture.h"
#include "tests/support/paths.h"

// Runs tests/vectors/saml: headers, a blank line, the message.
namespace doorward::sp {
namespace {

using tests::at;

// Rejects that no message alone can show, and the test that shows them.
const std::map<Reject, std::pair<std::string, std::string>> kShownByTests = {
    {Reject::request_expired,
     {"VerifyResponse", "RefusesARequestThatIsTooOldOrOfAnotherConnection"}},
    {Reject::too_large, {"UntrustedResponse", "MeasuresTheFormValueBeforeItDecodes"}},
    {Reject::signed_content, {"Reject", "NamesEachXmlError"}},
    {Reject::replayed_request, {"VerifyResponse", "OutlivesNoReplayRecord"}},
    {Reject::replayed_assertion, {"VerifyResponse", "OutlivesNoReplayRecord"}},
};

struct Vector {
  std::string path;
  std::map<std::string, std::string> headers;
  std::string message;
};

const std::set<std::string> kHeaders = {"expect",         "connection", "now",
                                        "in_response_to", "name_id",    "comment"};

Vector read_vector(const std::string& path) {
  Vector vector{.path = path, .headers = {}, .message = {}};
  const auto text = tests::read_file(path);
  std::size_t at_line = 0;
  while (true) {
    const auto end = text.find('\n', at_line);
    EXPECT_NE(end, std::string::npos) << path;
    if (end == std::string::npos) return vector;
    const auto line = text.substr(at_line, end - at_line);
    at_line = end + 1;
    if (line.empty()) break;
    const auto colon = line.find(": ");
    const auto name = line.substr(0, colon);
    EXPECT_TRUE(colon != std::string::npos && kHeaders.contains(name)) << path << ": " << line;
    EXPECT_TRUE(vector.headers.emplace(name, line.substr(std::min(colon + 2, line.size()))).second)
        << path << ": " << line;
  }
  vector.message = text.substr(at_line);
  return vector;
}

std::vector<Vector> read_vectors(const std::string& kind) {
  std::vector<Vector> vectors;
  const auto folder = tests::source_path("tests/vectors/saml/") + kind;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_EQ(entry.path().extension(), ".vec") << entry.path();
    vectors.push_back(read_vector(entry.path().string()));
  }
  std::ranges::sort(vectors, {}, &Vector::path);
  return vectors;
}

struct Outcome {
  std::string verdict;  // "accept" or the Reject's name
  std::string name_id;
};

Outcome judge(Vector vector) {
  auto& headers = vector.headers;
  const auto connection = tests::named_connection(headers["connection"]);
  if (!connection) return {"no connection " + headers["connection"], ""};
  const auto now = at(headers["now"]);
  const auto asked = headers["in_response_to"];
  const auto request = tests::pending_request(asked, *connection, now);
  auto response = vector.message.starts_with('<') ? parse_response_xml(vector.message)
                                                  : parse_response(vector.message);
  if (!response) return {std::string(reject_info(response.error()).name), ""};
  const auto result =
      verify(std::move(*response), *connection, asked.empty() ? nullptr : &request, now);
  if (!result) return {std::string(reject_info(result.error()).name), ""};
  return {"accept", result->name_id().value};
}

Examination examine_vector(Vector vector) {
  auto& headers = vector.headers;
  const auto asked = headers["in_response_to"];
  return examine(vector.message, *tests::named_connection(headers["connection"]),
                 asked.empty() ? std::nullopt : std::optional(asked), at(headers["now"]));
}

TEST(Vectors, AreAcceptedWithTheirNameId) {
  const auto vectors = read_vectors("accept");
  EXPECT_GE(vectors.size(), 15U);
  for (auto vector : vectors) {
    EXPECT_EQ(vector.headers["expect"], "accept") << vector.path;
    EXPECT_TRUE(vector.headers.contains("name_id")) << vector.path;
    const auto outcome = judge(vector);
    EXPECT_EQ(outcome.verdict, "accept") << vector.path;
    EXPECT_EQ(outcome.name_id, vector.headers["name_id"]) << vector.path;
  }
}

TEST(Vectors, AreRefusedForTheirReason) {
  const auto vectors = read_vectors("reject");
  EXPECT_GE(vectors.size(), 100U);
  for (auto vector : vectors) {
    EXPECT_FALSE(vector.headers.contains("name_id")) << vector.path;
    EXPECT_EQ(judge(vector).verdict, vector.headers["expect"]) << vector.path;
  }
}

TEST(Vectors, CoverEveryReject) {
  std::set<std::string> covered;
  for (auto vector : read_vectors("reject")) covered.insert(vector.headers["expect"]);
  for (const auto reject : all_rejects()) {
    const auto name = std::string(reject_info(reject).name);
    const auto test = kShownByTests.find(reject);
    EXPECT_NE(covered.contains(name), test != kShownByTests.end()) << name;
    if (test == kShownByTests.end()) continue;
    const auto& [suite_name, test_name] = test->second;
    bool found = false;
    const auto& program = *testing::UnitTest::GetInstance();
    for (int i = 0; i < program.total_test_suite_count(); ++i) {
      const auto& suite = *program.GetTestSuite(i);
      for (int k = 0; k < suite.total_test_count(); ++k) {
        found |= suite.name() == suite_name && suite.GetTestInfo(k)->name() == test_name;
      }
    }
    EXPECT_TRUE(found) << suite_name << "." << test_name;
  }
}

TEST(Examination, AgreesWithVerifyOnEveryVector) {
  for (const auto* kind : {"accept", "reject"}) {
    for (const auto& vector : read_vectors(kind)) {
      const auto examination = examine_vector(vector);
      const auto verdict = examination.reject ? std::string(reject_info(*examination.reject).name)
                                              : std::string("accept");
      EXPECT_EQ(verdict, judge(vector).verdict) << vector.path;
      EXPECT_EQ(examination.reject.has_value(),
                std::ranges::any_of(
                    examination.checks,
                    [](const Check& check) { return check.outcome == Check::Outcome::fail; }))
          << vector.path;
      for (const auto& check : examination.checks) {
        EXPECT_FALSE(check.outcome == Check::Outcome::fail && check.detail.empty())
            << vector.path << " " << check.name;
      }
    }
  }
}

// Whatever a forger does, the name that is read is one that the IdP signed.
TEST(Examination, NeverReadsTheForgersName) {
  for (const auto& vector : read_vectors("reject")) {
    EXPECT_NE(examine_vector(vector).name_id, tests::kMallory) << vector.path;
  }
}

}  // namespace
}  // namespace doorward::sp
