#include "common/sweep/picture_svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

size_t CountOfText(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

std::vector<Picture> OnePicture() {
  Picture picture{.title = "a <b> & \"c\"", .x_title = "x", .y_title = "y", .curves = {}};
  picture.curves.push_back(
      {.name = "off",
       .points = {{.label = "1", .x = {50, 45, 55}, .y = {100, 90, 110}, .on_front = true},
                  {.label = "64", .x = {40, {}, {}}, .y = {1000, 900, 1100}, .on_front = true},
                  {.label = "128", .x = {30, {}, {}}, .y = {900, {}, {}}, .usable = false}}});
  return {picture};
}

// Whether each element that is opened is closed, in order.
bool IsBalanced(const std::string& svg) {
  std::vector<std::string> open;
  for (size_t at = svg.find('<'); at != std::string::npos; at = svg.find('<', at + 1)) {
    const size_t end = svg.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = svg.substr(at + 1, end - at - 1);
    if (tag.starts_with('?') || tag.ends_with('/')) continue;
    if (!tag.starts_with('/')) {
      open.push_back(tag.substr(0, tag.find(' ')));
    } else if (open.empty() || open.back() != tag.substr(1)) {
      return false;
    } else {
      open.pop_back();
    }
  }
  return open.empty();
}

TEST(PictureSvgTest, HasACircleForEachPointAndALineForEachInterval) {
  const std::string svg = PicturesSvg(OnePicture(), "Sweep s");
  EXPECT_TRUE(IsBalanced(svg));
  EXPECT_EQ(CountOfText(svg, "class=\"point"), 3u);
  EXPECT_EQ(CountOfText(svg, "on-front"), 2u);
  EXPECT_EQ(CountOfText(svg, "class=\"error\""), 3u);
  EXPECT_EQ(CountOfText(svg, "class=\"front\""), 1u);
  EXPECT_THAT(svg, HasSubstr(">64</text>"));
  EXPECT_THAT(svg, HasSubstr("fill=\"#fff\" stroke=\"#0072B2\""));  // hollow
  EXPECT_THAT(svg, HasSubstr("<title>Sweep s</title>"));
}

TEST(PictureSvgTest, TextIsEscaped) {
  const std::string svg = PicturesSvg(OnePicture(), std::string("\x01<\xff>"));
  EXPECT_THAT(svg, HasSubstr("a &lt;b&gt; &amp; &quot;c&quot;"));
  EXPECT_THAT(svg, HasSubstr(" &lt;\uFFFD&gt;"));
  EXPECT_THAT(svg, Not(HasSubstr("\x01")));
}

TEST(PictureSvgTest, LabelsStandApart) {
  std::vector<Picture> pictures = OnePicture();
  auto& points = pictures[0].curves[0].points;
  points.push_back(points[0]);
  points.back().label = "2";
  const std::string svg = PicturesSvg(pictures, "s");
  const auto place_of = [&](const std::string& label) {
    const size_t end = svg.find(">" + label + "</text>");
    return svg.substr(svg.rfind("<text", end), 24);
  };
  EXPECT_NE(place_of("1"), place_of("2"));
}

TEST(PictureSvgTest, WithoutAPointItSaysSo) {
  EXPECT_THAT(PicturesSvg({}, "s"), HasSubstr("no point was measured"));
}

}  // namespace
}  // namespace specctl
