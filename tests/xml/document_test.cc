#include "xml/document.h"

#include <gtest/gtest.h>

#include <chrono>

#include "xml/names.h"

namespace doorward::xml {
namespace {

std::string outcome(std::string_view bytes, const Limits& limits = {}) {
  auto document = Document::parse(bytes, limits);
  return document ? "OK" : std::string(xml_error_info(document.error()).name);
}

std::string root_text(std::string_view bytes, const Limits& limits = {}) {
  auto document = Document::parse(bytes, limits);
  return document ? document->root().text() : std::string("refused");
}

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Document, ShowsItsElements) {
  auto document = Document::parse(
      "<a xmlns='urn:a' xmlns:b='urn:b' x='1' b:x='2'>\n<c/><b:c>t</b:c><c y=''/></a>");
  ASSERT_TRUE(document);
  Element root = document->root();
  EXPECT_TRUE(root.is("urn:a", "a"));
  EXPECT_EQ(root.name(), "a");
  EXPECT_EQ(root.ns(), "urn:a");
  EXPECT_EQ(root.attribute("x"), "1");
  EXPECT_EQ(root.attribute("urn:b", "x"), "2");
  EXPECT_EQ(root.attribute("urn:c", "x"), std::nullopt);
  EXPECT_EQ(root.attribute("y"), std::nullopt);
  EXPECT_EQ(root.children().size(), 3U);
  EXPECT_EQ(root.children("urn:a", "c").size(), 2U);
  EXPECT_EQ(root.child("urn:b", "c")->text(), "t");
  EXPECT_FALSE(root.child("urn:b", "d"));
  EXPECT_FALSE(root.is_leaf());
  EXPECT_EQ(root.text(), "");
  EXPECT_FALSE(root.parent());
  EXPECT_EQ(root.children()[0].parent(), root);
  EXPECT_EQ(root.children()[2].attribute("y"), "");
}

TEST(Document, IsMovable) {
  auto first = Document::parse("<a>t</a>");
  Document second = std::move(*first);
  EXPECT_EQ(second.root().text(), "t");
}

TEST(Document, JoinsTextAroundCommentsAndCdata) {
  EXPECT_EQ(root_text("<a>admin@example.com<!-- -->.evil.com</a>"), "admin@example.com.evil.com");
  EXPECT_EQ(root_text("<a>x<![CDATA[<y>&amp;]]>z</a>"), "x<y>&amp;z");
  EXPECT_EQ(root_text("<a><!--1-->x<!--2--></a>"), "x");
  EXPECT_EQ(root_text("<a>1&lt;2&#x20AC;&amp;&quot;&apos;&gt;</a>"), "1<2\xE2\x82\xAC&\"'>");
  auto document = Document::parse("<!--before--><a><!--in--></a><!--after-->");
  ASSERT_TRUE(document);
  EXPECT_FALSE(document->has_comment_in_signature());
}

TEST(Document, ResolvesTheFiveEntitiesInAttributes) {
  auto document = Document::parse("<a x='1 &amp; 2 &lt; &#51;&quot;'/>");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().attribute("x"), "1 & 2 < 3\"");
}

TEST(Document, RemembersACommentInASignature) {
  constexpr std::string_view kDs = "xmlns:d='http://www.w3.org/2000/09/xmldsig#'";
  std::string inside =
      "<a " + std::string(kDs) + "><d:Signature><d:V><!--x--></d:V></d:Signature></a>";
  EXPECT_TRUE(Document::parse(inside)->has_comment_in_signature());
  std::string beside = "<a " + std::string(kDs) + "><d:Signature/><!--x--></a>";
  EXPECT_FALSE(Document::parse(beside)->has_comment_in_signature());
}

