#include "common/engine/one_line.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(OneLineTest, WhiteSpaceAndControlCharactersBecomeOneSpace) {
  EXPECT_EQ(OneLine(" a\r\n\t b\x01\x7f"
                    "c\n",
                    100),
            "a b c");
  EXPECT_EQ(OneLine("", 100), "");
  EXPECT_EQ(OneLine("\n\n", 100), "");
}

TEST(OneLineTest, CutFallsBetweenCharacters) {
  EXPECT_EQ(OneLine("abcdefgh", 8), "abcdefgh");
  EXPECT_EQ(OneLine("abcdefghi", 8), "abcde...");
  EXPECT_EQ(OneLine("abcd\xc3\xa9\xc3\xa9\xc3\xa9", 8), "abcd...");
  EXPECT_EQ(OneLine(std::string(10'000'000, 'x'), 8), "xxxxx...");
}

TEST(OneLineTest, WhatIsNotUtf8IsAlwaysValidAfterwards) {
  EXPECT_EQ(OneLine("gr\xfc\xdf", 100), "gr??");
  EXPECT_EQ(OneLine("gr\xc3\xbc\xc3\x9f", 100), "gr\xc3\xbc\xc3\x9f");
}

}  // namespace
}  // namespace specctl
