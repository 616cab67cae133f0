// FigureValue: what a figure is in one set of results, in the form that its kind has.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "common/figures/figure_types.h"
#include "common/figures/server_figures.h"

namespace specctl {

// Absent (monostate), or by kind:
//   estimate      Estimate
//   distribution  Distribution, never empty; or the quantiles of a server's histogram
//   gauge         GaugeSummary
//   count         uint64_t; double where it is a difference of counters; a list by position
//   ratio         double; a list by position
//   qualifier     bool, text
// Pointer, lists and text are of the set that was read, and live as long as it is not changed.
// Numbers may be not finite: writers leave these out.
using FigureValue =
    std::variant<std::monostate, Estimate, const Distribution*, const HistogramFigure*,
                 GaugeSummary, uint64_t, double, std::span<const double>, std::span<const uint64_t>,
                 bool, std::string_view>;

inline bool IsAbsent(const FigureValue& value) {
  return std::holds_alternative<std::monostate>(value);
}

// The figure that a field holds; an empty optional, distribution or list is an absent one.
inline FigureValue ValueOf(const Distribution& field) {
  return field.count > 0 ? FigureValue(&field) : FigureValue();
}
inline FigureValue ValueOf(const HistogramFigure& field) { return &field; }
inline FigureValue ValueOf(const Estimate& field) { return field; }
inline FigureValue ValueOf(const GaugeSummary& field) { return field; }
inline FigureValue ValueOf(uint64_t field) { return field; }
inline FigureValue ValueOf(double field) { return field; }
inline FigureValue ValueOf(bool field) { return field; }
template <class T>
FigureValue ValueOf(const std::vector<T>& field) {
  return field.empty() ? FigureValue() : FigureValue(std::span<const T>(field));
}
template <class T>
FigureValue ValueOf(const std::optional<T>& field) {
  return field ? ValueOf(*field) : FigureValue();
}

}  // namespace specctl