TEST(Document, RefusesDocumentTypesAndEntities) {
  EXPECT_EQ(outcome("<!DOCTYPE a><a/>"), "DOCTYPE");
  EXPECT_EQ(outcome("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), "DOCTYPE");
  EXPECT_EQ(outcome("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"), "DOCTYPE");
  EXPECT_EQ(outcome("<?xml version='1.0'?>\n<!-- c --><!DOCTYPE a [<!ATTLIST a ID ID 'x'>]><a/>"),
            "DOCTYPE");
  EXPECT_EQ(outcome("<!DOCTYPE lolz [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><a>&b;</a>"), "DOCTYPE");
  EXPECT_EQ(outcome("<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1/'>%p;]><a/>"), "DOCTYPE");
  EXPECT_EQ(outcome("<a>&unknown;</a>"), "ENTITY");
  EXPECT_EQ(outcome("<a x='&unknown;'/>"), "ENTITY");
  EXPECT_EQ(outcome("<a>&nbsp;</a>"), "ENTITY");
}

TEST(Document, RefusesProcessingInstructionsInMessages) {
  EXPECT_EQ(outcome("<?pi?><a/>"), "PROCESSING_INSTRUCTION");
  EXPECT_EQ(outcome("<a>x<?pi y?>z</a>"), "PROCESSING_INSTRUCTION");
  EXPECT_EQ(outcome("<a/><?pi?>"), "PROCESSING_INSTRUCTION");
  EXPECT_EQ(root_text("<?pi?><a>x<?pi y?>z</a>", Limits::metadata()), "xz");
}

TEST(Document, IsUtf8Only) {
  EXPECT_EQ(outcome("<?xml version='1.0' encoding='UTF-8'?><a/>"), "OK");
  EXPECT_EQ(outcome("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"no\"?><a/>"), "OK");
  EXPECT_EQ(outcome("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE4</a>"), "ENCODING");
  EXPECT_EQ(outcome("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"), "ENCODING");
  EXPECT_EQ(outcome("<?xml version='1.0' encoding='UTF-7'?><a/>"), "ENCODING");
  EXPECT_EQ(outcome("<?xml version='1.0' encoding='UTF-16'?><a/>"), "ENCODING");
  EXPECT_EQ(outcome("<?xml version='1.0' encoding=UTF-8 ?><a/>"), "ENCODING");
  EXPECT_EQ(outcome(std::string_view("\xFF\xFE<\0a\0/\0>\0", 10)), "ENCODING");
  EXPECT_EQ(outcome(std::string_view("\0<\0a\0/\0>", 8)), "ENCODING");
  EXPECT_EQ(outcome("<a>\xC0\xAF</a>"), "ENCODING");
  EXPECT_EQ(outcome(std::string_view("<a>\0</a>", 8)), "ENCODING");
  EXPECT_EQ(outcome("\xEF\xBB\xBF<a/>"), "ENCODING");
  EXPECT_EQ(outcome("\xEF\xBB\xBF<a/>", Limits::metadata()), "OK");
}

TEST(Document, IsXml10Only) {
  EXPECT_EQ(outcome("<?xml version='1.1'?><a/>"), "XML_VERSION");
  EXPECT_EQ(outcome("<?xml version='2.0'?><a/>"), "XML_VERSION");
  EXPECT_EQ(outcome("<?xml encoding='UTF-8'?><a/>"), "XML_VERSION");
}

TEST(Document, RefusesWhatIsNotWellFormed) {
  for (std::string_view text : {"",
                                " ",
                                "a",
                                "<a>",
                                "<a></b>",
                                "<a",
                                "<a/",
                                "<a x=1/>",
                                "<a x/>",
                                "<a>\x01</a>",
                                "<a>&</a>",
                                "<a>&#0;</a>",
                                "<a>&#xFFFF;</a>",
                                "<a x='<'/>",
                                "<!-- -- --><a/>",
                                "<a>]]></a>",
                                " <?xml version='1.0'?><a/>",
                                "<a><![CDATA[</a>",
                                "<!--",
                                "<![CDATA[x]]>",
                                "<!ELEMENT a>",
                                "<?xml version='1.0'",
                                "<a x='1' x='2'/>"}) {
    EXPECT_EQ(outcome(text), "MALFORMED") << text;
  }
}

TEST(Document, RefusesWhatFollowsTheRoot) {
  EXPECT_EQ(outcome("<a/><b/>"), "TRAILING_CONTENT");
  EXPECT_EQ(outcome("<a/>text"), "TRAILING_CONTENT");
  EXPECT_EQ(outcome("<a/>]]>"), "TRAILING_CONTENT");
  EXPECT_EQ(outcome("<a/>\n <!-- --> \n"), "OK");
}

TEST(Document, RefusesBrokenNamespaces) {
  EXPECT_EQ(outcome("<p:a/>"), "NAMESPACES");
  EXPECT_EQ(outcome("<a p:x='1'/>"), "NAMESPACES");
  EXPECT_EQ(outcome("<a xmlns:p=''/>"), "NAMESPACES");
  EXPECT_EQ(outcome("<a:b:c xmlns:a='urn:a'/>"), "NAMESPACES");
  EXPECT_EQ(outcome("<a xmlns:p='urn:a' xmlns:q='urn:a' p:x='1' q:x='2'/>"), "NAMESPACES");
  EXPECT_EQ(outcome("<a xmlns:xml='urn:x'/>"), "NAMESPACES");
  EXPECT_EQ(outcome("<a xmlns:p='http://www.w3.org/XML/1998/namespace' p:id='x'/>"), "NAMESPACES");
}

TEST(Document, RefusesXmlAttributesThatCanonicalisationTreatsSpecially) {
  EXPECT_EQ(outcome("<a xml:id='x'/>"), "XML_ATTRIBUTE");
  EXPECT_EQ(outcome("<a xml:base='http://x/'/>"), "XML_ATTRIBUTE");
  EXPECT_EQ(outcome("<a xml:foo='x'/>"), "XML_ATTRIBUTE");
  EXPECT_EQ(outcome("<a xml:lang='en' xml:space='preserve'/>"), "OK");
}

TEST(Document, HasLimits) {
  Limits limits{.bytes = 1000, .depth = 3, .elements = 5, .attributes = 4};
  EXPECT_EQ(outcome("<a>" + std::string(993, 'x') + "</a>", limits), "OK");
  EXPECT_EQ(outcome("<a>" + std::string(994, 'x') + "</a>", limits), "TOO_LARGE");
  EXPECT_EQ(outcome("<a><a><a/></a></a>", limits), "OK");
  EXPECT_EQ(outcome("<a><a><a><a/></a></a></a>", limits), "TOO_DEEP");
  EXPECT_EQ(outcome("<a><a/><a/><a/><a/></a>", limits), "OK");
  EXPECT_EQ(outcome("<a><a/><a/><a/><a/><a/></a>", limits), "TOO_MANY_ELEMENTS");
  EXPECT_EQ(outcome("<a a='1' b='>' c=\"'\" d='\"'/>", limits), "OK");
  EXPECT_EQ(outcome("<a a='1' b='2' c='3' d='4' e='5'/>", limits), "TOO_MANY_ATTRIBUTES");
  EXPECT_EQ(outcome("<a><!-- a='1' b='2' c='3' d='4' e='5' --></a>", limits), "OK");
  EXPECT_EQ(outcome("<a><![CDATA[<a a='1' b='2' c='3' d='4' e='5'>]]></a>", limits), "OK");
  EXPECT_EQ(outcome("<a>a='1' b='2' c='3' d='4' e='5'</a>", limits), "OK");
}

TEST(Document, CapsNamespacesInScope) {
  std::string open;
  for (int depth = 0; depth < 3; ++depth) {
    open += "<a";
    for (int i = 0; i < 60; ++i) {
      std::string name = std::to_string(depth) + "_" + std::to_string(i);
      open += " xmlns:p" + name + "='urn:" + name + "'";
    }
    open += ">";
  }
  EXPECT_EQ(outcome(open + "</a></a></a>"), "TOO_MANY_ATTRIBUTES");
}

// Each of these takes seconds or the stack without its cap.
TEST(Document, IsQuickWithFloods) {
  auto start = std::chrono::steady_clock::now();
  std::string attributes = "<a";
  for (int i = 0; i < 40000; ++i) attributes += " a" + std::to_string(i) + "=''";
  EXPECT_EQ(outcome(attributes + "/>"), "TOO_MANY_ATTRIBUTES");
  EXPECT_EQ(outcome(repeat("<a>", 100000)), "TOO_DEEP");
  EXPECT_EQ(outcome("<a>" + repeat("<a/>", 100000) + "</a>"), "TOO_MANY_ELEMENTS");
  EXPECT_EQ(outcome(std::string(500000, '<')), "MALFORMED");
  EXPECT_EQ(outcome("<a>" + repeat("<!---->", 70000) + "</a>"), "OK");
  EXPECT_EQ(outcome("<a x='" + std::string(500000, 'x')), "MALFORMED");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Document, TakesALargeAggregate) {
  std::string text = "<m>" + repeat("<e a='1'><f>text of an entity</f></e>\n", 40000) + "</m>";
  ASSERT_GT(text.size(), 1'300'000U);
  EXPECT_EQ(outcome(text), "TOO_LARGE");
  EXPECT_EQ(outcome(text, Limits::metadata()), "OK");
}

TEST(XmlErrors, HaveAStableNameAClauseAndASentence) {
  for (const auto& info : all_xml_errors()) {
    EXPECT_EQ(&xml_error_info(info.error), &info);
    EXPECT_FALSE(info.name.empty());
    EXPECT_EQ(info.name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"),
              std::string_view::npos);
    EXPECT_FALSE(info.clause.empty()) << info.name;
    EXPECT_TRUE(info.meaning.ends_with(".")) << info.name;
    for (const auto& other : all_xml_errors()) {
      EXPECT_TRUE(&other == &info || other.name != info.name) << info.name;
    }
  }
}

}  // namespace
}  // namespace doorward::xml
