#include "common/engine/json_string.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

std::string Unescaped(std::string_view raw) {
  std::string out;
  return UnescapeJson(raw, out) ? out : "(refused)";
}

TEST(UnescapeJsonTest, PlainTextAndNamedEscapes) {
  EXPECT_EQ(Unescaped(""), "");
  EXPECT_EQ(Unescaped("plain \xc3\xa9"), "plain \xc3\xa9");
  EXPECT_EQ(Unescaped(R"(\"\\\/\b\f\n\r\tx)"), "\"\\/\b\f\n\r\tx");
}

TEST(UnescapeJsonTest, CodePointsOfEveryLength) {
  EXPECT_EQ(Unescaped(R"(\u0041\u00e9\u20AC\ud83d\ude00)"),
            "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(Unescaped(R"(\u0000)"), std::string(1, '\0'));
  EXPECT_EQ(Unescaped(R"(\udbff\udfff)"), "\xf4\x8f\xbf\xbf");
}

TEST(UnescapeJsonTest, HalfASurrogatePairIsAReplacementCharacter) {
  EXPECT_EQ(Unescaped(R"(\ud83d)"), "\xef\xbf\xbd");
  EXPECT_EQ(Unescaped(R"(\ude00x)"), "\xef\xbf\xbdx");
  EXPECT_EQ(Unescaped(R"(\ud83d\n)"), "\xef\xbf\xbd\n");
  EXPECT_EQ(Unescaped(R"(\ud83d\ud83d\ude00)"), "\xef\xbf\xbd\xf0\x9f\x98\x80");
}

TEST(UnescapeJsonTest, WhatIsNoEscapeIsRefused) {
  for (const char* raw : {"\\", "a\\x", "\\u12", "\\u12g4", "\\u+123", "\\U0041"}) {
    EXPECT_EQ(Unescaped(raw), "(refused)") << raw;
  }
}

TEST(UnescapeJsonTest, AppendsAndNeverGrowsBeyondTheRawText) {
  for (const std::string_view raw : {R"(\n\u0041\ud83d\ude00\ud800)", "plain", R"(\uffff\u07ff)"}) {
    std::string out = "x";
    ASSERT_TRUE(UnescapeJson(raw, out));
    EXPECT_EQ(out.front(), 'x');
    EXPECT_LE(out.size() - 1, raw.size());
  }
}

}  // namespace
}  // namespace specctl
