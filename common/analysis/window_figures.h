// The run's windows as curves.csv prints them.
#pragma once

#include <span>
#include <vector>

#include "common/analysis/results.h"
#include "common/analysis/server_fold.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/stages.h"
#include "common/analysis/window_table.h"

namespace specctl {

struct WindowSources {
  const WindowTable& table;
  const ServerFold& servers;
  std::span<const SettledRequest> requests;
  const StageBounds& bounds;
  size_t windows = 0;  // how many of the table's there are to print
};

// Without verdicts, which are the judge's.
std::vector<WindowFigures> DescribeWindows(const WindowSources& sources);

// Takes away what tells of tokens by chunk.
void WithholdPerToken(WindowFigures& window);

}  // namespace specctl
