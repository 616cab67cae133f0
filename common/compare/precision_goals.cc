#include "common/compare/precision_goals.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/analysis/precision.h"
#include "common/base/printable.h"
#include "common/compare/figure_term.h"

namespace specctl {
namespace {

absl::StatusOr<double> ReadShare(const FigureTerm& term, std::string_view text) {
  if (!text.starts_with("+-")) {
    return term.Wrong(text.empty() ? term.end() : text.substr(0, 1),
                      "need +-NUMBER% after the figure, e.g. ttft_p99 +-5%");
  }
  const std::string_view number = TrimmedTerm(text.substr(2));
  double percent = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), percent);
  const auto length = static_cast<size_t>(read.ptr - number.data());
  if (read.ec != std::errc() || TrimmedTerm(number.substr(length)) != "%") {
    return term.Wrong(text, absl::StrFormat("%s: need +-NUMBER%%", Printable(text)));
  }
  // The negation also refuses what is not a number.
  if (!(percent > 0 && percent < 100)) {
    return term.Wrong(
        text, absl::StrFormat("%s: need more than 0 and less than 100 %%", Printable(text)));
  }
  return percent / 100;
}

absl::StatusOr<PrecisionGoal> ReadGoal(const FigureTerm& term) {
  const absl::StatusOr<NamedFigure> named = term.ReadFigure();
  if (!named.ok()) return named.status();
  PrecisionGoal goal{
      .figure = std::string(named->figure->key),
      .statistic = named->statistic == nullptr ? "value" : std::string(named->statistic->key)};
  const auto keys = FiguresWithIntervals();
  if (std::find(keys.begin(), keys.end(), goal.figure) == keys.end()) {
    const std::vector<std::string> known(keys.begin(), keys.end());
    return term.Wrong(named->name,
                      absl::StrFormat("%s has no interval while a run goes on: need one "
                                      "of %s",
                                      goal.figure, absl::StrJoin(known, ", ")));
  }
  const absl::StatusOr<double> share = ReadShare(term, named->rest);
  if (!share.ok()) return share.status();
  goal.half_width_share = *share;
  return goal;
}

}  // namespace

absl::StatusOr<std::vector<PrecisionGoal>> ParsePrecisionGoals(std::string_view text) {
  const absl::StatusOr<std::vector<FigureTerm>> terms = SplitTerms(text);
  if (!terms.ok()) return terms.status();
  std::vector<PrecisionGoal> goals;
  for (const FigureTerm& term : *terms) {
    absl::StatusOr<PrecisionGoal> goal = ReadGoal(term);
    if (!goal.ok()) return goal.status();
    goals.push_back(*std::move(goal));
  }
  return goals;
}

}  // namespace specctl
