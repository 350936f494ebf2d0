#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>

#include "base/text.h"
#include "certs/certificate.h"
#include "tests/support/world.h"
#include "tests/xml/same_tree.h"
#include "xml/signature.h"

// Messages that real IdPs issued: each signed element verifies or fails as xmlsec1 says it does.
namespace doorward::xml {
namespace {

using Row = std::map<std::string, std::string>;

std::vector<Row> read_table(const std::string& path) {
  std::istringstream in(tests::read_file(path));
  std::string line;
  std::vector<std::string> head;
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    auto cells = base::split(line, '\t');
    if (head.empty()) {
      head = cells;
      continue;
    }
    Row row;
    for (std::size_t i = 0; i < head.size() && i < cells.size(); ++i) row[head[i]] = cells[i];
    rows.push_back(row);
  }
  return rows;
}

std::vector<certs::Certificate> read_certificates(const std::string& path) {
  std::vector<certs::Certificate> out;
  std::string text = tests::read_file(path);
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  for (std::size_t at = 0; (at = text.find(kEnd)) != std::string::npos;) {
    auto certificate = certs::Certificate::parse_pem(text.substr(0, at + kEnd.size()));
    EXPECT_TRUE(certificate) << path;
    if (certificate) out.push_back(*certificate);
    text.erase(0, at + kEnd.size());
  }
  return out;
}

std::optional<Element> find(Element at, std::string_view name) {
  if (at.name() == name) return at;
  for (Element child : at.children()) {
    if (auto found = find(child, name)) return found;
  }
  return std::nullopt;
}

// "OK", or the name of the error.
std::string outcome(const Document& document, std::string_view name, const certs::TrustedKeys& keys,
                    const Limits& limits) {
  auto element = find(document.root(), name);
  if (!element) return "ABSENT";
  auto verified = verify_enveloped(document, *element, keys, {.allow_sha1 = true}, limits);
  if (!verified) return std::string(xml_error_info(verified.error()).name);
  EXPECT_EQ(verified->root().name(), name);
  // The parser sees the same in the signed bytes.
  auto parsed = Document::parse(verified->bytes(), Limits::metadata());
  EXPECT_TRUE(parsed && tests::written(parsed->root()) == tests::written(verified->root()));
  return "OK";
}

TEST(Samples, VerifyOrFailAsXmlsec1Says) {
  const char* folder = std::getenv("DOORWARD_TEST_SAMPLES");
  if (folder == nullptr) GTEST_SKIP() << "DOORWARD_TEST_SAMPLES is not set";
  int checked = 0;
  for (const Row& row : read_table(std::string(folder) + "/samples.tsv")) {
    bool message = row.at("kind") == "response";
    std::string base =
        std::string(folder) + (message ? "/responses/" : "/metadata/") + row.at("name");
    Limits limits = message ? Limits{} : Limits::metadata();
    auto document = Document::parse(tests::read_file(base + ".xml"), limits);
    ASSERT_TRUE(document) << row.at("name") << " " << xml_error_info(document.error()).name;
    if (!std::filesystem::exists(base + ".pem")) continue;
    certs::TrustedKeys keys(read_certificates(base + ".pem"));
    for (const std::string& claim : base::split(row.at("xmlsec1_verify"), ';')) {
      auto colon = claim.find(':');
      if (colon == std::string::npos) continue;
      std::string name = claim.substr(0, colon);
      std::string got = outcome(*document, name, keys, limits);
      std::string want = claim.substr(colon + 1);
      SCOPED_TRACE(row.at("name") + " " + name + " " + want + " got " + got);
      EXPECT_EQ(got == "OK", want == "OK");
      ++checked;
    }
  }
  EXPECT_GT(checked, 25);
}

}  // namespace
}  // namespace doorward::xml
