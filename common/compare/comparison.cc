#include "common/compare/comparison.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/figures/catalogue.h"

namespace specctl {
namespace {

// Slices of one name; targets by their order where there are as many and all URLs differ.
const MeasuredSlice* Matching(const MeasuredRun& a, size_t index, const MeasuredRun& b) {
  const MeasuredSlice& slice = a.slices[index];
  const auto is_same = [&](const MeasuredSlice& other) {
    return other.by == slice.by && other.key == slice.key;
  };
  const auto found = std::find_if(b.slices.begin(), b.slices.end(), is_same);
  if (found != b.slices.end()) return &*found;
  if (slice.by != Dimension::kTarget) return nullptr;
  const auto targets_in = [](const MeasuredRun& run) {
    std::vector<const MeasuredSlice*> targets;
    for (const MeasuredSlice& each : run.slices) {
      if (each.by == Dimension::kTarget) targets.push_back(&each);
    }
    return targets;
  };
  // Both lists are in the order of the command line, e.g. replica 1 against replica 1.
  const auto of_a = targets_in(a), of_b = targets_in(b);
  const bool share_one = std::any_of(of_a.begin(), of_a.end(), [&](const MeasuredSlice* target) {
    return std::any_of(of_b.begin(), of_b.end(),
                       [&](const MeasuredSlice* other) { return other->key == target->key; });
  });
  if (share_one || of_a.size() != of_b.size()) return nullptr;
  const auto at = std::find(of_a.begin(), of_a.end(), &slice);
  return of_b[static_cast<size_t>(at - of_a.begin())];
}

std::vector<ComparedSlice> CompareSlices(const MeasuredRun& a, const MeasuredRun& b) {
  std::vector<ComparedSlice> slices;
  for (size_t i = 0; i < a.slices.size(); ++i) {
    const MeasuredSlice* other = Matching(a, i, b);
    if (other == nullptr) continue;
    const std::string& key = a.slices[i].key;
    slices.push_back({.by = a.slices[i].by,
                      .key = key == other->key ? key : key + " | " + other->key,
                      .figures = CompareFigures(a.slices[i].figures, other->figures)});
  }
  return slices;
}

// A step with drafts takes longer than one without and yields more tokens: neither is better for
// it.
void SetStepLatencyNeither(ComparedFigures& figures) {
  for (ComparedFigure& figure : figures) {
    if (figure.figure != &DefinitionOf<&LatencyFigures::step_latency_ms>()) continue;
    figure.better = Better::kNeither;
  }
}

void CallAll(Comparison& comparison) {
  // Two families: a run with hundreds of slices must not weaken what is said of its headline.
  CallDifferences({&comparison.figures});
  std::vector<ComparedFigures*> sliced;
  for (ComparedSlice& slice : comparison.slices) sliced.push_back(&slice.figures);
  CallDifferences(sliced);
}

}  // namespace

bool Comparison::requirements_hold() const {
  return std::all_of(decisions.begin(), decisions.end(),
                     [](const Decision& decision) { return decision.holds; });
}

Comparison CompareRuns(const MeasuredRun& a, const MeasuredRun& b, const CompareOptions& options) {
  Comparison comparison;
  comparison.a = a.sample;
  comparison.b = b.sample;
  comparison.comparability = CheckComparability(a, b, options.across);
  comparison.spec_differences = SpecDifferences(a.results(), b.results());
  comparison.figures = CompareFigures(a.figures, b.figures);
  comparison.slices = CompareSlices(a, b);
  if (SpeculationText(a.results()) != SpeculationText(b.results())) {
    SetStepLatencyNeither(comparison.figures);
    for (ComparedSlice& slice : comparison.slices) SetStepLatencyNeither(slice.figures);
  }
  comparison.replies = CompareReplies(*a.sample, *b.sample, options.floor);
  // Figures and replies stand side by side also where the comparison is refused.
  if (!comparison.comparable()) return comparison;
  CallAll(comparison);
  for (const Condition& requirement : options.requirements) {
    Decision decision = Decide(requirement, comparison.figures);
    ExplainFewValues(requirement, a, b, decision);
    comparison.decisions.push_back(std::move(decision));
  }
  return comparison;
}

absl::Status CheckFloor(const MeasuredRun& a, const MeasuredRun& floor) {
  const auto refuse = [&](const std::string& why) {
    return absl::InvalidArgumentError(absl::StrFormat("--floor %s: is not a second run of %s: %s",
                                                      floor.sample->name, a.sample->name, why));
  };
  if (IsSameRun(a.results(), floor.results())) return refuse("it is that run itself");
  // CheckComparability takes speculation on against off; a second run has the same.
  const std::string of_a = SpeculationText(a.results()),
                    of_floor = SpeculationText(floor.results());
  if (of_a != of_floor) {
    return refuse(absl::StrFormat("speculation differs: A %s, B %s", of_a, of_floor));
  }
  // How it went does not matter to its answers, or is what the floor is about.
  static constexpr std::string_view kDoesNotMatter[] = {"verdict", "prefix_hits", "output_lengths",
                                                        "finish_reasons"};
  for (const Refusal& refusal : CheckComparability(a, floor, {}).refusals) {
    const bool matters = std::find(std::begin(kDoesNotMatter), std::end(kDoesNotMatter),
                                   refusal.code) == std::end(kDoesNotMatter);
    if (matters) return refuse(refusal.text);
  }
  return absl::OkStatus();
}

}  // namespace specctl
