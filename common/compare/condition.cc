#include "common/compare/condition.h"

#include <charconv>
#include <cmath>
#include <span>

#include <absl/strings/str_format.h>

#include "common/base/printable.h"
#include "common/compare/figure_term.h"

namespace specctl {
namespace {

struct UnitFactor {
  std::string_view name;
  double factor;  // to the figure's unit
};

// The catalogue's times are in ms; people write SLOs in s.
constexpr UnitFactor kOfMilliseconds[] = {{"ms", 1}, {"s", 1e3}, {"us", 1e-3}, {"min", 60e3}};
constexpr UnitFactor kOfTokensPerSecond[] = {{"tps", 1}, {"tokens/s", 1}};
constexpr UnitFactor kOfPerSecond[] = {{"/s", 1}, {"rps", 1}};
constexpr UnitFactor kOfTokens[] = {{"tokens", 1}};

std::span<const UnitFactor> UnitsOf(Unit unit) {
  switch (unit) {
    case Unit::kMilliseconds:
      return kOfMilliseconds;
    case Unit::kTokensPerSecond:
      return kOfTokensPerSecond;
    case Unit::kPerSecond:
      return kOfPerSecond;
    case Unit::kTokens:
      return kOfTokens;
    // Shares and ratios: a number alone, or % of the first run.
    default:
      return {};
  }
}

class ConditionReader {
 public:
  ConditionReader(const FigureTerm& term, std::span<const FigureName> others)
      : term_(term), others_(others) {}

  absl::StatusOr<Condition> Read() {
    const absl::StatusOr<NamedFigure> named = term_.ReadFigure(others_);
    if (!named.ok()) return named.status();
    condition_.figure = named->figure;
    condition_.statistic = named->statistic;
    const std::string_view rest = named->rest;
    if (!rest.starts_with(">=") && !rest.starts_with("<=")) {
      // At the end of the term there is no character to point at: its end is the place.
      return term_.Wrong(rest.empty() ? term_.end() : rest.substr(0, 1),
                         absl::StrFormat("need >= or <= after %s", named->name));
    }
    condition_.at_least = rest[0] == '>';
    if (absl::Status read = ReadLimit(TrimmedTerm(rest.substr(2))); !read.ok()) return read;
    condition_.text = term_.text();
    return std::move(condition_);
  }

 private:
  absl::Status ReadLimit(std::string_view text) {
    if (text.empty()) return term_.Wrong(term_.end(), "need a number after >= or <=");
    // from_chars takes no plus, and words such as inf.
    std::string_view digits = text;
    if (text.starts_with('+') && !text.starts_with("+-")) digits.remove_prefix(1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), condition_.limit);
    if (error != std::errc() || !std::isfinite(condition_.limit)) {
      return term_.Wrong(text, absl::StrFormat("%s is not a number", Printable(text)));
    }
    const std::string_view unit =
        TrimmedTerm(digits.substr(static_cast<size_t>(end - digits.data())));
    if (unit.empty()) return absl::OkStatus();
    if (unit == "%") {
      condition_.relative = true;
      // -3% is kept as the share -0.03, as ratios are.
      condition_.limit /= 100;
      return absl::OkStatus();
    }
    return Convert(unit);
  }

  absl::Status Convert(std::string_view unit) {
    const FigureName& figure = *condition_.figure;
    std::string known;
    for (const UnitFactor& each : UnitsOf(figure.unit)) {
      if (unit == each.name) {
        condition_.limit *= each.factor;
        if (std::isfinite(condition_.limit)) return absl::OkStatus();
        return term_.Wrong(unit, absl::StrFormat("too large for %s", figure.key));
      }
      known += absl::StrFormat("%s, ", each.name);
    }
    return term_.Wrong(unit, absl::StrFormat("%s is not a unit of %s: need %s%%, or none",
                                             Printable(unit), figure.key, known));
  }

  const FigureTerm term_;
  const std::span<const FigureName> others_;
  Condition condition_;
};

}  // namespace

absl::StatusOr<std::vector<Condition>> ParseConditions(std::string_view text,
                                                       std::span<const FigureName> others) {
  const absl::StatusOr<std::vector<FigureTerm>> terms = SplitTerms(text);
  if (!terms.ok()) return terms.status();
  std::vector<Condition> conditions;
  for (const FigureTerm& term : *terms) {
    absl::StatusOr<Condition> condition = ConditionReader(term, others).Read();
    if (!condition.ok()) return condition.status();
    conditions.push_back(*std::move(condition));
  }
  return conditions;
}

}  // namespace specctl
