#include "common/compare/requirement.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/compare/run_facts.h"
#include "common/figures/quantile_need.h"
#include "common/report/number_text.h"

namespace specctl {
namespace {

std::string PercentText(double share) { return FixedText(share * 100, 2) + " %"; }

// What the bound on the bad side is called.
std::string_view BoundName(bool at_least) { return at_least ? "lower" : "upper"; }

constexpr std::string_view kTooLittle = "not enough was measured to decide it";

// `why_no_bound`: said where there is none.
void Settle(bool at_least, std::string (*text)(double), std::string_view why_no_bound,
            Decision& decision) {
  // holds stays false: what is not shown to hold fails the gate.
  if (!decision.bound) {
    decision.reason =
        absl::StrFormat("%s has no 95 %% bound: %s",
                        decision.value ? text(*decision.value) : "the figure", why_no_bound);
    return;
  }
  const double limit = *decision.limit;
  decision.holds = at_least ? *decision.bound >= limit : *decision.bound <= limit;
  decision.reason = absl::StrFormat("%s, %s 95 %% bound %s, %s the limit %s", text(*decision.value),
                                    BoundName(at_least), text(*decision.bound),
                                    decision.holds ? "within" : "beyond", text(limit));
}

// Some numbers never have a bound, however long the run is.
std::string WhyNoBound(const Condition& condition) {
  const FigureName& figure = *condition.figure;
  if (IsFact(figure)) return "it is the servers' own figure, of which no run shows the error";
  if (figure.key == "output_tps_peak") {
    return "it is the largest of all seconds, and an extreme never has one; take output_tps";
  }
  const std::string_view statistic = condition.statistic_key();
  if (statistic == "min" || statistic == "max") {
    return absl::StrFormat("the %s is an extreme, which never has one; take a quantile", statistic);
  }
  if (statistic == "stddev") return "of a standard deviation none is computed";
  return std::string(kTooLittle);
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
      true, [](double value) { return FixedText(value, 3); }, kTooLittle, decision);
  // Settle's reason would only say that it is absent; this one says how to get it.
  if (!decision.value) {
    decision.reason =
        "has no acceptance length per draft: vLLM reports it with "
        "--per-request-spec-decode-metrics";
  }
  return decision;
}

// Of all targets that speculate: none, where no server reports it, or one but for odd fleets.
std::set<uint32_t> DraftLengthsIn(const Results& results) {
  std::set<uint32_t> lengths;
  for (const TargetAcceptance& target : results.acceptance_sources) {
    // What was measured comes before what the server said of itself at the start.
    if (target.speculates && target.draft_length) lengths.insert(*target.draft_length);
  }
  if (!lengths.empty()) return lengths;
  for (const TargetProbed& target : results.targets) {
    if (target.identity.draft_length) lengths.insert(*target.identity.draft_length);
  }
  return lengths;
}

// A file that can't be held against the run: the gate fails, and other runs' are still decided.
Decision FailFile(const std::string& path, const std::string& reason) {
  return {.term = "@" + path, .reason = reason};
}

// nullptr: the run has no such category.
const MeasuredFigures* FiguresOf(const MeasuredRun& run, const std::string& category) {
  if (category == kAllCategories) return &run.figures;
  const auto slice = std::find_if(run.slices.begin(), run.slices.end(), [&](const auto& each) {
    return each.by == Dimension::kCategory && each.key == category;
  });
  return slice == run.slices.end() ? nullptr : &slice->figures;
}

Decision DecideCategory(const AcceptanceFloors& floors, const CategoryFloors& category,
                        uint32_t draft_length, const MeasuredRun& run) {
  const auto fail = [&](const std::string& reason) {
    return Decision{.term = category.name + ": acceptance length per draft",
                    .reason = absl::StrFormat("%s:%d: %s", floors.path, category.line, reason)};
  };
  const auto floor = category.by_draft_length.find(draft_length);
  if (floor == category.by_draft_length.end()) {
    return fail(absl::StrFormat("no floor for %s at draft length %d, which %s has", category.name,
                                draft_length, run.sample->name));
  }
  const MeasuredFigures* const figures = FiguresOf(run, category.name);
  if (figures == nullptr) {
    return fail(absl::StrFormat("%s has no category %s; \"%s\" is the whole run", run.sample->name,
                                category.name, kAllCategories));
  }
  return DecideFloor(category.name, draft_length, floor->second, *figures);
}

// How many values the figure's distribution has; nullopt where it is none, or absent.
std::optional<uint64_t> ValuesIn(const MeasuredRun& run, const FigureName& name) {
  const FigureDefinition* const figure = FindFigure(name.key);
  if (figure == nullptr) return std::nullopt;
  // Lengths are of the whole run; the headline has none.
  for (const FigureSet* set : {&run.results().headline, &run.results().whole_run}) {
    const FigureValue value = figure->read(*set);
    if (const auto* distribution = std::get_if<const Distribution*>(&value)) {
      return (*distribution)->count;
    }
  }
  return std::nullopt;
}

bool HasReasoning(const MeasuredRun& run) {
  // TTFO is measured only where some answer had reasoning.
  return run.results().headline.latency.ttfo_ms.has_value();
}

}  // namespace

