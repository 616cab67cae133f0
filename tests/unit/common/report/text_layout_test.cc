#include "common/report/text_layout.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(TextLayoutTest, PaddingCountsCodePoints) {
  EXPECT_EQ(PadLeft("ab", 4), "  ab");
  EXPECT_EQ(PadRight("ab", 4), "ab  ");
  EXPECT_EQ(PadRight("\xC3\xA9", 3), "\xC3\xA9  ");
  EXPECT_EQ(PadLeft("abcde", 4), "abcde");
}

TEST(TextLayoutTest, ItemsFlowWithoutBeingBroken) {
  const std::vector<std::string> items(4, std::string(40, 'x'));
  std::string out;
  AppendFlow({.label = "load"}, items, out);
  const std::string x(40, 'x');
  EXPECT_EQ(out, "load      " + x + "   " + x + "\n          " + x + "   " + x + "\n");
}

TEST(TextLayoutTest, AnItemLongerThanALineStandsAlone) {
  const std::vector<std::string> items = {"a", std::string(200, 'x'), "b"};
  std::string out;
  AppendFlow({.label = "load"}, items, out);
  EXPECT_EQ(out, "load      a\n          " + std::string(200, 'x') + "\n          b\n");
}

TEST(TextLayoutTest, ALineIsFilledToTheLastColumnAndNotBeyond) {
  std::string out;
  const std::vector<std::string> fits = {std::string(50, 'x'), std::string(47, 'y')};
  AppendFlow({.label = ""}, fits, out);
  EXPECT_EQ(out.size(), kPageColumns + 1);
  out.clear();
  const std::vector<std::string> too_long = {std::string(50, 'x'), std::string(48, 'y')};
  AppendFlow({.label = ""}, too_long, out);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 2);
}

TEST(TextLayoutTest, NoItemsLeaveTheLabelAlone) {
  std::string out;
  AppendFlow({.label = "load"}, {}, out);
  EXPECT_EQ(out, "load\n");
}

TEST(TextLayoutTest, WideLinesAreBrokenBetweenItemsElseAtSpaces) {
  EXPECT_EQ(FitLines("load      aaaa bbbb   cccc dddd   eeee\n", 32),
            "load      aaaa bbbb   cccc dddd\n          eeee\n");
  EXPECT_EQ(FitLines("note      aaaa bbbb cccc dddd\nx\n", 24),
            "note      aaaa bbbb cccc\n          dddd\nx\n");
  EXPECT_EQ(FitLines("whole run           aaaa bbbb   cccc dddd\n", 34),
            "whole run           aaaa bbbb\n                    cccc dddd\n");
  EXPECT_EQ(FitLines(std::string(25, ' ') + "aaaa   bbbb", 31),
            std::string(25, ' ') + "aaaa\n" + std::string(25, ' ') + "bbbb");
  EXPECT_EQ(FitLines("file      " + std::string(40, 'x'), 20), "file      " + std::string(40, 'x'));
}

TEST(TextLayoutTest, ProseBreaksAtSpaces) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "words  ";
  std::string out;
  AppendProse("note", text, out);
  EXPECT_EQ(out.find("note      words words"), 0u);
  EXPECT_NE(out.find("words\n          words"), std::string::npos);
  EXPECT_EQ(out.find("  words  "), std::string::npos);
}

}  // namespace
}  // namespace specctl
