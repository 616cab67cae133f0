#include "common/forms/forced_acceptance.h"

#include <cmath>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/edit_distance.h"
#include "common/base/printable.h"

namespace specctl {
namespace {

constexpr std::string_view kEngines[] = {"vllm", "sglang", "trtllm"};

// Four digits tell more than a run's noise, and read well.
std::string LengthText(double length) { return absl::StrFormat("%.4g", length); }

std::string Head(const std::string& run_id, const MeasuredDrafts& drafts) {
  std::string text = absl::StrFormat(
      "# acceptance of run %s: %s tokens per draft (bonus token included), K = %d, %d drafts, from "
      "%s\n",
      Printable(run_id), LengthText(drafts.length), drafts.draft_length, drafts.drafts,
      drafts.source);
  if (drafts.steps > drafts.drafts) {
    text += absl::StrFormat(
        "# %.1f %% of its steps had no draft; what is forced is the acceptance of drafts alone\n",
        100.0 * static_cast<double>(drafts.steps - drafts.drafts) /
            static_cast<double>(drafts.steps));
  }
  return text;
}

std::string ForVllm(const MeasuredDrafts& drafts) {
  std::string text =
      "# put these members into the server's own speculative config (method and draft model "
      "stay)\n";
  if (!drafts.marginal.empty()) {
    std::vector<std::string> rates;
    for (const double rate : drafts.marginal) rates.push_back(LengthText(rate));
    text += absl::StrFormat(
        "# by position instead of the length: \"synthetic_acceptance_rates\":[%s]\n",
        absl::StrJoin(rates, ","));
  }
  return text + absl::StrFormat(
                    "--speculative-config '{\"num_speculative_tokens\":%d,"
                    "\"rejection_sample_method\":\"synthetic\","
                    "\"synthetic_acceptance_length\":%s}'\n",
                    drafts.draft_length, LengthText(drafts.length));
}

std::string ForSglang(const MeasuredDrafts& drafts) {
  return absl::StrFormat(
      "# in the server's environment; its drafts must be of %d tokens\n"
      "SGLANG_SIMULATE_ACC_LEN=%s\n"
      "SGLANG_SIMULATE_ACC_METHOD=match-expected\n"
      "SGLANG_SIMULATE_ACC_TOKEN_MODE=real-draft-token\n",
      drafts.draft_length, LengthText(drafts.length));
}

std::string ForTrtllm(const MeasuredDrafts& drafts) {
  // Accepted tokens of a draft, without the bonus token.
  const double accepted = drafts.length - 1;
  return absl::StrFormat(
      "# in the server's environment: accepted tokens of a draft, without the bonus token\n"
      "# a fraction is taken by one-model speculation of newer versions alone; elsewhere the value "
      "must be\n"
      "# whole (nearest: %d), and any other counts as unset\n"
      "TLLM_SPEC_DECODE_FORCE_NUM_ACCEPTED_TOKENS=%s\n",
      static_cast<int>(std::lround(accepted)), LengthText(accepted));
}

}  // namespace

absl::StatusOr<std::string> ForcedAcceptance(std::string_view engine, const std::string& run_id,
                                             const MeasuredDrafts& drafts) {
  const double longest = 1.0 + drafts.draft_length;
  if (!(drafts.length >= 1 && drafts.length <= longest)) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s tokens per draft are no length of drafts of %d tokens (1 to %.0f): nothing to force",
        LengthText(drafts.length), drafts.draft_length, longest));
  }
  const std::string head = Head(run_id, drafts);
  if (engine == "vllm") return head + ForVllm(drafts);
  if (engine == "sglang") return head + ForSglang(drafts);
  if (engine == "trtllm") return head + ForTrtllm(drafts);
  const std::string_view nearest = NearestName(engine, kEngines);
  return absl::InvalidArgumentError(
      absl::StrFormat("need one of vllm, sglang, trtllm; got \"%s\"%s", engine,
                      nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?"));
}

}  // namespace specctl
