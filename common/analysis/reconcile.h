// Whether three sources tell the same of a run: chunks, the servers' counters, and what the servers
// say of each request.
#pragma once

#include <optional>
#include <span>

#include "common/analysis/results.h"
#include "common/analysis/run_acceptance.h"
#include "common/analysis/run_checks.h"
#include "common/analysis/run_context.h"
#include "common/analysis/settled_request.h"

namespace specctl {

// Of all requests of the run; nullopt where nothing speculates.  `figures`: those of the run, but
// for its verdict.  A difference is expected where what is known to differ (requests that one
// source lacks, merged chunks, others' traffic, ...) may account for all of it.  docs/metrics.md
// has each reason and the tolerances.  Pure.
std::optional<Reconciliation> Reconcile(const RunContext& run, const RunAcceptance& acceptance,
                                        std::span<const SettledRequest> requests,
                                        const Results& figures);

// acceptance_apart where a difference is not expected; tokens have a check of their own
// (CheckTokens).
std::optional<Finding> CheckReconciliation(const Results& figures);

}  // namespace specctl
