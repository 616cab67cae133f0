#include "common/analysis/unscraped_targets.h"

#include "common/analysis/server_fold.h"

namespace specctl {

std::vector<ScrapeFailure> UnscrapedTargets(const RunContext& run) {
  std::vector<ScrapeFailure> targets;
  if (!run.spec().server_metrics) return targets;
  for (const MetricsSource& source : MetricsSourcesOf(run.spec())) {
    // Sources with a URL have a scrape's own error.
    if (!source.url.empty() || !source.target) continue;
    for (const TargetProbed& target : run.targets) {
      if (target.target != *source.target || target.metrics_note.empty()) continue;
      targets.push_back({.url = target.url, .text = target.metrics_note});
    }
  }
  return targets;
}

}  // namespace specctl
