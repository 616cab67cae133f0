// AcceptanceModel: how many draft tokens the simulated target model accepts.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "tools/sim/draws.h"

namespace specctl::sim {

// Conditional acceptance by category: rate k is the probability that draft token k is accepted
// where all before it were.  A category that has no rates of its own has those given for all, or
// the built-in ones, which differ by category.  Not thread-safe while it is set up.
class AcceptanceModel {
 public:
  // `draft_length`: draft tokens a step, 0 for none.
  explicit AcceptanceModel(uint32_t draft_length);

  // Takes "0.8,0.7,0.6" (all categories) or "coding=0.9,0.85"; a list that is shorter than the
  // draft goes on with its last rate.  Rates for all categories replace those set before.
  // INVALID_ARGUMENT  `rates` says something else, a rate is outside [0, 1], or there are more
  // rates
  //                   than draft tokens
  absl::Status Set(std::string_view rates);

  // As many rates as there are draft tokens.  Valid until the next Set().
  std::span<const double> Conditional(std::string_view category) const;

  uint32_t draft_length() const { return draft_length_; }

  // The number of leading draft tokens accepted in step `step`: in [0, conditional.size()].
  static uint32_t Accepted(std::span<const double> conditional, const Draws& draws, uint64_t step);

 private:
  uint32_t draft_length_;
  std::map<std::string, std::vector<double>, std::less<>> by_category_;
  std::vector<double> others_;
};

}  // namespace specctl::sim
