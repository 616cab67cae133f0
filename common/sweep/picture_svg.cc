#include "common/sweep/picture_svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/json_writer.h"
#include "common/base/utf8.h"

namespace specctl {
namespace {

constexpr double kWidth = 860, kPanel = 520, kHead = 40;
constexpr double kLeft = 80, kRight = 660, kTop = 40, kBottom = 450;  // of a panel's field
constexpr size_t kSvgXSteps = 8, kSvgYSteps = 6;
// Okabe and Ito's: told apart with any colour vision.
constexpr std::array<std::string_view, 7> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                      "#E69F00", "#56B4E9", "#000000"};

// What XML takes: names come from flags, files and servers.
std::string Escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t length = Utf8SequenceLength(text);
    const auto c = static_cast<unsigned char>(text.front());
    if (length == 0) {
      out += "\uFFFD";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c < 0x20 || c == 0x7f) {
      out += ' ';  // not allowed in XML at all
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

struct TextStyle {
  std::string_view anchor = "start";
  int size = 12;
  std::string_view more = "";
};
void AppendText(double x, double y, std::string_view text, const TextStyle& style,
                std::string& out) {
  out += absl::StrFormat(
      "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\"%s>%s</text>\n", x, y,
      std::string(style.anchor), style.size, std::string(style.more), Escaped(text));
}

void AppendLine(double x1, double y1, double x2, double y2, std::string_view stroke,
                std::string& out) {
  out += absl::StrFormat("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2,
                         y2, std::string(stroke));
}

class Panel {
 public:
  explicit Panel(const Picture& picture) : picture_(picture) {
    const PictureReach reach = ReachOf(picture);
    x_ticks_ = RoundTicks(reach.x, kSvgXSteps);
    y_ticks_ = RoundTicks(reach.y, kSvgYSteps);
  }

  std::string Svg() {
    std::string out;
    AppendText(kLeft, kTop - 14, picture_.title, {.size = 14, .more = " font-weight=\"bold\""},
               out);
    AppendAxes(out);
    AppendFront(out);
    for (size_t i = 0; i < picture_.curves.size(); ++i) AppendCurve(i, out);
    AppendLegend(out);
    return out;
  }

 private:
  static constexpr double kLetter = 6.5, kLine = 12;  // of a label
  struct Box {
    double x = 0, y = 0, width = 0;  // its lower left corner
  };
  static bool Overlap(const Box& a, const Box& b) {
    return a.x < b.x + b.width && b.x < a.x + a.width && std::abs(a.y - b.y) < kLine;
  }

  double X(double value) const {
    return kLeft + (kRight - kLeft) * std::clamp(value / x_ticks_.back(), 0.0, 1.0);
  }
  double Y(double value) const {
    return kBottom - (kBottom - kTop) * std::clamp(value / y_ticks_.back(), 0.0, 1.0);
  }

  void AppendAxes(std::string& out) const {
    for (const double tick : x_ticks_) {
      AppendLine(X(tick), kTop, X(tick), kBottom, "stroke=\"#e4e4e4\"", out);
      AppendText(X(tick), kBottom + 18, FormatDouble(tick), {.anchor = "middle"}, out);
    }
    for (const double tick : y_ticks_) {
      AppendLine(kLeft, Y(tick), kRight, Y(tick), "stroke=\"#e4e4e4\"", out);
      AppendText(kLeft - 8, Y(tick) + 4, FormatDouble(tick), {.anchor = "end"}, out);
    }
    AppendLine(kLeft, kBottom, kRight, kBottom, "stroke=\"#444\"", out);
    AppendLine(kLeft, kTop, kLeft, kBottom, "stroke=\"#444\"", out);
    AppendText((kLeft + kRight) / 2, kBottom + 40, picture_.x_title, {.anchor = "middle"}, out);
    out +=
        absl::StrFormat("<g transform=\"translate(22 %.1f) rotate(-90)\">\n", (kTop + kBottom) / 2);
    AppendText(0, 0, picture_.y_title, {.anchor = "middle"}, out);
    out += "</g>\n";
  }

  // From the fastest for a user to the most of a GPU.
  void AppendFront(std::string& out) const {
    std::vector<const PicturePoint*> front;
    for (const PictureCurve& curve : picture_.curves) {
      for (const PicturePoint& point : curve.points) {
        if (point.on_front) front.push_back(&point);
      }
    }
    if (front.size() < 2) return;
    std::sort(front.begin(), front.end(),
              [](const PicturePoint* a, const PicturePoint* b) { return a->x.value < b->x.value; });
    out += absl::StrFormat(
        "<polyline class=\"front\" points=\"%s\" fill=\"none\" stroke=\"#888\" "
        "stroke-width=\"7\" stroke-opacity=\"0.25\" stroke-linejoin=\"round\"/>\n",
        Coordinates(front));
  }

  std::string Coordinates(const std::vector<const PicturePoint*>& points) const {
    return absl::StrJoin(points, " ", [&](std::string* out, const PicturePoint* point) {
      *out += absl::StrFormat("%.1f,%.1f", X(point->x.value), Y(point->y.value));
    });
  }

  void AppendCurve(size_t index, std::string& out) {
    const PictureCurve& curve = picture_.curves[index];
    const std::string colour(kColours[index % kColours.size()]);
    out += absl::StrFormat("<g class=\"curve\"><title>%s</title>\n", Escaped(curve.name));
    std::vector<const PicturePoint*> points;
    for (const PicturePoint& point : curve.points) points.push_back(&point);
    out += absl::StrFormat(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n",
        Coordinates(points), colour);
    for (const PicturePoint& point : curve.points) AppendPoint(point, colour, out);
    out += "</g>\n";
  }

  void AppendPoint(const PicturePoint& point, const std::string& colour, std::string& out) {
    const double x = X(point.x.value), y = Y(point.y.value);
    const std::string stroke = absl::StrFormat("class=\"error\" stroke=\"%s\"", colour);
    if (point.x.low && point.x.high)
      AppendLine(X(*point.x.low), y, X(*point.x.high), y, stroke, out);
    if (point.y.low && point.y.high)
      AppendLine(x, Y(*point.y.low), x, Y(*point.y.high), stroke, out);
    out += absl::StrFormat(
        "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" fill=\"%s\" stroke=\"%s\"/>\n",
        point.on_front ? "point on-front" : "point", x, y, point.on_front ? 5 : 4,
        point.usable ? colour : "#fff", colour);
    AppendLabel(x, y, point.label, out);
  }

  // Beside the point, where no other label stands; right above it where there is no such place.
  void AppendLabel(double x, double y, std::string_view label, std::string& out) {
    const double width = kLetter * static_cast<double>(label.size());
    const std::array<Box, 4> places = {{{x + 7, y - 6, width},
                                        {x + 7, y + 14, width},
                                        {x - 7 - width, y - 6, width},
                                        {x - 7 - width, y + 14, width}}};
    const auto free = std::find_if(places.begin(), places.end(), [&](const Box& place) {
      return std::none_of(labels_.begin(), labels_.end(),
                          [&](const Box& other) { return Overlap(place, other); });
    });
    const Box& place = free == places.end() ? places.front() : *free;
    labels_.push_back(place);
    AppendText(place.x, place.y, label, {.size = 11}, out);
  }

  void AppendLegend(std::string& out) const {
    double y = kTop + 8;
    for (size_t i = 0; i < picture_.curves.size(); ++i, y += 20) {
      out += absl::StrFormat("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\"/>\n", kRight + 24,
                             y, std::string(kColours[i % kColours.size()]));
      AppendText(kRight + 36, y + 4, picture_.curves[i].name, {}, out);
    }
    AppendLine(kRight + 16, y, kRight + 32, y,
               "stroke=\"#888\" stroke-width=\"7\" stroke-opacity=\"0.25\"", out);
    AppendText(kRight + 36, y + 4, "the front", {}, out);
    AppendText(kRight + 16, y + 26, "points: load; bars: 95 %", {.size = 11}, out);
    AppendText(kRight + 16, y + 42, "hollow: not a data point", {.size = 11}, out);
  }

  const Picture& picture_;
  std::vector<double> x_ticks_, y_ticks_;
  std::vector<Box> labels_;
};

}  // namespace

std::string PicturesSvg(std::span<const Picture> pictures, std::string_view title) {
  const double height = kHead + kPanel * static_cast<double>(std::max<size_t>(pictures.size(), 1));
  std::string out = absl::StrFormat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f "
      "%.0f\" role=\"img\" font-family=\"sans-serif\" fill=\"#222\">\n<title>%s</title>\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
      kWidth, height, kWidth, height, Escaped(title));
  AppendText(kLeft, 26, title, {.size = 15, .more = " font-weight=\"bold\""}, out);
  if (pictures.empty()) AppendText(kLeft, kHead + 40, "no point was measured", {}, out);
  for (size_t i = 0; i < pictures.size(); ++i) {
    out += absl::StrFormat("<g transform=\"translate(0 %.0f)\">\n",
                           kHead + kPanel * static_cast<double>(i));
    out += Panel(pictures[i]).Svg();
    out += "</g>\n";
  }
  return out + "</svg>\n";
}

}  // namespace specctl
