#include "common/analysis/acceptance_fold.h"

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>

#include "common/stats/intervals.h"

namespace specctl {
namespace {

// What the figures need of a set of requests.
struct StepTotals {
  // Requests of which every step is known, and those that tell their number only.
  StepLengths lengths;
  uint64_t steps_each = 0, steps_counted = 0, accepted_counted = 0;
  uint64_t delivered = 0, drafts = 0, drafted = 0, accepted = 0;

  uint64_t steps() const { return steps_each + steps_counted; }

  void AddRequest(const StepSums& sums, StepDetail detail, const StepStore& store) {
    if (detail == StepDetail::kEach) {
      store.AddLengths(sums, lengths);
      steps_each += sums.steps;
    } else if (detail == StepDetail::kCount) {
      steps_counted += sums.steps;
      accepted_counted += sums.accepted;
    } else if (detail == StepDetail::kSteps) {
      // What the end cut off the last step is not known: at least so many were accepted.
      steps_counted += sums.steps;
      accepted_counted += sums.delivered - std::min(sums.delivered, sums.steps);
    }
    if (detail >= StepDetail::kSteps) delivered += sums.delivered;
    if (detail == StepDetail::kEach) drafts += sums.drafts;
    drafted += sums.drafted;
    accepted += sums.accepted;
  }

  void Merge(const StepTotals& other) {
    lengths.Merge(other.lengths);
    steps_each += other.steps_each;
    steps_counted += other.steps_counted;
    accepted_counted += other.accepted_counted;
    delivered += other.delivered;
    drafts += other.drafts;
    drafted += other.drafted;
    accepted += other.accepted;
  }

