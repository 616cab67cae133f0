// Whether two runs measured the same thing, so that a difference between them is the server's.
#pragma once

#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/compare/measured_run.h"

namespace specctl {

// Revisions that may differ because the user said so (--across).
struct Across {
  bool engine = false, dataset = false, drafter = false;
};
// Of "engine,dataset,drafter", any of them.  INVALID_ARGUMENT names what is none.
absl::StatusOr<Across> ParseAcross(std::string_view list);

// Why no speedup is called between two runs.
struct Refusal {
  std::string code;   // e.g. "output_lengths", "engine"
  std::string text;   // what differs: A's value, then B's
  std::string match;  // what to do
};

struct Comparability {
  std::vector<Refusal> refusals;   // empty: comparable
  std::vector<std::string> notes;  // what could not be checked, or differs and may
};

// "off", or "on" with what servers tell of it: "on, ngram, draft length 3".
std::string SpeculationText(const Results& results);

// One run, named twice: it agrees with itself, which tells nothing.
bool IsSameRun(const Results& a, const Results& b);

// Checks, of b against a: the verdicts, models, sampling, offered load, revisions of engine,
// dataset and drafter (no drafter against one is what speculation is compared by, and no refusal),
// output lengths, finish reasons and prefix hits.  The last three by a test at 99 %, so that equal
// runs are rarely refused, and only where the difference matters: 1 %, or a share of 0.01.
Comparability CheckComparability(const MeasuredRun& a, const MeasuredRun& b, const Across& across);

}  // namespace specctl
