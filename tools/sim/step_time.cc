#include "tools/sim/step_time.h"

#include <algorithm>
#include <cmath>

namespace specctl::sim {
namespace {

Nanos Times(Nanos each, double count) {
  return Nanos(static_cast<int64_t>(static_cast<double>(each.count()) * count));
}

// Of the weights, those that so many tokens need.
double ShareRead(const StepTimeOptions& options, double tokens) {
  if (options.experts == 0) return 1;
  // Routed independently, a token leaves each expert out with this probability.
  const double left_out = 1 - static_cast<double>(options.experts_per_token) / options.experts;
  return 1 - options.expert_share * std::pow(left_out, tokens);
}

}  // namespace

uint64_t PaddedTokens(const StepTimeOptions& options, uint64_t tokens) {
  const auto& sizes = options.graph_tokens;
  const auto size = std::lower_bound(sizes.begin(), sizes.end(), tokens);
  return size == sizes.end() ? tokens : *size;
}

Nanos DraftTime(const StepTimeOptions& options, const StepWork& work) {
  if (work.decoding == 0) return Nanos(0);
  const auto decoding = static_cast<double>(work.decoding);
  return Times(options.per_draft_token + Times(options.per_draft_sequence, decoding),
               work.draft_tokens);
}

Nanos StepTime(const StepTimeOptions& options, const StepWork& work) {
  const auto decoding = static_cast<double>(work.decoding);
  const uint64_t verified = work.decoding * (1 + work.draft_tokens);
  const auto prefill = static_cast<double>(work.prefill_tokens);
  const double tokens =
      (verified > 0 ? static_cast<double>(PaddedTokens(options, verified)) : 0) + prefill;
  Nanos time = options.base + Times(options.per_sequence, decoding);
  time += std::max(Times(options.weights, ShareRead(options, tokens)),
                   Times(options.per_token, tokens));
  time += Times(options.per_kv_ktoken, static_cast<double>(work.kv_tokens) / 1000);
  if (options.prefill_tokens_per_s > 0) {
    time += Nanos(static_cast<int64_t>(prefill * 1e9 / options.prefill_tokens_per_s));
  }
  time += DraftTime(options, work);
  const bool eager = !options.graph_tokens.empty() && verified > options.graph_tokens.back();
  return eager ? time + options.eager : time;
}

}  // namespace specctl::sim
