// acceptance_rate.json as specdec_bench (NVIDIA Model-Optimizer, a2fbac7b) writes it, with its
// definitions.  They differ from ours: every chunk is a step, also the first one, which verifies no
// draft, and the last one, which the response's end may have cut; means are of requests, each
// weighing the same; rates are between the lengths that were seen.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/analysis/ended_request.h"
#include "common/analysis/run_context.h"

namespace specctl {

// Memory: a few numbers for each question.
class SpecdecBenchSummary {
 public:
  // Takes ok requests; those whose chunks do not tell their tokens, or whose engine sends several
  // chunks for a step, are left out and counted.
  void AddRequest(const EndedRequest& request, const RunContext& run);

  uint64_t requests() const { return requests_; }
  uint64_t left_out() const { return left_out_; }
  // The file's text; `notes` go to a key of our own.  Requires a request.
  std::string Json(const std::string& run_id, const std::vector<std::string>& notes) const;

 private:
  struct Question {
    std::string category;
    uint64_t tokens = 0, steps = 0;
    double Mean() const { return static_cast<double>(tokens) / static_cast<double>(steps); }
  };
  void AddLength(uint64_t length, uint64_t times, Question& question);

  std::map<std::string, Question> questions_;
  std::map<uint64_t, uint64_t> histogram_;  // tokens of a step, how often
  uint64_t requests_ = 0, left_out_ = 0;
};

}  // namespace specctl
