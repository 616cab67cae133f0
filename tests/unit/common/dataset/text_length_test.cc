#include "common/dataset/text_length.h"

#include <gtest/gtest.h>

#include <string>

namespace specctl {
namespace {

TEST(TextLengthTest, CharactersAreCodePoints) {
  EXPECT_EQ(MeasureText("").characters, 0u);
  EXPECT_EQ(MeasureText("abc").characters, 3u);
  EXPECT_EQ(MeasureText("\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80").characters, 3u);
}

TEST(TextLengthTest, TokensAreAQuarterOfAsciiAndTwoThirdsOfOthersRoundedUp) {
  EXPECT_EQ(MeasureText("").tokens, 0u);
  EXPECT_EQ(MeasureText("a").tokens, 1u);
  EXPECT_EQ(MeasureText(std::string(4000, 'x')).tokens, 1000u);
  EXPECT_EQ(MeasureText(std::string(4001, 'x')).tokens, 1001u);
  EXPECT_EQ(MeasureText("\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD").tokens, 2u);
}

}  // namespace
}  // namespace specctl
