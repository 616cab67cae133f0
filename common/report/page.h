// The page that a run prints at its end.
#pragma once

#include <string>
#include <vector>

#include "common/analysis/results.h"
#include "common/figures/statistic.h"
#include "common/report/text_layout.h"

namespace specctl {

struct PageOptions {
  std::string run_dir;  // shown at the end, with what to do next; empty: left out
  // Of the terminal: on a narrower one than kPageColumns long lines are broken, down to
  // kPageColumnsMin.
  size_t columns = kPageColumns;
  // The statistics of distributions; none: the usual ones.
  std::vector<const Statistic*> statistics;
};

// The page: verdict first, then target, load, servers, figures, acceptance, conservation, files.
// Every line at most `columns` wide where names allow.  Pure.
std::string RenderPage(const Results& results, const PageOptions& options);

// `page` with the word of its verdict in colour (ANSI); other text stays as it is.
std::string WithColour(std::string page);

}  // namespace specctl
