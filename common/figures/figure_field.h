// Readers of a figure's field, for the tables of the catalogue.
#pragma once

#include "common/figures/figure_set.h"
#include "common/figures/figure_value.h"
#include "common/figures/run_counts.h"
#include "common/figures/server_figures.h"
#include "common/figures/window_values.h"

namespace specctl {

// The part of a source that has a field; nullptr where that part is absent.
inline const ThroughputFigures* PartOf(const FigureSet& set, const ThroughputFigures*) {
  return &set.throughput;
}
inline const LatencyFigures* PartOf(const FigureSet& set, const LatencyFigures*) {
  return &set.latency;
}
inline const LengthFigures* PartOf(const FigureSet& set, const LengthFigures*) {
  return &set.length;
}
inline const AcceptanceFigures* PartOf(const FigureSet& set, const AcceptanceFigures*) {
  return set.acceptance ? &*set.acceptance : nullptr;
}
template <class Whole>
const Whole* PartOf(const Whole& whole, const Whole*) {
  return &whole;
}

template <class Part, class Field>
Part ClassOf(Field Part::*);

// `kField` is a pointer to a member of a part of `Source`.  Two readers are the same pointer if
// and only if they read the same field.
template <class Source, auto kField>
FigureValue ReadField(const Source& source) {
  using Part = decltype(ClassOf(kField));
  const Part* part = PartOf(source, static_cast<const Part*>(nullptr));
  return part == nullptr ? FigureValue() : ValueOf(part->*kField);
}

}  // namespace specctl
