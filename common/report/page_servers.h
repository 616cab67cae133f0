// The page's lines about the servers' own figures.
#pragma once

#include <string>

#include "common/analysis/results.h"

namespace specctl {

// What the servers' metrics say, and each reason why they say less than they could.
void AppendServers(const Results& results, std::string& out);
// A line for each of the servers' own latencies; each quantile with the ends of its bucket.
void AppendServerLatencies(const ServerFigures& servers, std::string& out);

}  // namespace specctl
