#include "controller/probe/null_target_facts.h"

#include <string>
#include <string_view>

#include <absl/strings/str_format.h>

#include "common/engine/request_dialect.h"

namespace specctl::controller {
namespace {

constexpr std::string_view kNullEngine = "vllm";
constexpr std::string_view kNullModel = "sim";

absl::Status CheckAsked(const ProbeInput& input) {
  const auto refused = [&input](std::string_view flag, std::string_view need) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: %s is a null server: %s", flag, input.url, need));
  };
  if (!input.engine.empty() && input.engine != kNullEngine) {
    return refused("--engine", "it answers as vLLM does; leave the flag out");
  }
  if (!input.model.empty() && input.model != kNullModel) {
    return refused("--model", "it serves sim alone; leave the flag out");
  }
  if (input.request.endpoint == Endpoint::kGenerate) {
    return refused("--endpoint generate", "need chat or completions");
  }
  if (input.request.reply_ids) {
    return refused("--dataset",
                   "it tells no token ids of replies, which prompts of ids in several turns need; "
                   "use rows of one turn, or of text");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TargetProbed> NullTargetFacts(const ProbeInput& input) {
  if (absl::Status asked = CheckAsked(input); !asked.ok()) return asked;
  TargetProbed facts;
  facts.url = input.url;
  facts.engine = kNullEngine;
  facts.identity.speculation_method = kNoSpeculation;
  facts.model = kNullModel;
  facts.served_models = {facts.model};
  facts.token_source = TokenSource::kContinuousUsage;
  facts.dialect =
      EncodeDialect({.stream_fields = StreamFields({.usage = true, .continuous_usage = true})});
  facts.metrics_note = "null servers run beside the agents, each for itself";
  return facts;
}

}  // namespace specctl::controller
