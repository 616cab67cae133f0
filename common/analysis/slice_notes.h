// What a reader must know of the slices.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/analysis/run_context.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/slice_table.h"

namespace specctl {

// One for each dimension of too many keys, and one where responses lack the header that slices
// them.  `run` has begun.
std::vector<std::string> SliceNotes(const SliceTable& slices, const RunContext& run,
                                    std::span<const SettledRequest> requests);

}  // namespace specctl
