#include "common/compare/requirement.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/report/number_text.h"

namespace specctl {
namespace {

std::string PercentText(double share) { return FixedText(share * 100, 2) + " %"; }

// What the bound on the bad side is called.
std::string_view BoundName(bool at_least) { return at_least ? "lower" : "upper"; }

void Settle(bool at_least, std::string (*text)(double), Decision& decision) {
  // holds stays false: what is not shown to hold fails the gate.
  if (!decision.bound) {
    decision.reason = absl::StrFormat("%s has no 95 %% bound: not enough was measured to decide it",
                                      decision.value ? text(*decision.value) : "the figure");
    return;
  }
  decision.holds = at_least ? *decision.bound >= decision.limit : *decision.bound <= decision.limit;
  decision.reason = absl::StrFormat("%s, %s 95 %% bound %s, %s the limit %s", text(*decision.value),
                                    BoundName(at_least), text(*decision.bound),
                                    decision.holds ? "within" : "beyond", text(decision.limit));
}

// b / a - 1 and its bound.
void SetRelative(bool at_least, const Measured& a, const Measured& b, Decision& decision) {
  const std::optional<RatioEstimate> ratio = RatioOf(a, b, kZ95);
  if (!ratio) return;
  decision.value = ratio->value - 1;
  if (!ratio->interval) return;
  // One-sided: RatioOf at kZ95 has 5 % beyond each end, and only the bad end counts.
  decision.bound = (at_least ? ratio->interval->low : ratio->interval->high) - 1;
}

void SetAbsolute(bool at_least, const Measured& b, Decision& decision) {
  decision.value = b.value;
  decision.bound = at_least ? b.Low(kZ95) : b.High(kZ95);
}

const ComparedStatistic* FindStatisticOf(const Condition& condition,
                                         const ComparedFigures& figures) {
  for (const ComparedFigure& figure : figures) {
    if (figure.figure == condition.figure) return figure.Find(condition.statistic_key());
  }
  return nullptr;
}

Decision DecideFloor(const std::string& category, uint32_t draft_length, double floor,
                     const MeasuredFigures& figures) {
  Decision decision{
      .term = absl::StrFormat("%s: acceptance length per draft >= %s at draft length %d", category,
                              FixedText(floor, 2), draft_length),
      .limit = floor};
  if (const MeasuredFigure* figure = FindMeasured(figures, "per_draft")) {
    SetAbsolute(true, figure->statistics.front().measured, decision);
  }
  Settle(
      true, [](double value) { return FixedText(value, 3); }, decision);
  // Settle's reason would only say that it is absent; this one says how to get it.
  if (!decision.value) {
    decision.reason =
        "has no acceptance length per draft: vLLM reports it with "
        "--per-request-spec-decode-metrics";
  }
  return decision;
}

// The one draft length of all targets that speculate.
absl::StatusOr<uint32_t> DraftLengthOf(const Results& results) {
  std::set<uint32_t> lengths;
  for (const TargetAcceptance& target : results.acceptance_sources) {
    // What was measured comes before what the server said of itself at the start.
    if (target.speculates && target.draft_length) lengths.insert(*target.draft_length);
  }
  if (lengths.empty()) {
    for (const TargetProbed& target : results.targets) {
      if (target.draft_length) lengths.insert(*target.draft_length);
    }
  }
  // Floors are by draft length: a mix of lengths has no floor to hold it against.
  if (lengths.size() == 1) return *lengths.begin();
  return absl::InvalidArgumentError(
      lengths.empty() ? "the run's draft length is unknown: no server reports it"
                      : absl::StrFormat("the run's targets have different draft lengths: %s",
                                        absl::StrJoin(lengths, ", ")));
}

}  // namespace

Decision Decide(const Condition& condition, const ComparedFigures& figures) {
  Decision decision{.term = condition.text, .limit = condition.limit};
  const ComparedStatistic* statistic = FindStatisticOf(condition, figures);
  if (statistic == nullptr || !statistic->b || (condition.relative && !statistic->a)) {
    decision.reason =
        absl::StrFormat("%s is absent in %s", condition.figure->key,
                        statistic != nullptr && statistic->b ? "the first run" : "this run");
    return decision;
  }
  // What was counted is that many: it is decided as it is.
  const bool is_count = condition.figure->kind == FigureKind::kCount;
  if (condition.relative) {
    SetRelative(condition.at_least, *statistic->a, *statistic->b, decision);
    if (is_count) decision.bound = decision.value;
    Settle(condition.at_least, PercentText, decision);
  } else {
    SetAbsolute(condition.at_least, *statistic->b, decision);
    if (is_count) decision.bound = decision.value;
    Settle(condition.at_least, FigureText, decision);
  }
  return decision;
}

absl::StatusOr<std::vector<Decision>> DecideFloors(const AcceptanceFloors& floors,
                                                   const MeasuredRun& run) {
  const absl::StatusOr<uint32_t> draft_length = DraftLengthOf(run.results());
  if (!draft_length.ok()) return draft_length.status();
  std::vector<Decision> decisions;
  for (const CategoryFloors& category : floors.categories) {
    const auto floor = category.by_draft_length.find(*draft_length);
    if (floor == category.by_draft_length.end()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s:%d: no floor for %s at the run's draft length %d", floors.path,
                          category.line, category.name, *draft_length));
    }
    const MeasuredFigures* figures = &run.figures;
    if (category.name != kAllCategories) {
      const auto slice = std::find_if(run.slices.begin(), run.slices.end(), [&](const auto& each) {
        return each.by == Dimension::kCategory && each.key == category.name;
      });
      if (slice == run.slices.end()) {
        return absl::InvalidArgumentError(
            absl::StrFormat("%s:%d: the run has no category %s; \"%s\" is the whole run",
                            floors.path, category.line, category.name, kAllCategories));
      }
      figures = &slice->figures;
    }
    decisions.push_back(DecideFloor(category.name, *draft_length, floor->second, *figures));
  }
  return decisions;
}

}  // namespace specctl
