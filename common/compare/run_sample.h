// RunSample: a run's results, and of its requests what intervals and replies are made from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "common/analysis/results.h"
#include "common/analysis/settled_request.h"
#include "common/compare/step_cells.h"
#include "common/figures/dimension.h"

namespace specctl {

// An answer, as far as two runs' are compared.
struct Reply {
  std::string question_id;
  uint32_t turn = 0;
  std::optional<uint64_t> output_hash;  // absent: no answer, e.g. cut while the model reasoned
  std::string text;                     // with --save-text
};

// A slice: a dimension, and the value that its requests have in it.
using SliceName = std::pair<Dimension, std::string>;

// A request of the hold.
struct SampledRequest {
  SettledRequest settled;
  std::optional<uint64_t> cached_tokens;  // of the prompt; absent: the server does not tell
  // Which slices it is in.
  std::vector<SliceName> slices;
};

struct RunSample {
  std::string name;  // how the command named it
  Results results;
  // By position and turn.  Empty where the headline is of the whole run: ramp and drain are no
  // steady state, and its figures have no intervals.
  std::vector<SampledRequest> requests;
  StepCells step_latencies;  // of the hold's ok requests, by the time of their begin
  // The first answer to each question and turn, ok requests of the whole run, by question and turn.
  std::vector<Reply> replies;
};

// Folds `<run_dir>/journal.pb`; nothing is written.  Errors as ReplayJournal().
absl::StatusOr<RunSample> ReadRunSample(const std::string& run_dir);

}  // namespace specctl
