// What a traffic mix would gain, by Eq. 3 of SPEED-Bench: S = t_ar * AL / t_sd of each domain, and
// of the mix 1 / sum(share / S), shares being of output tokens.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/planning/curve.h"
#include "common/planning/plan_request.h"

namespace specctl {

struct DomainProjection {
  std::string domain;
  double share = 0;
  std::optional<Estimate> acceptance_length;  // per step
  std::optional<Estimate> projected;          // S
  std::optional<Estimate> measured;           // the ratio of the domain's own User TPS
};

// At one load and place, for one target.
struct MixProjection {
  PointKey key;               // of the target's point whose steps are taken
  std::string steps_from;     // "the mixed tier", or "all of the dataset"
  Estimate t_ar_ms, t_sd_ms;  // mean time of a step without speculation and with it
  std::vector<DomainProjection> domains;
  std::optional<Measured> projected, measured;  // of the mix; measured: where every domain is
  std::string why_none;                         // without `projected`
  std::vector<std::string> runs;                // of its steps, its lengths and what is measured
};

// For each target but the baseline and each point of the Mixed tier (of the whole dataset where the
// grid has no tiers) that both have.  A domain's acceptance length is that of the category or tier
// of its name: at the same place where it is there, else over all points of the target at the same
// temperature; or of `al_from`'s run, for the targets that it was made with.  Without a mix,
// `al_from` is one domain.
std::vector<MixProjection> ProjectMix(const PlanRequest& request, const std::string& baseline,
                                      std::span<const Curve> curves);

// Whether that run's acceptance is the target's: model, method, drafter and draft length agree as
// far as both tell.  Else what differs, as "draft length 3 against 5".
std::string AcceptanceMismatch(const PointSetup& of_run, const PointSetup& of_target);

}  // namespace specctl
