#include "tools/sim/step_time_flags.h"

#include <algorithm>

#include "tools/flags/whole_number.h"

namespace specctl::sim {
namespace {

using flags::WholeNumber;

constexpr uint64_t kTokensMax = 1'000'000;

Nanos Micros(double us) { return Nanos(static_cast<int64_t>(us * 1e3)); }

}  // namespace

void AddStepTimeFlags(CLI::App& app, StepTimeFlags& flags) {
  StepTimeOptions& options = flags.options;
  app.add_option("--step-ms", flags.step_ms, "Base time of a step")
      ->check(CLI::Range(0.01, 60'000.0))
      ->capture_default_str();
  app.add_option("--step-ms-per-seq", flags.step_ms_per_seq, "Additional time per decoding request")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--prefill-tokens-per-s", options.prefill_tokens_per_s,
                 "Prefill speed; 0: prompt tokens take --token-us alone")
      ->check(CLI::Range(0.0, 1e12))
      ->capture_default_str();
  app.add_option("--weights-ms", flags.weights_ms,
                 "Time to read the weights: a step takes this, or its tokens' --token-us if longer")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--token-us", flags.token_us, "Time to compute a token of a step")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--kv-us-per-ktoken", flags.kv_us_per_ktoken,
                 "Additional time per 1,000 tokens in the KV cache")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--draft-ms", flags.draft_ms, "Additional time per draft token")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--draft-us-per-seq", flags.draft_us_per_seq,
                 "Additional time per draft token and decoding request")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--experts", options.experts, "Experts of a mixture; 0: a dense model")
      ->transform(WholeNumber(0, 100'000));
  app.add_option("--experts-per-token", options.experts_per_token,
                 "Experts that a token is routed to")
      ->transform(WholeNumber(0, 100'000));
  app.add_option("--expert-share", options.expert_share, "Share of the weights that experts have")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--graph-tokens", options.graph_tokens,
                 "Sizes of captured graphs, such as 1,2,4,8,16: verified tokens are padded to the "
                 "next; above the last a step takes --eager-ms longer")
      ->delimiter(',')
      ->transform(WholeNumber(1, kTokensMax));
  app.add_option("--eager-ms", flags.eager_ms, "What a step without a captured graph takes longer")
      ->check(CLI::NonNegativeNumber);
}

absl::Status TakeStepTime(const StepTimeFlags& flags, StepTimeOptions& options) {
  options = flags.options;
  options.base = Micros(flags.step_ms * 1e3);
  options.per_sequence = Micros(flags.step_ms_per_seq * 1e3);
  options.weights = Micros(flags.weights_ms * 1e3);
  options.per_token = Micros(flags.token_us);
  options.per_kv_ktoken = Micros(flags.kv_us_per_ktoken);
  options.per_draft_token = Micros(flags.draft_ms * 1e3);
  options.per_draft_sequence = Micros(flags.draft_us_per_seq);
  options.eager = Micros(flags.eager_ms * 1e3);
  if (!std::is_sorted(options.graph_tokens.begin(), options.graph_tokens.end())) {
    return absl::InvalidArgumentError("--graph-tokens: need sizes that ascend");
  }
  if (options.eager > Nanos(0) && options.graph_tokens.empty()) {
    return absl::InvalidArgumentError("--eager-ms: needs --graph-tokens");
  }
  const bool moe = options.experts > 0;
  if (moe != (options.experts_per_token > 0) || moe != (options.expert_share > 0)) {
    return absl::InvalidArgumentError(
        "--experts: need --experts-per-token and --expert-share with it, each above 0");
  }
  if (options.experts_per_token > options.experts) {
    return absl::InvalidArgumentError("--experts-per-token: need at most --experts");
  }
  return absl::OkStatus();
}

}  // namespace specctl::sim
