// The last lines of the page: where every request and token went, and what was not checked.
#pragma once

#include <string>

#include "common/analysis/results.h"

namespace specctl {

// The identity of requests with the causes of failures, tokens beside what the servers say, and the
// checks that this version doesn't make.
std::string TotalsLines(const Results& results);

}  // namespace specctl
