#include "xml/canonical.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/xml/same_tree.h"

namespace doorward::xml {
namespace {

bool reads(std::string_view bytes, const Limits& limits = {}) {
  return CanonicalTree::read(bytes, limits).has_value();
}

TEST(CanonicalTree, ReadsWhatTheParserReads) {
  for (const std::string_view bytes : {
           "<a></a>",
           "<a> x\t\n y</a>",
           "<p:a xmlns:p=\"urn:p\"><p:b></p:b>text<c d=\"e\"></c></p:a>",
           "<a xmlns=\"urn:a\" xmlns:b=\"urn:b\"><c xmlns=\"\" x=\"1\" b:x=\"2\"></c><d></d></a>",
           "<a xmlns:p=\"urn:1\"><b xmlns:p=\"urn:2\"><p:c></p:c></b><p:d></p:d></a>",
           "<a b=\"&amp;&lt;&quot;&#x9;&#xA;&#xD;>'\">&amp;&lt;&gt;&#xD;\"'</a>",
           "<a xml:lang=\"de\" xml:space=\"preserve\">\xC3\xBC\xE2\x82\xAC\xF0\x9F\x92\xA1</a>",
           "<\xC3\xA4.-\xC2\xB7 \xE4\xB8\x80=\"\xEF\xBF\xBD\"></\xC3\xA4.-\xC2\xB7>",
       }) {
    auto tree = CanonicalTree::read(bytes, {});
    ASSERT_TRUE(tree) << bytes;
    auto document = Document::parse(bytes);
    ASSERT_TRUE(document) << bytes;
    EXPECT_EQ(tests::written(tree->root()), tests::written(document->root())) << bytes;
  }
}

TEST(CanonicalTree, RefusesOtherWaysToWriteTheSame) {
  for (const std::string_view bytes : {
           "",
           " <a></a>",
           "<a></a> ",
           "<a></a>\n",
           "<a/>",
           "<a ></a>",
           "<a></a >",
           "<a  b=\"c\"></a>",
           "<a\nb=\"c\"></a>",
           "<a b='c'></a>",
           "<a b = \"c\"></a>",
           "<?xml version=\"1.0\"?><a></a>",
           "<!DOCTYPE a><a></a>",
           "<a><!-- --></a>",
           "<a><?p?></a>",
           "<a><![CDATA[x]]></a>",
           "<a>></a>",
           "<a>&quot;</a>",
           "<a>&#x9;</a>",
           "<a>&#xA;</a>",
           "<a>\r</a>",
           "<a>&#13;</a>",
           "<a>&#xd;</a>",
           "<a>&#x41;</a>",
           "<a>&apos;</a>",
           "<a>&other;</a>",
           "<a>&amp</a>",
           "<a b=\"\t\"></a>",
           "<a b=\"\n\"></a>",
           "<a b=\"<\"></a>",
           "<a b=\"&gt;\"></a>",
           "\xEF\xBB\xBF<a></a>",
       }) {
    EXPECT_FALSE(reads(bytes)) << bytes;
  }
}

TEST(CanonicalTree, RefusesWhatIsNoXml) {
  for (const std::string_view bytes : {
           std::string_view("<"),
           std::string_view("<a"),
           std::string_view("<a>"),
           std::string_view("<a b"),
           std::string_view("<a b="),
           std::string_view("<a b=\""),
           std::string_view("<a b=\"c\""),
           std::string_view("<a></"),
           std::string_view("<a></a"),
           std::string_view("<a></b>"),
           std::string_view("<a></ab>"),
           std::string_view("<ab></a>"),
           std::string_view("<a><b></a></b>"),
           std::string_view("<a></a><b></b>"),
           std::string_view("<1></1>"),
           std::string_view("<-a></-a>"),
           std::string_view("<a:></a:>"),
           std::string_view("<:a></:a>"),
           std::string_view("<a:b:c xmlns:a=\"u\"></a:b:c>"),
           std::string_view("<\xC2\xB7></\xC2\xB7>"),
           std::string_view("<\xC3\x97></\xC3\x97>"),
           std::string_view("<a>\x01</a>"),
           std::string_view("<a>\0</a>", 8),
           std::string_view("<a>\xEF\xBF\xBE</a>"),
           std::string_view("<a b=\"\xEF\xBF\xBF\"></a>"),
           std::string_view("<a>\xC3</a>"),
           std::string_view("<a b=\"\x1F\"></a>"),
           std::string_view("<p:a></p:a>"),
           std::string_view("<a p:b=\"\"></a>"),
           std::string_view("<p:a xmlns:p=\"u\"></a>"),
           std::string_view("<a></p:a>"),
           std::string_view("<a b=\"1\"c=\"2\"></a>"),
           std::string_view("<a>&amp"),
       }) {
    EXPECT_FALSE(reads(bytes)) << bytes;
  }
}

TEST(CanonicalTree, HoldsNamespacesToTheirOrder) {
  EXPECT_TRUE(reads("<a xmlns=\"u\" xmlns:a=\"v\" xmlns:b=\"u\" c=\"\" b:c=\"\" a:a=\"\"></a>"));
  for (const std::string_view bytes : {
           "<a xmlns:a=\"v\" xmlns=\"u\"></a>",    // the default one comes first
           "<a xmlns:b=\"u\" xmlns:a=\"v\"></a>",  // then by prefix
           "<a xmlns:a=\"u\" xmlns:a=\"v\"></a>",  // each once
           "<a xmlns=\"u\" xmlns=\"v\"></a>",
           "<a b=\"\" xmlns=\"u\"></a>",              // before attributes
           "<a xmlns=\"\"></a>",                      // nothing to take back
           "<a xmlns=\"u\"><b xmlns=\"u\"></b></a>",  // nothing new
           "<a xmlns:p=\"u\"><b xmlns:p=\"u\"></b></a>",
           "<a xmlns:p=\"u\"><b xmlns:p=\"\"></b></a>",  // [Namespaces 5]
           "<a xmlns:xml=\"http://www.w3.org/XML/1998/namespace\"></a>",
           "<a xmlns:p=\"http://www.w3.org/XML/1998/namespace\"></a>",
           "<a xmlns:xmlns=\"u\"></a>",
           "<a xmlns:p=\"http://www.w3.org/2000/xmlns/\"></a>",
       }) {
    EXPECT_FALSE(reads(bytes)) << bytes;
  }
}

TEST(CanonicalTree, HoldsAttributesToTheirOrder) {
  EXPECT_TRUE(reads("<a xmlns:p=\"2\" xmlns:q=\"1\" a=\"\" b=\"\" q:a=\"\" p:a=\"\"></a>"));
  for (const std::string_view bytes : {
           "<a b=\"\" a=\"\"></a>",
           "<a a=\"\" a=\"\"></a>",
           "<a xmlns:p=\"1\" p:a=\"\" a=\"\"></a>",
           "<a xmlns:p=\"2\" xmlns:q=\"1\" p:a=\"\" q:a=\"\"></a>",
           "<a xmlns:p=\"1\" xmlns:q=\"1\" p:a=\"\" q:a=\"\"></a>",  // one name, two prefixes
           "<a xml:base=\"x\"></a>",
           "<a xml:id=\"x\"></a>",
       }) {
    EXPECT_FALSE(reads(bytes)) << bytes;
  }
}

TEST(CanonicalTree, HasLimits) {
  const Limits limits{.bytes = 1, .depth = 2, .elements = 3, .attributes = 2};
  EXPECT_TRUE(reads("<a><b></b><c></c></a>", limits));
  EXPECT_FALSE(reads("<a><b><c></c></b></a>", limits));
  EXPECT_FALSE(reads("<a><b></b><c></c><d></d></a>", limits));
  EXPECT_TRUE(reads("<a xmlns=\"u\" b=\"\"></a>", limits));
  EXPECT_FALSE(reads("<a b=\"\" c=\"\" d=\"\"></a>", limits));
  EXPECT_FALSE(reads("<a xmlns=\"u\" b=\"\" c=\"\"></a>", limits));
  const Limits deep{.depth = 9, .attributes = 2};
  std::string open;
  std::string close;
  for (char c = 'a'; c < 'f'; ++c) {
    open += std::string("<x xmlns:") + c + "=\"u\" xmlns:" + c + "1=\"u\">";
    close += "</x>";
    // Four in scope are as many as twice two.
    EXPECT_EQ(reads(open + close, deep), c < 'c') << open;
  }
}

TEST(CanonicalTree, KeepsItsElementsWhenItMoves) {
  auto tree = CanonicalTree::read("<a><b c=\"d\">e</b></a>", {});
  ASSERT_TRUE(tree);
  const Element b = *tree->root().first();
  const CanonicalTree moved = *std::move(tree);
  EXPECT_EQ(b.attribute("c"), "d");
  EXPECT_EQ(b.text(), "e");
  EXPECT_EQ(*b.parent(), moved.root());
}

TEST(CanonicalTree, ReadsTextsAndTreesOfAnySize) {
  std::string bytes = "<a>" + std::string(200'000, 'x');
  for (int i = 0; i < 3000; ++i) bytes += "<b c=\"d\">e</b>";
  bytes += "</a>";
  auto tree = CanonicalTree::read(bytes, Limits::metadata());
  ASSERT_TRUE(tree);
  EXPECT_EQ(tests::written(tree->root()),
            tests::written(Document::parse(bytes, Limits::metadata())->root()));
}

}  // namespace
}  // namespace doorward::xml
