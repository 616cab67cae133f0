// TensorRT-LLM's statistics of iterations: what GET /metrics of trtllm-serve answers, and takes
// from whoever else reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace specctl {

struct IterationStats {
  uint64_t iteration = 0;
  uint64_t active_requests = 0, queued_requests = 0;
  uint64_t drafted_tokens = 0, accepted_tokens = 0;
  uint64_t drafts = 0;  // requests that had draft tokens
};

// Those of a JSON array, in its order; one without speculation has zeros.
// INVALID_ARGUMENT  no array of objects with a number `iter` each
absl::StatusOr<std::vector<IterationStats>> ParseIterationStats(std::string_view body);

// Adds up answers to counters in Prometheus's form, since each answer has only what is new.
//
// With attention data parallelism every rank repeats an iteration: the first counts.  A server
// keeps no more than kKept iterations between two answers; where it may have dropped some, the
// counters are not known from there on.
class IterationCounters {
 public:
  static constexpr size_t kKept = 1000;

  // INVALID_ARGUMENT as of ParseIterationStats(); nothing is added.
  absl::Status AddAnswer(std::string_view body);
  // Families "specctl_trtllm_...", which only the profile of TensorRT-LLM knows.
  std::string Exposition() const;

 private:
  bool answered_ = false, dropped_ = false;
  std::optional<uint64_t> last_;  // iteration
  uint64_t drafts_ = 0, drafted_tokens_ = 0, accepted_tokens_ = 0;
  uint64_t active_requests_ = 0, queued_requests_ = 0;
};

}  // namespace specctl
