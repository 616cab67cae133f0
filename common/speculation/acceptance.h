// Acceptance figures of speculative decoding, from steps.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace specctl {

// Dense histogram of step lengths: lengths[k] is the number of steps that yielded k + 1 tokens
// (k accepted drafts and the free token).  The prompt's step is none of them.
struct StepHistogram {
  // No draft is near this long: a server that claims more in one step is mistaken.
  static constexpr uint64_t kTokensMax = 4096;

  std::vector<uint64_t> lengths;
  uint64_t oversized = 0;                         // steps above kTokensMax: in no other figure
  void Add(uint64_t tokens, uint64_t steps = 1);  // tokens >= 1
  void Merge(const StepHistogram& other);
  // Takes away what a Merge() of `other` added.
  void Remove(const StepHistogram& other);
  uint64_t steps() const;
  uint64_t tokens() const;
};

// Steps as far as their length is known.  The last step of a response may have yielded more than
// was delivered: max_tokens, an end of sequence or a stop cut it.
struct StepLengths {
  StepHistogram whole;  // their uncut length
  StepHistogram cut;    // what was delivered of steps that may have been longer

  void Merge(const StepLengths& other);
  void Remove(const StepLengths& other);
};

// AR_k = N(L > k) / N(L >= k) for k = 1, 2, ..: the rate at which draft k is accepted given that
// those before it were, by Kaplan and Meier (JASA 53, 1958): a step that was cut at c tokens is
// known to have passed 1 .. c - 1 and says nothing of c.  What the cut leaves of a reply does not
// depend on how long its last step is, but a long step is likelier to be the last: to leave last
// steps out, or to count what is left of them, makes the mean too small.  Stops before the first k
// at which no step is left.
std::vector<double> ConditionalRates(const StepLengths& steps);

// Whether the last rate leaves steps whose further length nobody saw: the acceptance length of
// these rates is then a lower bound.
bool IsLowerBound(const StepLengths& steps);

// What became of drafts.
struct DraftOutcomes {
  std::vector<uint64_t> accepted;  // [a]: drafts of which a tokens were accepted
  std::vector<uint64_t> spent;     // [a]: of these, drafts of no more than a tokens

  void Merge(const DraftOutcomes& other);
};

// Of drafts that proposed a j-th token and had those before it accepted, the share that had the
// j-th accepted as well, for j = 1, 2, ..; stops before the first j that no draft reached.
std::vector<double> ConditionalRates(const DraftOutcomes& drafts);
// Share of all drafts of which j tokens or more were accepted, for j = 1, 2, ..
std::vector<double> JointRates(const DraftOutcomes& drafts);
// Running products of `conditional`.
std::vector<double> JointRates(std::span<const double> conditional);

// Eq. 1 of SPEED-Bench (arXiv 2604.09557): AL = 1 + sum_i prod_{j<=i} AR_j.
double AcceptanceLengthOf(std::span<const double> conditional_rates);

// Eq. 3 of SPEED-Bench: speed-up S = t_ar * AL / t_sd, times per decoding step in one unit.
// nullopt where t_sd <= 0.
struct SpeedupInput {
  double t_ar = 0, t_sd = 0, acceptance_length = 0;
};
std::optional<double> Speedup(const SpeedupInput& input);

}  // namespace specctl
