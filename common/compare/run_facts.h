// Run facts: a run's counts and its servers' figures, which have no error to speak of.
#pragma once

#include <span>
#include <string_view>

#include "common/analysis/results.h"
#include "common/compare/measured_figure.h"
#include "common/figures/figure_definition.h"

namespace specctl {

// Counts of requests, then of tokens ("tokens_..."), then what the servers' metrics say
// ("servers_..."), as the catalogue has them: with the prefix each key is unique among all figures.
std::span<const FigureName> RunFacts();
// nullptr where there is none of that key.
const FigureName* FindFact(std::string_view key);
bool IsFact(const FigureName& figure);

// Those that the run has, in the order of RunFacts(), without spread.
MeasuredFigures MeasureFacts(const Results& results);

}  // namespace specctl
