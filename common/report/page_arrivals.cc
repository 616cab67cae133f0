#include "common/report/page_arrivals.h"

#include <vector>

#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

std::string RateText(double rate_per_s) { return FixedText(rate_per_s, rate_per_s < 100 ? 2 : 1); }

std::string DispersionText(const ArrivalFigures::Dispersion& dispersion) {
  std::string text =
      FixedText(dispersion.index, 2) + " at " + FigureText(dispersion.window_s) + " s";
  if (const auto& expected = dispersion.expected) {
    text += " (" + FixedText(expected->low, 2) + " .. " + FixedText(expected->high, 2) + ")";
  }
  return text;
}

}  // namespace

std::string ArrivalLines(const Results& results) {
  if (!results.arrivals) return "";
  const ArrivalFigures& arrivals = *results.arrivals;
  std::string out;
  std::vector<std::string> items = {
      "planned " + RateText(arrivals.planned_per_s) + "/s, achieved " +
          RateText(arrivals.achieved_per_s) + "/s",
      CountText(arrivals.begun) + " of " + CountText(arrivals.planned) + " begun"};
  if (arrivals.shed > 0) items.push_back(CountText(arrivals.shed) + " shed");
  if (const auto& late = arrivals.lateness_ms) {
    items.push_back("late by p50 " + FigureText(late->p50) + " ms, p99 " + FigureText(late->p99) +
                    ", max " + FigureText(late->max));
  }
  AppendFlow({.label = "arrivals"}, items, out);
  items.clear();
  for (const auto& dispersion : arrivals.dispersion) items.push_back(DispersionText(dispersion));
  if (!items.empty()) items.front() = "dispersion " + items.front();
  if (arrivals.gaps) {
    items.push_back("gaps fit exponential: distance " + FixedText(arrivals.gaps->distance, 3) +
                    ", p " + FigureText(arrivals.gaps->p_value));
  }
  if (!items.empty()) AppendFlow({.label = "arrivals"}, items, out);
  return out;
}

}  // namespace specctl
