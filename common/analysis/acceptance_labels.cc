#include "common/analysis/acceptance_labels.h"

#include <absl/strings/str_format.h>

#include "common/analysis/acceptance_basis.h"

namespace specctl {

std::vector<VerdictLabel> AcceptanceLabels(const RunSpec& spec, const Results& figures) {
  std::vector<VerdictLabel> labels;
  if (figures.headline.acceptance && figures.headline.acceptance->approximate) {
    labels.push_back({.code = Label::kApproximateAcceptance,
                      .text = "taken from chunks; how many steps were merged is unknown"});
  }
  for (const TargetAcceptance& target : figures.acceptance_sources) {
    const std::string name = TargetLabel(spec, target.target);
    if (target.contradictory > 0) {
      labels.push_back(
          {.code = Label::kContradictoryStatistics,
           .text = absl::StrFormat("statistics of %d ok responses of %s contradict themselves or "
                                   "the tokens that came, and are left out",
                                   target.contradictory, name)});
    }
    if (!target.speculates) continue;
    if (target.merged_share.value_or(0) > kMergedShareMax) {
      labels.push_back(
          {.code = Label::kMergedSteps,
           .text = absl::StrFormat("%.1f %% of the steps of %s arrived in another step's chunk: "
                                   "step latency is measured between chunks",
                                   100 * *target.merged_share, name)});
    }
    // Counters are of all requests.
    const bool from_requests = target.source && *target.source != AcceptanceSource::kCounters;
    if (from_requests && target.share < kSourceShareLabelled) {
      labels.push_back(
          {.code = Label::kPartialAcceptance,
           .text = absl::StrFormat(
               "acceptance covers %.1f %% of the ok requests of %s; the others have no %s",
               100 * target.share, name, AcceptanceSourceName(*target.source))});
    }
  }
  return labels;
}

}  // namespace specctl
