// Conditions that are accepted have a figure and a finite limit, and read back from their own text
// as the same.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/compare/condition.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto conditions = specctl::ParseConditions(text);
  if (!conditions.ok()) return 0;
  if (conditions->empty()) abort();
  for (const specctl::Condition& condition : *conditions) {
    if (condition.figure == nullptr || !std::isfinite(condition.limit)) abort();
    const auto again = specctl::ParseConditions(condition.text);
    if (!again.ok() || again->size() != 1) abort();
    const specctl::Condition& same = again->front();
    if (same.figure != condition.figure || same.statistic != condition.statistic ||
        same.limit != condition.limit || same.relative != condition.relative) {
      abort();
    }
  }
  return 0;
}
