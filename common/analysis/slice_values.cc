#include "common/analysis/slice_values.h"

#include <algorithm>

namespace specctl {

uint8_t SliceValues::NumberOf(std::string_view value) {
  if (value.empty()) return 0;
  const auto there = std::find(values_.begin(), values_.end(), value);
  const auto index = static_cast<uint8_t>(there - values_.begin());
  if (there != values_.end()) return index + 1;
  if (values_.size() > kValuesMax) return static_cast<uint8_t>(values_.size());
  values_.emplace_back(value);
  return index + 1;
}

}  // namespace specctl
