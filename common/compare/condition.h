// Condition: what a figure must be, in the one grammar that every flag takes:
//
//   FIGURE[_pNN] >=|<= NUMBER[unit|%]      comma = and
//
//   output_tps >= -3%, ttft_p95 <= 2s
//
// FIGURE is a key of the catalogue, with or without its unit (ttft for ttft_ms), or a fact of the
// run such as failed or servers_waiting (run_facts.h); without a quantile
// a distribution's mean is meant.  A number without a unit is in the figure's own.  `%` is of the
// first run: `>= -3%` holds where the figure is at most 3 % below what it is there.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/figures/catalogue.h"
#include "common/figures/statistic.h"

namespace specctl {

struct Condition {
  const FigureName* figure = nullptr;
  const Statistic* statistic = nullptr;  // nullptr: the figure is no distribution
  bool at_least = true;                  // >=; else <=
  double limit = 0;                      // in the figure's unit, or a share of the first run's
  bool relative = false;                 // the latter
  std::string text;                      // as it was written

  // "mean", "p95", or "value" of what is no distribution.
  std::string_view statistic_key() const { return statistic == nullptr ? "value" : statistic->key; }
};

// At least one.  `others`: figures that may be named besides those of a run, e.g. a plan's speedup;
// they must outlive the conditions.
// INVALID_ARGUMENT: a term that is none, with its place in `text` (characters from 1) and what is
// wrong with it.
absl::StatusOr<std::vector<Condition>> ParseConditions(std::string_view text,
                                                       std::span<const FigureName> others = {});

}  // namespace specctl
