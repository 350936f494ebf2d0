#include "sp/reject.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace doorward::sp {
namespace {

TEST(Reject, HasNameClauseMeaningAndFix) {
  const std::regex name("[A-Z][A-Z0-9]*(_[A-Z0-9]+)*");
  std::set<std::string_view> names;
  for (const auto reject : all_rejects()) {
    const auto info = reject_info(reject);
    EXPECT_TRUE(std::regex_match(std::string(info.name), name)) << info.name;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.clause.empty()) << info.name;
    EXPECT_TRUE(info.meaning.ends_with('.')) << info.name;
    EXPECT_GT(info.fix.size(), 20U) << info.name;
    EXPECT_TRUE(info.fix.ends_with('.')) << info.name;
  }
  EXPECT_EQ(names.size(), all_rejects().size());
}

TEST(Reject, NamesEachXmlError) {
  for (const auto& error : xml::all_xml_errors()) {
    EXPECT_FALSE(reject_info(reject_of(error.error)).name.empty()) << error.name;
  }
  EXPECT_EQ(reject_of(xml::XmlError::signed_bytes_malformed), Reject::signed_content);
  EXPECT_EQ(reject_of(xml::XmlError::sha1_not_allowed), Reject::sha1);
  EXPECT_EQ(reject_of(xml::XmlError::doctype), Reject::dtd);
}

}  // namespace
}  // namespace doorward::sp
