#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "base/url.h"

namespace doorward::base {
namespace {

TEST(Instant, ReadsWhatSamlWrites) {
  EXPECT_EQ(parse_instant("1970-01-01T00:00:01Z"), Instant(std::chrono::seconds(1)));
  EXPECT_EQ(parse_instant("1970-01-01T00:00:00.1234567Z"), Instant(Duration(123)));
  EXPECT_EQ(parse_instant("1970-01-01T02:00:00+02:00"), Instant(Duration(0)));
  EXPECT_EQ(parse_instant("1970-01-01T00:00:00.5Z"), Instant(Duration(500)));
}

TEST(Instant, RefusesWhatIsNoInstant) {
  for (auto text :
       {"", "2024-05-01", "2024-05-01T12:00:00", "2024-13-01T12:00:00Z", "2023-02-29T12:00:00Z",
        "2024-05-01T24:00:00Z", "2024-05-01T12:00:60Z", "2024-05-01T12:00:00.Z",
        "2024-05-01T12:00:00Zx", " 2024-05-01T12:00:00Z", "-024-05-01T12:00:00Z"}) {
    EXPECT_EQ(parse_instant(text), std::nullopt) << text;
  }
}

TEST(Instant, FormatsAsItParses) {
  for (auto text : {"2024-02-29T23:59:59Z", "2024-02-29T23:59:59.007Z", "1969-12-31T23:59:59Z"}) {
    EXPECT_EQ(format_instant(parse_instant(text).value()), text);
  }
}

TEST(Duration, NeedsANumberAndAUnit) {
  EXPECT_EQ(parse_duration("8h"), Duration(8 * 3'600'000));
  EXPECT_EQ(parse_duration("250ms"), Duration(250));
  for (auto text : {"", "8", "h", "-1h", "0s", "1.5h", "8 h", "8hh"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
  EXPECT_EQ(format_duration(Duration(5'400'000)), "90m");
}

TEST(Base64, IsStrict) {
  EXPECT_EQ(base64_encode("any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
  EXPECT_EQ(base64_decode("YW55IGNhcm5hbCBwbGVhcw=="), "any carnal pleas");
  for (auto text : {"YQ", "YQ=", "YR==", "Y===", "Y Q==", "YQ==\n", "YQ==YQ==", "Y-Q=", "=YQ="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(base64_decode_spaced(" Y Q\r\n=\t= "), "a");
  EXPECT_EQ(base64_decode_spaced("Y\vQ=="), std::nullopt);
  EXPECT_EQ(base64url_decode(base64url_encode("\xff\xfe\x00")), "\xff\xfe");
  EXPECT_EQ(base64url_decode("YR"), std::nullopt);
}

TEST(Base64, DecodesAlikeWhereverBlanksAndStrangersStand) {
  std::string bytes;
  for (int i = 0; i < 40; ++i) {
    bytes += static_cast<char>(i * 37 + 5);
    const std::string text = base64_encode(bytes);
    EXPECT_EQ(base64_decode(text), bytes);
    for (std::size_t at = 0; at <= text.size(); ++at) {
      auto with = [&](std::string_view what) { return std::string(text).insert(at, what); };
      EXPECT_EQ(base64_decode_spaced(with("\r\n")), bytes);
      EXPECT_EQ(base64_decode_spaced(with(" ")), bytes);
      EXPECT_EQ(base64_decode(with("\n  \n")), std::nullopt);
      EXPECT_EQ(base64_decode_spaced(with("\xE4***")), std::nullopt);
      EXPECT_EQ(base64_decode_spaced(with("A")), std::nullopt);
    }
  }
}

TEST(Percent, DecodesStrictly) {
  EXPECT_EQ(percent_encode("a b/ü"), "a%20b%2F%C3%BC");
  EXPECT_EQ(percent_decode("a%20b+c"), "a b+c");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  for (auto text : {"%", "%2", "%zz", "a%"}) EXPECT_EQ(percent_decode(text), std::nullopt) << text;
}

TEST(Utf8, RefusesOverlongSurrogatesAndNul) {
  EXPECT_TRUE(is_utf8("grüße 💡"));
  for (std::string_view text : {std::string_view("\xC0\xAF"), std::string_view("\xED\xA0\x80"),
                                std::string_view("\xF5\x80\x80\x80"), std::string_view("a\0b", 3),
                                std::string_view("\xC3")}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(Utf8, LooksAtEveryByte) {
  for (std::size_t at = 0; at < 24; ++at) {
    std::string text(24, 'x');
    EXPECT_TRUE(is_utf8(text));
    for (char wrong : {'\0', '\x80', '\xFF', '\xC3'}) {
      text[at] = wrong;
      EXPECT_FALSE(is_utf8(text)) << at;
    }
  }
}

TEST(Url, ReadsOriginAndTarget) {
  auto url = parse_url("HTTPS://App.Example.com:443/a?b=c");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->origin(), "https://app.example.com");
  EXPECT_EQ(url->path(), "/a");
  EXPECT_EQ(url->query(), "b=c");
  EXPECT_EQ(parse_url("http://[::1]:8080")->origin(), "http://[::1]:8080");
  EXPECT_TRUE(parse_url("http://sso.localhost:8080")->is_loopback());
  EXPECT_FALSE(parse_url("http://localhost.example.com")->is_loopback());
  EXPECT_FALSE(parse_url("http://127.evil.com")->is_loopback());
}

TEST(Url, RefusesWhatBrowsersReadOtherwise) {
  for (auto text : {"javascript:alert(1)", "//evil", "http:host", "https://u@host/",
                    "https://a\\b/", "https:///x", "https://host:0/", "https://host:99999/",
                    "https://h#f", "https://h ost/", "https://höst/", "ftp://host/", "https://"}) {
    EXPECT_EQ(parse_url(text), std::nullopt) << text;
  }
  for (auto path : {"", "x", "//evil", "/\\evil", "/a\r\nb", "/ü"}) {
    EXPECT_FALSE(is_local_path(path)) << path;
  }
  EXPECT_TRUE(is_local_path("/a?b=c"));
}

TEST(Json, RefusesDuplicatesDepthAndRubbish) {
  EXPECT_EQ(parse_json(R"({"a":1,"a":2})").error(), JsonError::duplicate_key);
  EXPECT_EQ(parse_json("[[[[1]]]]", 3).error(), JsonError::too_deep);
  EXPECT_EQ(parse_json("{").error(), JsonError::syntax);
  EXPECT_EQ(parse_json("{} x").error(), JsonError::syntax);
  EXPECT_EQ(parse_json("\"\xff\"").error(), JsonError::not_utf8);
  EXPECT_EQ(dump_json(parse_json(R"({"b":[1, 2], "a":"é"})").value()), R"({"a":"é","b":[1,2]})");
}

TEST(Ids, SlugsAndUlids) {
  struct Fixed : Rng {
    void fill(std::span<std::uint8_t> out) override {
      for (auto& byte : out) byte = 0xFF;
    }
  } rng;
  EXPECT_EQ(make_ulid(Instant(Duration(1469918176385)), rng), "01ARYZ6S41ZZZZZZZZZZZZZZZZ");
  EXPECT_TRUE(is_slug("acme-okta"));
  for (auto text : {"", "Acme", "a_b", "a.b"}) EXPECT_FALSE(is_slug(text));
  EXPECT_EQ(nearest("lissten", {"listen", "public_url"}), "listen");
  EXPECT_EQ(nearest("zzz", {"listen"}), "");
}

}  // namespace
}  // namespace doorward::base
