#include "common/sweep/sweep_labels.h"

#include <vector>

namespace specctl {

void AddLabel(std::string_view label, PointMeasurement& measured) {
  if (!measured.HasLabel(label)) measured.labels.emplace_back(label);
}

void RemoveLabel(std::string_view label, PointMeasurement& measured) {
  std::erase(measured.labels, label);
}

}  // namespace specctl
