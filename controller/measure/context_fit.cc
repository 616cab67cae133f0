#include "controller/measure/context_fit.h"

#include <algorithm>
#include <limits>
#include <span>

#include "common/dataset/text_length.h"

namespace specctl::controller {
namespace {

uint64_t PromptTokens(std::span<const Message> messages) {
  uint64_t tokens = 0;
  for (const Message& message : messages) {
    tokens += message.token_ids.size() + MeasureText(message.content).tokens +
              MeasureText(message.raw_json).tokens;
  }
  return tokens;
}

}  // namespace

uint64_t EstimatedPromptTokens(const WorkloadItem& conversation) {
  uint64_t tokens = 0;
  for (const auto& turn : conversation.turns) tokens += PromptTokens(turn);
  return tokens;
}

ContextFit CountTooLong(const Workload& workload, const RequestSpec& request,
                        uint32_t max_model_len_tokens, bool holds_max_tokens) {
  ContextFit fit;
  fit.shortest_tokens = std::numeric_limits<uint64_t>::max();
  for (const WorkloadItem& row : workload.items) {
    const uint64_t prompt = EstimatedPromptTokens(row);
    const uint64_t asked = holds_max_tokens ? row.max_tokens.value_or(request.osl_tokens) : 0;
    if (prompt + asked > max_model_len_tokens) ++fit.too_long;
    // Half of the estimate, which may be far too high: what exceeds even that can't be sent.
    // Without the last of its turns it may fit in part.
    if (PromptTokens(row.turns.front()) / 2 + asked > max_model_len_tokens) ++fit.surely_too_long;
    fit.shortest_tokens = std::min(fit.shortest_tokens, prompt);
  }
  return fit;
}

}  // namespace specctl::controller
