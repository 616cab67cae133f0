#include "common/dataset/row_syntax.h"

#include <gmock/gmock.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;

TEST(RowSyntaxTest, WhatIsWrongIsNamed) {
  EXPECT_THAT(WhyNotJson("\xEF\xBB\xBF{}"), HasSubstr("a byte-order mark precedes it"));
  EXPECT_THAT(WhyNotJson(std::string_view("\0\0", 2)), HasSubstr("NUL bytes"));
  EXPECT_THAT(WhyNotJson(R"({"prompt":"a"},)"), HasSubstr("a comma follows it"));
  EXPECT_THAT(WhyNotJson(R"({"prompt":"a"} {"prompt":"b"})"), HasSubstr("another row"));
  EXPECT_THAT(WhyNotJson("{\"prompt\":\"a\"}\r{}"), HasSubstr("CR only"));
  EXPECT_THAT(WhyNotJson(R"({"prompt":"a"} x)"), HasSubstr("more after it: \"x\""));
  EXPECT_THAT(WhyNotJson("{"), HasSubstr("it ends too early"));
  EXPECT_THAT(WhyNotJson(R"({"prompt":"a)"), HasSubstr("it ends too early"));
  EXPECT_THAT(WhyNotJson(R"({"t":NaN})"), HasSubstr("NaN at byte 6 is not a JSON number"));
  EXPECT_THAT(WhyNotJson(R"({"t":-Infinity})"), HasSubstr("Infinity at byte"));
  EXPECT_THAT(WhyNotJson("{\"prompt\":\"a\x1b[31m\"}"),
              HasSubstr("an unescaped control character (0x1b) at byte 13"));
  EXPECT_THAT(WhyNotJson(R"({"t":1e999})"), HasSubstr("too large for a double"));
}

TEST(RowSyntaxTest, HalfACharacterIsNamedWithItsPlace) {
  EXPECT_THAT(WhyNotJson(R"({"prompt":"a \ud83d b"})"), HasSubstr("\\ud83d at byte 14 is half a"));
  EXPECT_THAT(WhyNotJson(R"({"prompt":"\uDE00"})"), HasSubstr("lone surrogate"));
  EXPECT_THAT(WhyNotJson(R"({"prompt":"\ud83d\ude00" x})"), ::testing::Not(HasSubstr("surrogate")));
  EXPECT_THAT(WhyNotJson(R"({"prompt":"\\ud83d" x})"), ::testing::Not(HasSubstr("surrogate")));
}

TEST(RowSyntaxTest, OtherwiseThePlaceIsToldAndWhatStandsThere) {
  EXPECT_THAT(WhyNotJson(R"({"prompt":"a",})"), HasSubstr("at byte 15, before \"}\""));
  EXPECT_THAT(WhyNotJson("prompt,answer"), HasSubstr("at byte 1, before \"prompt,answer\""));
}

}  // namespace
}  // namespace specctl
