#include "common/compare/figure_words.h"

#include "common/report/number_text.h"

namespace specctl {
namespace {

constexpr int kRatioDecimals = 3;

std::string Signed(double value) {
  const std::string text = FigureText(value);
  // FigureText writes the minus itself.
  return value > 0 ? "+" + text : text;
}

std::string RatioNumber(double value) { return FixedText(value, kRatioDecimals); }

std::string WithIntervalText(const Estimate& estimate, std::string (*text)(double)) {
  std::string out = text(estimate.value);
  if (estimate.low && estimate.high) {
    out += " (" + text(*estimate.low) + " .. " + text(*estimate.high) + ")";
  }
  return out;
}

}  // namespace

std::string StatisticLabel(const ComparedFigure& figure, const ComparedStatistic& statistic) {
  const std::string label(figure.figure->label);
  return statistic.key == "value" ? label : label + " " + std::string(statistic.key);
}

std::string ValueText(const std::optional<Measured>& measured) {
  return measured ? FigureText(measured->value) : "-";
}

std::string DifferenceText(const ComparedStatistic& statistic) {
  return statistic.difference ? WithIntervalText(*statistic.difference, Signed) : "";
}

std::string RatioText(const ComparedStatistic& statistic) {
  return statistic.ratio ? WithIntervalText(*statistic.ratio, RatioNumber) : "";
}

std::string FindingText(Finding finding) {
  switch (finding) {
    case Finding::kNone:
      return "";
    case Finding::kNoDifference:
      return "no difference";
    default:
      return std::string(FindingName(finding));
  }
}

}  // namespace specctl