  void Remove(const StepTotals& other) {
    lengths.Remove(other.lengths);
    steps_each -= other.steps_each;
    steps_counted -= other.steps_counted;
    accepted_counted -= other.accepted_counted;
    delivered -= other.delivered;
    drafts -= other.drafts;
    drafted -= other.drafted;
    accepted -= other.accepted;
  }
};

std::optional<double> Ratio(uint64_t part, uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

// Each kind of request with its own estimate, weighted by its steps.
std::optional<double> LengthPerStep(const StepTotals& totals) {
  if (totals.steps() == 0) return std::nullopt;
  double tokens = 0;
  if (totals.steps_each > 0) {
    tokens += static_cast<double>(totals.steps_each) *
              AcceptanceLengthOf(ConditionalRates(totals.lengths));
  }
  tokens += static_cast<double>(totals.steps_counted + totals.accepted_counted);
  return tokens / static_cast<double>(totals.steps());
}

std::optional<double> DeliveredPerStep(const StepTotals& totals) {
  return Ratio(totals.delivered, totals.steps());
}

std::optional<double> LengthPerDraft(const StepTotals& totals) {
  return Ratio(totals.drafts + totals.accepted, totals.drafts);
}

std::optional<double> AcceptRate(const StepTotals& totals) {
  return Ratio(totals.accepted, totals.drafted);
}

// The requests that enter, by question.
struct Entered {
  StepTotals all;
  std::vector<StepTotals> questions;
  DraftOutcomes drafts;
  std::map<uint32_t, TargetSteps> by_target;
  bool widths_known = true, may_be_trees = false;
  uint64_t ok = 0, requests = 0;
  uint64_t macro_requests = 0;
  double macro_sum = 0;
};

void AddTo(TargetSteps& target, const StepSums& sums, StepDetail detail) {
  if (detail >= StepDetail::kCount) {
    target.steps += sums.steps;
    target.delivered += sums.delivered;
  }
  if (detail == StepDetail::kEach) target.drafts += sums.drafts;
  target.drafted += sums.drafted;
  target.accepted += sums.accepted;
}

using BasisOf = std::function<const StepBasis*(const SettledRequest&)>;

Entered Enter(const AcceptanceInput& input, const BasisOf& basis_of) {
  Entered entered;
  std::unordered_map<uint64_t, size_t> index_of;
  for (const SettledRequest* request : *input.requests) {
    if (!request->ok()) continue;
    const StepBasis* const basis = basis_of(*request);
    const bool tells =
        basis != nullptr && Tells(request->StepsFrom(basis->source).detail, basis->detail);
    if (!tells && request->has_no_step()) continue;
    ++entered.ok;
    if (!tells) continue;
    const StepSums& sums = request->StepsFrom(basis->source);
    ++entered.requests;
    const auto [found, is_new] = index_of.try_emplace(request->question, entered.questions.size());
    if (is_new) entered.questions.emplace_back();
    entered.questions[found->second].AddRequest(sums, basis->detail, *input.store);
    TargetSteps& target = entered.by_target[request->target];
    target.target = request->target;
    AddTo(target, sums, basis->detail);
    input.store->AddDrafts(sums, entered.drafts);
    entered.widths_known = entered.widths_known && (sums.widths_known || sums.drafts == 0);
    entered.may_be_trees = entered.may_be_trees || sums.may_be_trees;
    // The mean over requests, each weighing the same however long it is.
    if (basis->detail < StepDetail::kSteps || sums.steps == 0) continue;
    ++entered.macro_requests;
    const bool uncut_known =
        basis->source != StepSource::kChunks && basis->detail != StepDetail::kSteps;
    const uint64_t tokens = uncut_known ? sums.steps + sums.accepted : sums.delivered;
    entered.macro_sum += static_cast<double>(tokens) / sums.steps;
  }
  for (const StepTotals& question : entered.questions) entered.all.Merge(question);
  return entered;
}

struct Bounds {
  double low = 0;
  std::optional<double> high;
};

using Statistic = std::optional<double> (*)(const StepTotals&);

std::optional<Estimate> EstimateOf(Entered& entered, Statistic statistic, const Bounds& bounds) {
  const std::optional<double> value = statistic(entered.all);
  if (!value) return std::nullopt;
  Estimate estimate{.value = *value, .low = std::nullopt, .high = std::nullopt};
  std::vector<double> without_one;
  for (const StepTotals& question : entered.questions) {
    // It has no part in the statistic, and is no cluster of it.
    if (question.steps() == 0 && question.drafted == 0) continue;
    // Taken out and put back: a sum made anew for each question would be quadratic.
    entered.all.Remove(question);
    const std::optional<double> rest = statistic(entered.all);
    entered.all.Merge(question);
    if (rest) without_one.push_back(*rest);
  }
  const auto interval = IntervalWithin({.value = *value,
                                        .standard_error = JackknifeError(without_one),
                                        .clusters = without_one.size(),
                                        .low = bounds.low,
                                        .high = bounds.high});
  if (interval) {
    estimate.low = interval->low;
    estimate.high = interval->high;
  }
  return estimate;
}

template <class Number>
void TrimZeros(std::vector<Number>& counts) {
  while (!counts.empty() && counts.back() == 0) counts.pop_back();
}

// Figures of how long each step was.
void SetLengths(const Entered& entered, bool over_steps, AcceptanceFigures& figures) {
  figures.histogram = entered.all.lengths.whole.lengths;
  figures.cut_histogram = entered.all.lengths.cut.lengths;
  TrimZeros(figures.histogram);
  TrimZeros(figures.cut_histogram);
  figures.lower_bound = IsLowerBound(entered.all.lengths);
  figures.rates_over_steps = over_steps;
  if (over_steps) {
    figures.conditional = ConditionalRates(entered.all.lengths);
    figures.joint = JointRates(figures.conditional);
  } else {
    figures.joint = JointRates(entered.drafts);
    if (entered.widths_known) figures.conditional = ConditionalRates(entered.drafts);
    // Of a tree, positions beyond its depth look like rejected ones.
    if (entered.may_be_trees) TrimZeros(figures.conditional);
  }
}

// What a set of bases has in common.
struct BasisKind {
  bool any = false, chunks = false, each = true;
  bool cut_unknown = false;  // the number of steps is all that is told
  std::optional<AcceptanceSource> source;
  std::optional<uint32_t> draft_length;  // the longest, where all are known

  void AddBasis(const StepBasis& basis, const TargetAcceptance& told) {
    const AcceptanceSource named = NamedSource(basis.source);
    source = !any || source == named ? named : AcceptanceSource::kMixed;
    const bool known = told.draft_length && (!any || draft_length);
    draft_length = known ? std::optional(std::max(draft_length.value_or(0), *told.draft_length))
                         : std::nullopt;
    any = true;
    chunks = chunks || basis.source == StepSource::kChunks;
    each = each && basis.detail == StepDetail::kEach;
    cut_unknown = cut_unknown || basis.detail == StepDetail::kSteps;
  }
};

std::optional<AcceptanceFigures> FiguresFrom(Entered entered, const BasisKind& kind) {
  if (entered.requests == 0) return std::nullopt;
  AcceptanceFigures figures;
  figures.source = *kind.source;
  figures.source_share = static_cast<double>(entered.requests) / static_cast<double>(entered.ok);
  Bounds length{.low = 1, .high = std::nullopt};
  if (kind.draft_length) length.high = 1.0 + *kind.draft_length;
  figures.per_step = EstimateOf(entered, LengthPerStep, length);
  figures.delivered_per_step = EstimateOf(entered, DeliveredPerStep, length);
  figures.accept_rate = EstimateOf(entered, AcceptRate, {.low = 0, .high = 1});
  if (!figures.per_step && !figures.accept_rate) return std::nullopt;
  if (figures.per_step) figures.steps = entered.all.steps();
  for (const auto& [index, target] : entered.by_target) figures.steps_by_target.push_back(target);
  if (figures.accept_rate) {
    figures.drafted_tokens = entered.all.drafted;
    figures.accepted_tokens = entered.all.accepted;
  }
  if (entered.macro_requests > 0) {
    figures.request_macro_mean = entered.macro_sum / static_cast<double>(entered.macro_requests);
  }
  figures.lower_bound = kind.cut_unknown;
  // Sums alone say nothing of single steps.
  if (!kind.each) return figures;
  // A chunk of one token may have had a draft or none.
  if (!kind.chunks) {
    figures.per_draft = EstimateOf(entered, LengthPerDraft, length);
    figures.drafts = entered.all.drafts;
  }
  SetLengths(entered, kind.chunks, figures);
  return figures;
}

BasisKind KindOf(const AcceptanceInput& input) {
  std::vector<bool> present(input.bases.size());
  for (const SettledRequest* request : *input.requests) {
    if (request->ok() && request->target < present.size()) present[request->target] = true;
  }
  BasisKind kind;
  for (size_t i = 0; i < input.bases.size(); ++i) {
    const TargetBasis& target = input.bases[i];
    if (present[i] && target.basis) kind.AddBasis(*target.basis, target.told);
  }
  return kind;
}

// Of the chunk-derived targets the largest; nullopt where one is unknown.
std::optional<double> LargestMergedShare(std::span<const TargetBasis> bases, bool all) {
  double largest = 0;
  for (const TargetBasis& target : bases) {
    const bool counts =
        all ? target.told.speculates : target.basis && target.basis->source == StepSource::kChunks;
    if (!counts) continue;
    if (!target.told.merged_share) return std::nullopt;
    largest = std::max(largest, *target.told.merged_share);
  }
  return largest;
}

}  // namespace

AcceptanceSource NamedSource(StepSource source) {
  switch (source) {
    case StepSource::kStats:
      return AcceptanceSource::kPerRequest;
    case StepSource::kTimings:
      return AcceptanceSource::kTimings;
    case StepSource::kChunks:
      break;
  }
  return AcceptanceSource::kChunks;
}

std::optional<AcceptanceFigures> AcceptanceOf(const AcceptanceInput& input) {
  const BasisKind kind = KindOf(input);
  if (!kind.any) return std::nullopt;
  std::optional<AcceptanceFigures> figures =
      FiguresFrom(Enter(input,
                        [&](const SettledRequest& request) -> const StepBasis* {
                          if (request.target >= input.bases.size()) return nullptr;
                          const auto& basis = input.bases[request.target].basis;
                          return basis ? &*basis : nullptr;
                        }),
                  kind);
  // Merged steps look like long ones: how many they are must be known.
  if (figures && kind.chunks) {
    figures->merged_share = LargestMergedShare(input.bases, /*all=*/false);
    figures->approximate = !figures->merged_share;
  }
  return figures;
}

std::optional<AcceptanceFigures> AcceptanceFromChunks(const AcceptanceInput& input) {
  static constexpr StepBasis kChunks;
  BasisKind kind;
  kind.AddBasis(kChunks, {});
  std::optional<AcceptanceFigures> figures =
      FiguresFrom(Enter(input, [](const SettledRequest&) { return &kChunks; }), kind);
  if (!figures) return figures;
  figures->merged_share = LargestMergedShare(input.bases, /*all=*/true);
  figures->approximate = figures->merged_share.value_or(1) > kMergedShareMax;
  return figures;
}

}  // namespace specctl
