// speculation_profile.json, as NVIDIA Model-Optimizer's pull request 2247 proposes it.
#pragma once

#include <string>

#include "common/analysis/results.h"
#include "common/forms/measured_drafts.h"

namespace specctl {

// The version of the schema that is written; the proposal was open when this was written.
inline constexpr const char* kSpeculationProfileVersion = "1.0";

// What nobody told is null, as there.  Nothing is claimed of how drafts are verified: no server
// tells that.
std::string SpeculationProfile(const Results& results, const MeasuredDrafts& drafts);

}  // namespace specctl
