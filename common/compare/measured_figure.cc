#include "common/compare/measured_figure.h"

#include <algorithm>

namespace specctl {

const MeasuredStatistic* MeasuredFigure::Find(std::string_view key) const {
  const auto found = std::find_if(statistics.begin(), statistics.end(),
                                  [&](const MeasuredStatistic& each) { return each.key == key; });
  return found == statistics.end() ? nullptr : &*found;
}

const MeasuredFigure* FindMeasured(const MeasuredFigures& figures, std::string_view key) {
  const auto found = std::find_if(figures.begin(), figures.end(), [&](const MeasuredFigure& each) {
    return each.figure->key == key;
  });
  return found == figures.end() ? nullptr : &*found;
}

}  // namespace specctl
