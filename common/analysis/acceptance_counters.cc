#include "common/analysis/acceptance_counters.h"

#include <algorithm>

namespace specctl {
namespace {

// Whether every draft proposed a token at each position.
bool DraftsAreWhole(const ServerCounters& counters) {
  const auto& drafted = counters.drafted_by_position;
  if (!drafted.empty()) {
    return std::all_of(drafted.begin(), drafted.end(),
                       [&](double drafts) { return drafts == *counters.drafts; });
  }
  const auto positions = static_cast<double>(counters.accepted_by_position.size());
  return counters.drafted_tokens == positions * *counters.drafts;
}

void SetRates(const ServerCounters& counters, AcceptanceFigures& figures) {
  const std::vector<double>& accepted = counters.accepted_by_position;
  const std::vector<double>& drafted = counters.drafted_by_position;
  for (size_t i = 0; i < accepted.size(); ++i) {
    // Accepted at a position means that those before it were, too: shares of all drafts, or of
    // those that were as long, where the server tells.
    const double drafts = i < drafted.size() ? drafted[i] : *counters.drafts;
    if (drafts <= 0) break;
    figures.joint.push_back(accepted[i] / drafts);
    // Where nothing got this far there is nothing to be a share of.
    const double before = i == 0 ? 1 : figures.joint[i - 1];
    if (before > 0 && figures.conditional.size() == i) {
      figures.conditional.push_back(figures.joint[i] / before);
    }
  }
  figures.conditional_approximate = figures.conditional.size() > 1 && !DraftsAreWhole(counters);
}

}  // namespace

std::optional<AcceptanceFigures> AcceptanceOfCounters(const ServerCounters& counters, bool all_ok) {
  // No drafts: nothing is divided by 0, and there is no acceptance to tell.
  if (counters.drafts.value_or(0) <= 0 || !counters.accepted_tokens) return std::nullopt;
  // Counters are totals of every request, not a sample: no interval.
  const auto exactly = [](double value) {
    return Estimate{.value = value, .low = std::nullopt, .high = std::nullopt};
  };
  AcceptanceFigures figures;
  figures.source = AcceptanceSource::kCounters;
  figures.source_share = 1;
  figures.drafts = static_cast<uint64_t>(*counters.drafts);
  // The target model adds one token to what it accepts of each draft.
  figures.per_draft = exactly(1 + *counters.accepted_tokens / *counters.drafts);
  figures.accepted_tokens = static_cast<uint64_t>(*counters.accepted_tokens);
  if (counters.drafted_tokens.value_or(0) > 0) {
    figures.drafted_tokens = static_cast<uint64_t>(*counters.drafted_tokens);
    figures.accept_rate = exactly(*counters.accepted_tokens / *counters.drafted_tokens);
  }
  SetRates(counters, figures);
  if (counters.engine_steps.value_or(0) <= 0) return figures;
  figures.steps = static_cast<uint64_t>(*counters.engine_steps);
  figures.per_step = exactly(1 + *counters.accepted_tokens / *counters.engine_steps);
  // A request's first token is of the prompt's step, which is none of decoding.
  const std::optional<double> first_tokens = counters.first_tokens ? counters.first_tokens
                                             : all_ok              ? counters.requests_finished
                                                                   : std::nullopt;
  if (counters.generated_tokens && first_tokens) {
    figures.delivered_per_step =
        exactly((*counters.generated_tokens - *first_tokens) / *counters.engine_steps);
  }
  return figures;
}

}  // namespace specctl
