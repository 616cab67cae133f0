// Whatever a TensorRT-LLM server answers as its iterations: read or refused, counted once,
// and what is printed of them is Prometheus's form.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/engine/iteration_stats.h"
#include "common/prometheus/exposition.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  specctl::IterationCounters counters;
  const absl::Status first = counters.AddAnswer(body);
  const auto printed = specctl::ParseExposition(counters.Exposition());
  Require(printed.ok() && printed->size() == 5);
  // The same again is of iterations that were counted.
  Require(counters.AddAnswer(body) == first);
  const auto again = specctl::ParseExposition(counters.Exposition());
  Require(again.ok() && again->size() == 5);
  const auto parsed = specctl::ParseIterationStats(body);
  Require(parsed.ok() == first.ok());
  // Of a whole answer some may have been dropped.
  if (parsed.ok() && parsed->size() >= specctl::IterationCounters::kKept) return 0;
  for (size_t i = 0; i < 3; ++i) Require((*again)[i].value == (*printed)[i].value);
  return 0;
}
