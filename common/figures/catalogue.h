// The catalogue: every figure, defined once.  Page, summary.json, curves.csv, the CSV of figures
// and comparisons are written from it, in its order; docs/metrics.md defines each of its keys (a
// test holds the two together).
//
// A new figure is a field of its group (figure_types.h), its computation and its entry here.
#pragma once

#include <cassert>
#include <span>
#include <string>
#include <string_view>

#include "common/figures/figure_definition.h"
#include "common/figures/figure_field.h"

namespace specctl {

// Of a FigureSet: the headline, the whole run, a slice.  Those of a group stand together.
std::span<const FigureDefinition> Catalogue();
// nullptr where there is none of that key.
const FigureDefinition* FindFigure(std::string_view key);
// The key of `Catalogue()` that is nearest to `typed`; empty where none is near.
std::string_view NearestFigure(std::string_view typed);

// Counts of requests, of the run, a slice or an agent.
std::span<const FigureOf<Conservation>> ConservationCatalogue();
// Tokens of the run.
std::span<const FigureOf<TokenTotals>> TokenCatalogue();

// Of a window: the columns of curves.csv between what the window is and its dataset.
std::span<const FigureOf<WindowValues>> WindowCatalogue();

// Of the servers: deltas of counters, of one target or summed, and what is known of them together.
std::span<const FigureOf<ServerCounters>> CounterCatalogue();
std::span<const FigureOf<ServerFigures>> ServerCatalogue();
// By their own histograms; in the page's order.
std::span<const FigureOf<ServerLatencies>> ServerLatencyCatalogue();
// Of the network to a target, and of an agent and its machine.
std::span<const FigureOf<TargetNetwork>> NetworkCatalogue();
std::span<const FigureOf<AgentFigures>> AgentCatalogue();
std::span<const FigureOf<ArrivalFigures>> ArrivalCatalogue();

template <auto kField, class Source>
bool Reads(const FigureOf<Source>& figure) {
  return figure.read == &ReadField<Source, kField>;
}

// The catalogue of what a field belongs to.
template <class Part>
std::span<const FigureDefinition> CatalogueWith(const Part*) {
  return Catalogue();
}
inline auto CatalogueWith(const Conservation*) { return ConservationCatalogue(); }
inline auto CatalogueWith(const TokenTotals*) { return TokenCatalogue(); }
inline auto CatalogueWith(const WindowValues*) { return WindowCatalogue(); }
inline auto CatalogueWith(const ServerCounters*) { return CounterCatalogue(); }
inline auto CatalogueWith(const ServerFigures*) { return ServerCatalogue(); }
inline auto CatalogueWith(const ServerLatencies*) { return ServerLatencyCatalogue(); }
inline auto CatalogueWith(const TargetNetwork*) { return NetworkCatalogue(); }
inline auto CatalogueWith(const AgentFigures*) { return AgentCatalogue(); }
inline auto CatalogueWith(const ArrivalFigures*) { return ArrivalCatalogue(); }

// The definition of the figure in a field: DefinitionOf<&AcceptanceFigures::per_step>().  A field
// without one is our mistake, and is asserted.
template <auto kField>
const auto& DefinitionOf() {
  const auto catalogue = CatalogueWith(static_cast<const decltype(ClassOf(kField))*>(nullptr));
  for (const auto& figure : catalogue) {
    if (Reads<kField>(figure)) return figure;
  }
  assert(false && "a figure that the catalogue lacks");
  return catalogue.front();
}
template <auto kField>
std::string LabelOf() {
  return std::string(DefinitionOf<kField>().label);
}

}  // namespace specctl
