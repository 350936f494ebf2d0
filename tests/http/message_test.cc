#include "http/message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace doorward::http {
namespace {

using Strings = std::vector<std::string>;

TEST(Request, PassesOverCookiesThatAreNone) {
  Request request;
  request.headers = {{"cookie", "a; =x; id=1 ;;id = 2; other=\"3\"; id"},
                     {"accept", "id=9"},
                     {"cookie", "id=4=5;"}};
  EXPECT_EQ(request.cookies("id"), (Strings{"1", "2", "4=5"}));
  EXPECT_EQ(request.cookies("other"), Strings{"\"3\""});
  EXPECT_EQ(request.cookies("a"), Strings{});
  EXPECT_EQ(request.cookie_names("i"), (Strings{"id", "id", "id"}));
}

TEST(Fields, DecodesAForm) {
  const Fields fields = Fields::parse("a=1+2&b=%26%3D&c&=e&&d=x=y&a2=");
  ASSERT_TRUE(fields.valid());
  EXPECT_EQ(fields.get("a"), "1 2");
  EXPECT_EQ(fields.get("b"), "&=");
  EXPECT_EQ(fields.count("c"), 1U);
  EXPECT_EQ(fields.get(""), "e");
  EXPECT_EQ(fields.get("d"), "x=y");
  EXPECT_EQ(fields.get("missing"), "");
}

TEST(Fields, GivesNoValueThatIsThereTwice) {
  const Fields fields = Fields::parse("a=1&%61=2");
  EXPECT_EQ(fields.get("a"), "");
  EXPECT_EQ(fields.count("a"), 2U);
}

TEST(Fields, IsInvalidAsAWhole) {
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "a&";
  for (const std::string& text : Strings{"a=1&b=%", "a=1&b=%ff", "%00=1", "a=%zz", many}) {
    const Fields fields = Fields::parse(text);
    EXPECT_FALSE(fields.valid()) << text.substr(0, 20);
    EXPECT_EQ(fields.count("a"), 0U);
  }
}

}  // namespace
}  // namespace doorward::http
