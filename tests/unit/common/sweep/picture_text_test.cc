#include "common/sweep/picture_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Picture TwoCurvesOfPoints() {
  Picture picture{.title = "d", .x_title = "x", .y_title = "y", .curves = {}};
  picture.curves.push_back(
      {.name = "off",
       .points = {{.label = "1", .x = {50, 45, 55}, .y = {100, {}, {}}},
                  {.label = "64", .x = {40, {}, {}}, .y = {1000, 900, 1100}, .on_front = true}}});
  picture.curves.push_back(
      {.name = "dl3",
       .points = {{.label = "8", .x = {90, {}, {}}, .y = {500, {}, {}}, .usable = false}}});
  return picture;
}

TEST(PictureTextTest, ShowsEachPointByItsCurveAndLoad) {
  const std::string text = PictureText(TwoCurvesOfPoints(), {.columns = 60, .rows = 12});
  EXPECT_THAT(text, HasSubstr("d: y over x\n"));
  EXPECT_THAT(text, HasSubstr("a1"));
  EXPECT_THAT(text, HasSubstr("A64"));  // on the front
  EXPECT_THAT(text, HasSubstr("b8?"));  // no data point
  EXPECT_THAT(text, HasSubstr("a off   b dl3"));
  EXPECT_THAT(text, HasSubstr("--"));
  EXPECT_THAT(text, Not(HasSubstr("under others")));
}

TEST(PictureTextTest, IsAsWideAsItIsToldAndLeavesNoSpacesBehind) {
  std::istringstream lines(PictureText(TwoCurvesOfPoints(), {.columns = 60, .rows = 12}));
  size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_LE(line.size(), 61u);
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
  EXPECT_EQ(count, 12u + 4u);
}

TEST(PictureTextTest, PointsOnOnePlaceStandBelowEachOtherOrAreCounted) {
  Picture picture{.title = "d", .x_title = "x", .y_title = "y", .curves = {}};
  PictureCurve curve{.name = "off", .points = {}};
  for (const char* label : {"1", "2", "3", "4", "5"}) {
    curve.points.push_back({.label = label, .x = {50, {}, {}}, .y = {50, {}, {}}});
  }
  curve.points.push_back({.label = "9", .x = {100, {}, {}}, .y = {100, {}, {}}});
  picture.curves.push_back(curve);
  const std::string text = PictureText(picture, {.columns = 60, .rows = 12});
  for (const char* shown : {"a1", "a2", "a3", "a9", "2 points under others"}) {
    EXPECT_THAT(text, HasSubstr(shown));
  }
}

}  // namespace
}  // namespace specctl
