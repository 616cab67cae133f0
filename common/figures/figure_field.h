// Readers of a figure's field, for the tables of the catalogue.
#pragma once

#include <optional>
#include <type_traits>
#include <vector>

#include "common/figures/agent_figures.h"
#include "common/figures/arrival_figures.h"
#include "common/figures/figure_definition.h"
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

// --- a kind that its field can't have does not compile -------------------------------------------

template <class T>
struct FormOf {
  using Type = T;
};
template <class T>
struct FormOf<std::optional<T>> : FormOf<T> {};
template <class T>
struct FormOf<std::vector<T>> : FormOf<T> {};

template <class Field>
constexpr bool CanHold(FigureKind kind) {
  using Form = typename FormOf<Field>::Type;
  if constexpr (std::is_same_v<Form, Estimate>) return kind == FigureKind::kEstimate;
  if constexpr (std::is_same_v<Form, Distribution>) return kind == FigureKind::kDistribution;
  if constexpr (std::is_same_v<Form, HistogramFigure>) return kind == FigureKind::kDistribution;
  if constexpr (std::is_same_v<Form, GaugeSummary>) return kind == FigureKind::kGauge;
  if constexpr (std::is_same_v<Form, bool>) return kind == FigureKind::kQualifier;
  // A difference of counters is a double.
  const bool number = std::is_same_v<Form, double> && kind == FigureKind::kRatio;
  return number || kind == FigureKind::kCount;
}

template <class Part, class Field>
Field TypeOf(Field Part::*);

inline void FieldCanNotHoldThatKind() {}  // not constexpr: the compiler's error names it

template <auto kField>
constexpr FigureName Checked(FigureName name) {
  if (!CanHold<decltype(TypeOf(kField))>(name.kind)) FieldCanNotHoldThatKind();
  return name;
}

}  // namespace specctl