Decision Decide(const Condition& condition, const ComparedFigures& figures) {
  const ComparedStatistic* statistic = FindStatisticOf(condition, figures);
  const auto side = [&](std::optional<Measured> ComparedStatistic::*run) -> const Measured* {
    return statistic != nullptr && statistic->*run ? &*(statistic->*run) : nullptr;
  };
  return DecideMeasured(condition, side(&ComparedStatistic::a), side(&ComparedStatistic::b));
}

Decision DecideMeasured(const Condition& condition, const Measured* a, const Measured* b) {
  Decision decision{.term = condition.text, .limit = condition.limit};
  if (b == nullptr || (condition.relative && a == nullptr)) {
    decision.reason = absl::StrFormat("%s is absent in %s", condition.figure->key,
                                      b != nullptr ? "the first run" : "this run");
    return decision;
  }
  // What was counted is that many: it is decided as it is.
  const bool is_count = condition.figure->kind == FigureKind::kCount;
  if (condition.relative) {
    SetRelative(condition.at_least, *a, *b, decision);
    if (is_count) decision.bound = decision.value;
    const bool has_ratio = decision.value.has_value();
    Settle(condition.at_least, PercentText,
           has_ratio ? WhyNoBound(condition) : "a percentage needs both runs' above 0", decision);
  } else {
    SetAbsolute(condition.at_least, *b, decision);
    if (is_count) decision.bound = decision.value;
    Settle(condition.at_least, FigureText, WhyNoBound(condition), decision);
  }
  return decision;
}

void ExplainFewValues(const Condition& condition, const MeasuredRun& a, const MeasuredRun& b,
                      Decision& decision) {
  // Decided, or absent, or of what never has a bound: the reason says enough.
  if (!decision.reason.ends_with(kTooLittle)) return;
  const std::optional<uint64_t> needed = ValuesNeeded(condition.statistic_key());
  if (!needed) return;
  // Both runs' errors are in a percentage; else the second's alone.
  for (const MeasuredRun* run : {&b, condition.relative ? &a : &b}) {
    const std::optional<uint64_t> count = ValuesIn(*run, *condition.figure);
    if (!count || *count >= *needed) continue;
    const bool of_steps = condition.figure->key == "step_latency_ms";
    decision.reason.resize(decision.reason.size() - kTooLittle.size());
    decision.reason +=
        absl::StrFormat("%s needs %s %s, %s has %s", condition.statistic_key(), CountText(*needed),
                        of_steps ? "steps" : "requests", run->sample->name, CountText(*count));
    return;
  }
}

std::vector<Decision> DecideFloors(const AcceptanceFloors& floors, const MeasuredRun& run) {
  const std::set<uint32_t> lengths = DraftLengthsIn(run.results());
  const std::string& name = run.sample->name;
  if (lengths.empty()) {
    return {FailFile(floors.path,
                     absl::StrFormat("the draft length of %s is unknown (no server of it reports "
                                     "one), and the floors of %s are by draft length",
                                     name, floors.path))};
  }
  // Floors are by draft length: a mix of lengths has no floor to hold it against.
  if (lengths.size() > 1) {
    return {FailFile(floors.path,
                     absl::StrFormat("the targets of %s have different draft lengths (%s), and the "
                                     "floors of %s are by draft length",
                                     name, absl::StrJoin(lengths, ", "), floors.path))};
  }
  std::vector<Decision> decisions;
  for (const CategoryFloors& category : floors.categories) {
    decisions.push_back(DecideCategory(floors, category, *lengths.begin(), run));
  }
  return decisions;
}

absl::StatusOr<std::vector<Decision>> DecideFloorsFile(const std::string& path,
                                                       std::string_view text,
                                                       const MeasuredRun& run) {
  const auto& targets = run.results().targets;
  const auto floors =
      ParseAcceptanceFloors(path, text,
                            {.model = targets.empty() ? std::string() : targets.front().model,
                             .thinking = HasReasoning(run)});
  if (absl::IsNotFound(floors.status())) {
    return std::vector<Decision>{
        FailFile(path, absl::StrFormat("%s: %s", run.sample->name, floors.status().message()))};
  }
  if (!floors.ok()) return floors.status();
  return DecideFloors(*floors, run);
}

}  // namespace specctl
