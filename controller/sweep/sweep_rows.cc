#include "controller/sweep/sweep_rows.h"

#include <absl/strings/str_format.h>

#include "controller/sweep/point_request.h"

namespace specctl::controller {

absl::Status CheckTiers(const SweepGrid& grid, const Dataset& rows) {
  for (const std::string& tier : grid.tiers) {
    if (auto some = RowsOfTier(rows, tier); !some.ok()) return some.status();
  }
  return absl::OkStatus();
}

absl::Status CheckUnchanged(const Sweep& sweep, const std::string& dataset, const Dataset& rows) {
  const std::string& now = rows.identity.sha256;
  for (const SweepPoint& point : sweep.points) {
    const std::string& sha = point.measured.setup.dataset_sha256;
    const bool differs = point.state == PointState::kDone && point.key.dataset == dataset &&
                         !sha.empty() && !now.empty() && sha != now;
    if (!differs) continue;
    return absl::InvalidArgumentError(
        absl::StrFormat("the prompts of %s have changed since (SHA-256 %s, now %s)", dataset,
                        sha.substr(0, 12), now.substr(0, 12)));
  }
  return absl::OkStatus();
}

}  // namespace specctl::controller
