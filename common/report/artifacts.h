// A run's artifacts, from its results: run.json, summary.json, requests.jsonl, curves.csv.
// docs/artifacts.md is the schema of each.
#pragma once

#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "common/analysis/ended_request.h"
#include "common/analysis/results.h"

namespace specctl {

// Raised where a key changes its meaning or goes away; new keys don't raise them.
inline constexpr int kSummarySchemaVersion = 2;
inline constexpr int kRunSchemaVersion = 1;

// The texts; each depends on its arguments alone (ordered, numbers by to_chars).  A figure that is
// absent is an absent key (in CSV an empty field).
std::string RunJson(const Results& results);
std::string SummaryJson(const Results& results);
std::string CurvesCsv(const Results& results);
// Figures for a spreadsheet, a row each: the headline's first; what is absent has no row.
std::string FiguresCsv(const Results& results);
// "<position>.<turn>": the same for any number of agents.
std::string RequestId(const EndedRequest& request);
// One line of requests.jsonl, without the line end.  `planned` may be nullptr.
std::string RequestLine(const EndedRequest& request, const PlannedRow* planned,
                        const RunSpec& spec);
// One line of outputs.jsonl.
std::string OutputLine(const EndedRequest& request, const PlannedRow* planned);

// Folds `<run_dir>/journal.pb` and writes every artifact into `output_dir` (which may be run_dir,
// and is made where there is none; its parent must exist): run.json, summary.json, requests.jsonl,
// curves.csv, AIPerf's files (aiperf_files.h), and outputs.jsonl where the run saved its text. Each
// file is written beside its place and renamed, so that a reader never sees half of one.  Nothing
// in them depends on the folders.  Memory: the fold's; rows are written as they are settled.
// Returns the results, for the page.
// NOT_FOUND / DATA_LOSS from the journal; INTERNAL naming the file that can't be written.
absl::StatusOr<Results> WriteArtifacts(const std::string& run_dir, const std::string& output_dir);

// `export --chunks`: each token-bearing chunk of the journal as a JSON line, to `output_path`
// ("-": standard output).  Returns what of the journal was left out.  Errors as above.
absl::StatusOr<JournalLoss> ExportChunks(const std::string& run_dir,
                                         const std::string& output_path);

// `export --aiperf`: a folder in `dir` for each category of the run (or tier, of SPEED-Bench's
// throughput splits), as AIPerf's speed-bench-report reads them.  `dir` is new or empty.  Nothing
// stays of what could not be written whole.
// FAILED_PRECONDITION  requests without a category, of more than 64, or of several models
// INVALID_ARGUMENT     `dir` is not empty; others as above
absl::StatusOr<JournalLoss> ExportAiperf(const std::string& run_dir, const std::string& dir);

// `export --specdec-bench`: acceptance_rate.json in `dir`, which is made where there is none.
// FAILED_PRECONDITION  no response tells the tokens of its chunks; others as above
absl::StatusOr<JournalLoss> ExportSpecdecBench(const std::string& run_dir, const std::string& dir);

}  // namespace specctl
