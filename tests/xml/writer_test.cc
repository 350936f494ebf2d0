#include "xml/writer.h"

#include <gtest/gtest.h>

#include "xml/document.h"

namespace doorward::xml {
namespace {

TEST(Writer, WritesATree) {
  Writer writer;
  writer.start("p:a", {{"xmlns:p", "urn:p"}, {"ID", "_1"}}).leaf("p:b", "text", {{"x", "y"}});
  writer.start("p:c").end().start("p:d").attribute("z", "1").text("t");
  EXPECT_EQ(
      writer.str(),
      "<p:a xmlns:p=\"urn:p\" ID=\"_1\"><p:b x=\"y\">text</p:b><p:c/><p:d z=\"1\">t</p:d></p:a>");
  EXPECT_EQ(writer.str(), "");
}

TEST(Writer, NothingBreaksOutOfAValue) {
  for (std::string_view value :
       {"</a><evil/>", "\" onload=\"x", "' x='", "]]>", "<!--", "&lt;", "&amp;amp;", "\t\r\n x \r",
        "<![CDATA[", "é€😀", "--><b>", "<?pi?>"}) {
    Writer writer;
    writer.start("a", {{"x", value}}).text(value);
    auto document = Document::parse(writer.str());
    ASSERT_TRUE(document) << value;
    EXPECT_EQ(document->root().text(), value);
    EXPECT_EQ(document->root().attribute("x"), value);
    EXPECT_TRUE(document->root().is_leaf());
  }
}

TEST(Writer, ReplacesWhatXmlForbids) {
  constexpr std::string_view kMark = "\xEF\xBF\xBD";
  for (std::string_view bad :
       {std::string_view("\0", 1), std::string_view("\x01"), std::string_view("\x1F"),
        std::string_view("\xFF"), std::string_view("\xEF\xBF\xBE"),
        std::string_view("\xEF\xBF\xBF")}) {
    std::string escaped = escape("a" + std::string(bad) + "b", false);
    EXPECT_EQ(escaped.front(), 'a');
    EXPECT_EQ(escaped.back(), 'b');
    EXPECT_NE(escaped.find(kMark), std::string::npos);
    EXPECT_TRUE(Document::parse("<a x=\"" + escape(bad, true) + "\">" + escaped + "</a>"));
  }
  // Surrogates, overlong forms, beyond Unicode, cut characters.
  for (std::string_view bad : {"\xED\xA0\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xF4\x90\x80\x80",
                               "\xF0\x80\x80\xAF", "\xE2\x82", "\xC3"}) {
    EXPECT_TRUE(Document::parse("<a>" + escape(bad, false) + "</a>"));
    EXPECT_EQ(escape(bad, false).find(bad), std::string::npos);
  }
}

TEST(Writer, EveryByteMakesADocument) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; b += 5) {
      std::string value{static_cast<char>(a), static_cast<char>(b)};
      Writer writer;
      writer.start("a", {{"x", value}}).text(value);
      EXPECT_TRUE(Document::parse(writer.str())) << a << " " << b;
    }
  }
}

}  // namespace
}  // namespace doorward::xml
