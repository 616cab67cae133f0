// Comparison: all that is said of one run against another; the writers print it.
#pragma once

#include <string>
#include <vector>

#include "common/compare/comparability.h"
#include "common/compare/compared_figures.h"
#include "common/compare/measured_run.h"
#include "common/compare/replies.h"
#include "common/compare/requirement.h"
#include "common/compare/spec_differences.h"

namespace specctl {

struct ComparedSlice {
  Dimension by = Dimension::kCategory;
  std::string key;
  ComparedFigures figures;
};

struct Comparison {
  const RunSample* a = nullptr;  // the baseline
  const RunSample* b = nullptr;
  Comparability comparability;
  std::vector<SpecDifference> spec_differences;
  ComparedFigures figures;
  std::vector<ComparedSlice> slices;  // that both have
  ReplyComparison replies;
  std::vector<Decision> decisions;  // of requirements

  bool comparable() const { return comparability.refusals.empty(); }
  bool requirements_hold() const;
};

struct CompareOptions {
  Across across;
  const RunSample* floor = nullptr;     // a second run of the baseline, for replies
  std::vector<Condition> requirements;  // decided only where the runs are comparable
};

// Of a refused comparison the figures stand side by side and nothing is called (Finding::kNone).
// The runs and their samples must outlive the result.
Comparison CompareRuns(const MeasuredRun& a, const MeasuredRun& b, const CompareOptions& options);

// Whether `floor` may be taken for a second run of `a`: INVALID_ARGUMENT says what differs.
absl::Status CheckFloor(const MeasuredRun& a, const MeasuredRun& floor);

// The texts; each depends on its arguments alone.  The first comparison's B, then the others', are
// compared with the same A.  docs/artifacts.md is the schema of JSON and CSV.
std::string ComparisonText(const std::vector<Comparison>& comparisons);
std::string ComparisonJson(const std::vector<Comparison>& comparisons);
std::string ComparisonCsv(const std::vector<Comparison>& comparisons);
std::string ComparisonMarkdown(const std::vector<Comparison>& comparisons);

}  // namespace specctl
