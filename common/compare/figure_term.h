// A term that asks something of a figure: FIGURE[_pNN], then what is asked.  Several are divided by
// commas.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/figures/catalogue.h"
#include "common/figures/statistic.h"

namespace specctl {

// What a term begins with.  FIGURE is a key of the catalogue, with or without its unit (ttft for
// ttft_ms), or a fact of the run (run_facts.h); without a quantile a distribution's mean is meant.
struct NamedFigure {
  const FigureName* figure = nullptr;
  const Statistic* statistic = nullptr;  // nullptr: the figure is no distribution
  std::string_view name;                 // as it was written
  std::string_view rest;                 // of the term, without spaces around it
};

// A part of the text that a flag was given; its pieces are views into that, so that errors say
// where they are.
class FigureTerm {
 public:
  FigureTerm(std::string_view whole, std::string_view term) : whole_(whole), term_(term) {}

  // `others`: figures that may be named besides those of a run.
  // INVALID_ARGUMENT: it begins with no figure, or with a quantile of one that has none.
  absl::StatusOr<NamedFigure> ReadFigure(std::span<const FigureName> others = {}) const;

  std::string_view text() const { return term_; }
  std::string_view end() const { return term_.substr(term_.size()); }  // where more is missing
  // INVALID_ARGUMENT: what is wrong with `piece`, which is part of it, and where that is
  // (characters from 1).
  absl::Status Wrong(std::string_view piece, const std::string& what) const;

 private:
  std::string_view whole_, term_;
};

// At least one.  INVALID_ARGUMENT: nothing follows the last comma.
absl::StatusOr<std::vector<FigureTerm>> SplitTerms(std::string_view text);

// Without spaces around it.
std::string_view TrimmedTerm(std::string_view text);

}  // namespace specctl
