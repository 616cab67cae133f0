#include "common/base/utf8.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(Utf8Test, ASequenceHasItsLength) {
  EXPECT_EQ(Utf8SequenceLength("ab"), 1u);
  EXPECT_EQ(Utf8SequenceLength("\xC3\xA9z"), 2u);
  EXPECT_EQ(Utf8SequenceLength("\xE2\x82\xAC"), 3u);
  EXPECT_EQ(Utf8SequenceLength("\xF0\x9F\x98\x80"), 4u);
}

TEST(Utf8Test, WhatIsNoSequenceHasNone) {
  EXPECT_EQ(Utf8SequenceLength("\x80"), 0u) << "a stray byte";
  EXPECT_EQ(Utf8SequenceLength("\xC3"), 0u) << "cut";
  EXPECT_EQ(Utf8SequenceLength("\xC0\xAF"), 0u) << "overlong";
  EXPECT_EQ(Utf8SequenceLength("\xE0\x80\xAF"), 0u) << "overlong";
  EXPECT_EQ(Utf8SequenceLength("\xED\xA0\x80"), 0u) << "a surrogate";
  EXPECT_EQ(Utf8SequenceLength("\xF4\x90\x80\x80"), 0u) << "beyond U+10FFFF";
}

}  // namespace
}  // namespace specctl
