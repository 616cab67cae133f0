// The page that a run prints at its end.
#pragma once

#include <string>

#include "common/analysis/results.h"

namespace specctl {

struct PageOptions {
  bool colour = false;  // ANSI colours for the verdict
  std::string run_dir;  // shown on the last line; empty: left out
};

// The page: verdict first, then target, load, servers, figures, acceptance, conservation, files.
// Every line at most 110 columns where names allow.  Pure.
std::string RenderPage(const Results& results, const PageOptions& options);

}  // namespace specctl
