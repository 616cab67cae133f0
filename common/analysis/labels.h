// Labels: facts of the server or the environment that a run met.
#pragma once

#include <string>
#include <vector>

#include "common/analysis/evidence.h"

namespace specctl {

struct Labels {
  std::vector<VerdictLabel> of_run;            // in the page's order
  std::vector<std::vector<Label>> of_windows;  // of the figures', in their order
  std::vector<std::string> checks_not_made;    // in the words of the page
};

// docs/metrics.md says when there is which.  Pure.
Labels FindLabels(const Evidence& evidence, const Results& figures);

}  // namespace specctl
