// Acceptance figures of speculative decoding, from steps.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace specctl {

// Dense histogram of step lengths: lengths[k] is the number of steps that yielded k + 1 tokens
// (k accepted drafts and the free token).  The prompt's step is none of them, nor is a response's
// truncated last step.
struct StepHistogram {
  // No draft is near this long: a server that claims more in one step is mistaken.
  static constexpr uint64_t kTokensMax = 4096;

  std::vector<uint64_t> lengths;
  uint64_t oversized = 0;                         // steps above kTokensMax: in no other figure
  void Add(uint64_t tokens, uint64_t steps = 1);  // tokens >= 1
  void Merge(const StepHistogram& other);
  uint64_t steps() const;
  uint64_t tokens() const;
};

// Mean tokens a step, pooled over steps; nullopt without steps.
std::optional<double> MeanLength(const StepHistogram& histogram);

// AR_k = N(L > k) / N(L >= k) for k = 1.. draft length: the rate at which draft k is accepted given
// that those before it were.  Stops before the first k with N(L >= k) = 0.
std::vector<double> ConditionalRates(const StepHistogram& histogram);

// P(L > k) for k = 1..: draft k and all before it accepted.
std::vector<double> JointRates(const StepHistogram& histogram);

// Eq. 1 of SPEED-Bench (arXiv 2604.09557): AL = 1 + sum_i prod_{j<=i} AR_j.
double AcceptanceLengthOf(std::span<const double> conditional_rates);

// Eq. 3 of SPEED-Bench: speed-up S = t_ar * AL / t_sd, times per decoding step in one unit.
// nullopt where t_sd <= 0.
struct SpeedupInput {
  double t_ar = 0, t_sd = 0, acceptance_length = 0;
};
std::optional<double> Speedup(const SpeedupInput& input);

}  // namespace specctl
