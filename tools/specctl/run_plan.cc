#include "tools/specctl/run_plan.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/duration.h"
#include "common/dataset/text_length.h"
#include "common/engine/request_body.h"
#include "common/plan/model_mix.h"
#include "common/plan/plan.h"
#include "common/report/number_text.h"

namespace specctl::cli {
namespace {

constexpr size_t kBodyShownBytes = 600;

uint64_t PromptTokens(std::span<const Message> messages) {
  uint64_t tokens = 0;
  for (const Message& message : messages) {
    tokens += MeasureText(message.content).tokens + MeasureText(message.raw_json).tokens;
  }
  return tokens;
}

// Estimated tokens of all that a conversation's user says.
uint64_t PromptTokens(const Conversation& conversation) {
  uint64_t tokens = 0;
  for (const auto& turn : conversation.turns) tokens += PromptTokens(turn);
  return tokens;
}

std::string Describe(const std::optional<uint64_t>& requests, const LoadSpec& load) {
  if (!requests) return "as many as the time allows; the dataset repeats";
  const uint64_t waves = (*requests + load.bs - 1) / load.bs;
  return absl::StrFormat("%d, in about %s of %d", *requests, CountedText(waves, "wave"), load.bs);
}

std::string DescribeDuration(const LoadSpec& load) {
  std::string out;
  if (load.ramp > Nanos(0)) out += absl::StrFormat(", ramp %s", FormatDuration(load.ramp));
  if (load.warmup > Nanos(0)) out += absl::StrFormat(", warm-up %s", FormatDuration(load.warmup));
  if (load.duration) out += absl::StrFormat(", then %s", FormatDuration(*load.duration));
  return out;
}

}  // namespace

absl::StatusOr<RunPlan> MakePlan(Dataset dataset, const LoadSpec& load,
                                 const RequestSpec& request) {
  std::vector<RowFacts> facts;
  for (const Conversation& row : dataset.conversations) {
    facts.push_back({row.category, row.tier, static_cast<uint32_t>(row.turns.size())});
  }
  const std::vector<uint32_t> order = StratifiedOrder(facts, load.seed);
  auto limits = ComputeLimits(load, facts, order);
  if (!limits.ok()) return limits.status();
  RunPlan plan;
  plan.limits = *limits;
  for (const uint32_t row : order) {
    Conversation& conversation = dataset.conversations[row];
    if (conversation.model.empty() && !request.model_mix.empty()) {
      conversation.model = ModelAt(request.model_mix, load.seed, plan.rows.size());
    }
    const std::string& extra = conversation.extra_json;  // minified
    const bool has_stop = extra.find("\"stop\"") != std::string::npos;
    const bool ignores_eos = extra.find("\"ignore_eos\":true") != std::string::npos;
    plan.rows.push_back({.order_index = plan.rows.size(),
                         .question_id = conversation.question_id,
                         .category = conversation.category,
                         .sub_category = conversation.sub_category,
                         .tier = conversation.tier,
                         .model = conversation.model,
                         .turns = static_cast<uint32_t>(conversation.turns.size()),
                         .has_stop = has_stop,
                         .ignores_eos = ignores_eos});
    plan.conversations.push_back(std::move(conversation));
  }
  return plan;
}

ContextFit CountTooLong(const RunPlan& plan, const RequestSpec& request,
                        uint32_t max_model_len_tokens, bool holds_max_tokens) {
  ContextFit fit;
  fit.shortest_tokens = std::numeric_limits<uint64_t>::max();
  for (const Conversation& row : plan.conversations) {
    const uint64_t prompt = PromptTokens(row);
    const uint64_t asked = holds_max_tokens ? row.max_tokens.value_or(request.osl_tokens) : 0;
    if (prompt + asked > max_model_len_tokens) ++fit.too_long;
    // Without the last of its turns it may fit in part.
    if (PromptTokens(row.turns.front()) / 2 + asked > max_model_len_tokens) ++fit.surely_too_long;
    fit.shortest_tokens = std::min(fit.shortest_tokens, prompt);
  }
  return fit;
}

absl::StatusOr<std::string> DescribePlan(const RunPlan& plan, const RunSpec& spec) {
  RequestSpec request = spec.request;
  if (!spec.targets.front().model.empty()) request.model = spec.targets.front().model;
  const auto writer = RequestBodyWriter::Create(request, VllmProfile());
  if (!writer.ok()) return writer.status();
  const Conversation& first = plan.conversations.front();
  const auto body = writer->Write(
      first.turns.front(),
      {.max_tokens = first.max_tokens, .model = first.model, .row_extra_json = first.extra_json});
  if (!body.ok()) return body.status();

  uint64_t turns = 0;
  uint64_t tokens = 0;
  for (const Conversation& row : plan.conversations) {
    turns += row.turns.size();
    tokens += PromptTokens(row);
  }
  std::string out = "Dry run: nothing is sent.\n";
  out += absl::StrFormat("dataset      %s: %s, %s%s\n", spec.dataset.name,
                         CountedText(plan.conversations.size(), "conversation"),
                         CountedText(turns, "turn"),
                         spec.dataset.builtin ? ", for trying things" : "");
  out += absl::StrFormat("requests     %s%s\n", Describe(plan.limits.planned_requests, spec.load),
                         DescribeDuration(spec.load));
  out += absl::StrFormat(
      "tokens       about %d in a conversation (estimated), at most %d out a request\n",
      tokens / plan.conversations.size(), spec.request.osl_tokens);
  out += absl::StrFormat("connections  %d over %s, at most %d each\n", spec.load.bs,
                         CountedText(spec.load.agents, "agent"),
                         SlotsOfAgent(spec.load.bs, 0, spec.load.agents));
  for (const TargetSpec& target : spec.targets) {
    out += absl::StrFormat("target       %s\n",
                           target.name.empty() ? target.url : target.name + "  " + target.url);
  }
  const bool chat = spec.request.endpoint == Endpoint::kChat;
  out +=
      absl::StrFormat("the first    POST %s\n", chat ? "/v1/chat/completions" : "/v1/completions");
  out +=
      body->size() <= kBodyShownBytes
          ? *body + "\n"
          : absl::StrFormat("%s... (%d bytes)\n", body->substr(0, kBodyShownBytes), body->size());
  return out;
}

}  // namespace specctl::cli
