#include "common/sweep/picture_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

constexpr size_t kAxisColumns = 9;  // "    1200 |"
constexpr size_t kXSteps = 8, kYSteps = 5;

// The field: values to characters, row 0 at the top.
class Field {
 public:
  Field(const Picture& picture, const PictureTextOptions& options)
      : columns_(std::max<size_t>(options.columns, 40) - kAxisColumns - 1),
        rows_(std::max<size_t>(options.rows, 5)),
        lines_(rows_, std::string(columns_, ' ')) {
    const PictureReach reach = ReachOf(picture);
    x_ticks_ = RoundTicks(reach.x, kXSteps);
    y_ticks_ = RoundTicks(reach.y, kYSteps);
  }

  size_t ColumnOf(double x) const { return Scaled(x, x_ticks_.back(), columns_); }
  size_t RowOf(double y) const { return rows_ - 1 - Scaled(y, y_ticks_.back(), rows_); }

  void DrawBars(const PicturePoint& point) {
    const size_t row = RowOf(point.y.value), column = ColumnOf(point.x.value);
    if (point.x.low && point.x.high) {
      const size_t end = ColumnOf(*point.x.high);
      for (size_t at = ColumnOf(*point.x.low); at <= end; ++at) lines_[row][at] = '-';
    }
    if (point.y.low && point.y.high) {
      const size_t end = RowOf(*point.y.low);
      for (size_t at = RowOf(*point.y.high); at <= end; ++at) lines_[at][column] = '|';
    }
  }
  // At its place, or a row below or above where another point has that.
  bool DrawPoint(const PicturePoint& point, char letter) {
    std::string text(1, letter);
    text += point.label;
    if (!point.usable) text += '?';
    const size_t row = RowOf(point.y.value);
    const size_t column = std::min(ColumnOf(point.x.value), columns_ - text.size());
    if (DrawText(row, column, text)) return true;
    if (row + 1 < rows_ && DrawText(row + 1, column, text)) return true;
    return row > 0 && DrawText(row - 1, column, text);
  }

  std::string Text() const {
    std::string out;
    for (size_t row = 0; row < rows_; ++row) {
      std::string line = PadLeft(YTick(row), kAxisColumns - 1) + " |" + lines_[row];
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + "\n";
    }
    out += std::string(kAxisColumns, ' ') + "+" + std::string(columns_, '-') + "\n";
    std::string ticks(kAxisColumns + 1 + columns_, ' ');
    for (const double tick : x_ticks_) {
      const std::string text = FormatDouble(tick);
      const size_t at = std::min(kAxisColumns + 1 + ColumnOf(tick), ticks.size() - text.size());
      ticks.replace(at, text.size(), text);
    }
    ticks.erase(ticks.find_last_not_of(' ') + 1);
    return out + ticks + "\n";
  }

 private:
  static size_t Scaled(double value, double most, size_t cells) {
    const double share = std::clamp(value / most, 0.0, 1.0);
    return static_cast<size_t>(std::lround(share * static_cast<double>(cells - 1)));
  }
  // Where the text has room and covers no other point's.
  bool DrawText(size_t row, size_t column, std::string_view text) {
    const auto begin = lines_[row].begin() + static_cast<std::ptrdiff_t>(column);
    const auto end = begin + static_cast<std::ptrdiff_t>(text.size());
    const bool is_free =
        std::all_of(begin, end, [](char c) { return c == ' ' || c == '-' || c == '|'; });
    if (is_free) std::copy(text.begin(), text.end(), begin);
    return is_free;
  }
  std::string YTick(size_t row) const {
    for (const double tick : y_ticks_) {
      if (RowOf(tick) == row) return FormatDouble(tick);
    }
    return "";
  }

  const size_t columns_, rows_;
  std::vector<std::string> lines_;
  std::vector<double> x_ticks_, y_ticks_;
};

struct LetteredPoint {
  const PicturePoint* point = nullptr;
  char letter = 'a';
};

// Those on the front first: they are drawn where others fall on the same place.
std::vector<LetteredPoint> PointsByFront(const Picture& picture) {
  std::vector<LetteredPoint> points;
  char letter = 'a';
  for (const PictureCurve& curve : picture.curves) {
    for (const PicturePoint& point : curve.points) {
      const char shown = point.on_front ? static_cast<char>(letter - 'a' + 'A') : letter;
      points.push_back({.point = &point, .letter = shown});
    }
    if (letter < 'z') ++letter;
  }
  std::stable_partition(points.begin(), points.end(),
                        [](const LetteredPoint& each) { return each.point->on_front; });
  return points;
}

}  // namespace

std::string PictureText(const Picture& picture, const PictureTextOptions& options) {
  Field field(picture, options);
  const std::vector<LetteredPoint> points = PointsByFront(picture);
  for (const LetteredPoint& each : points) field.DrawBars(*each.point);
  size_t hidden = 0;
  for (const LetteredPoint& each : points) {
    if (!field.DrawPoint(*each.point, each.letter)) ++hidden;
  }
  std::string out =
      absl::StrFormat("%s: %s over %s\n", picture.title, picture.y_title, picture.x_title);
  out += field.Text();
  std::vector<std::string> items;
  char letter = 'a';
  for (const PictureCurve& curve : picture.curves) {
    items.push_back(absl::StrFormat("%c %s", letter, curve.name));
    if (letter < 'z') ++letter;
  }
  items.emplace_back("a capital: on the front");
  if (hidden > 0) items.push_back(CountedText(hidden, "point") + " under others");
  AppendFlow({.label = ""}, items, out);
  return out;
}

}  // namespace specctl
