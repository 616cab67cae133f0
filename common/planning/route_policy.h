// A policy for routers: by kind of prompts and category, whether to speculate, and how far.
#pragma once

#include <optional>

#include "common/planning/deployment_form.h"
#include "common/planning/plan.h"

namespace specctl {

// JSON: for each place and load the fastest of the targets, then the same by category and tier,
// where two targets or more have the category's User TPS.  With limits: at the answers' loads.
// nullopt: without a baseline, or where nothing is to choose.
std::optional<DeploymentForm> RoutePolicyForm(const Plan& plan);

}  // namespace specctl
