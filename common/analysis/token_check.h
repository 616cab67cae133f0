// Tokens that arrived, against those that the servers counted.
#pragma once

#include <span>

#include "common/analysis/evidence.h"
#include "common/analysis/run_checks.h"

namespace specctl {

// A finding where they differ and nothing explains it; a note where something does.  `labels`: the
// run's, which tell of others' traffic.  Pure.
CheckResult CheckTokens(const Evidence& evidence, const Results& figures,
                        std::span<const VerdictLabel> labels);

// A stop string's tokens are generated, and may be left out of the text and of the usage.
bool HasStopStrings(const RunContext& run);

}  // namespace specctl
