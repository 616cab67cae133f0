#include "common/engine/utf8_text.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

std::string AsUtf8(std::string_view text) {
  std::string out;
  AppendAsUtf8(text, out);
  return out;
}

TEST(AsUtf8Test, WhatIsUtf8StaysAsItIs) {
  const std::string text = "a\u00e9\u20ac\U0001F600\u07ff\uffff\U0010FFFF";
  EXPECT_EQ(AsUtf8(text), text);
  EXPECT_EQ(AsUtf8(""), "");
}

TEST(AsUtf8Test, EachOtherByteIsReplaced) {
  EXPECT_EQ(AsUtf8("a\xff"
                   "b"),
            "a\uFFFD"
            "b");
  EXPECT_EQ(AsUtf8("\xe2\x82"), "\uFFFD\uFFFD") << "cut off";
  EXPECT_EQ(AsUtf8("\xc0\xaf"), "\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(AsUtf8("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(AsUtf8("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD") << "above U+10FFFF";
  EXPECT_EQ(AsUtf8("\xe9 \xc3\xa9"), "\uFFFD \u00e9");
}

TEST(AsUtf8Test, ControlCharactersAreSpaces) {
  EXPECT_EQ(AsUtf8(std::string_view("a\tb\x1b\0c", 6)), "a b  c");
}

}  // namespace
}  // namespace specctl
