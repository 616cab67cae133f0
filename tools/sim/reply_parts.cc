#include "tools/sim/reply_parts.h"

namespace specctl::sim {
namespace {

// Long enough for some steps of several tokens, short enough for most replies.
constexpr uint64_t kReasoningMin = 4, kReasoningSpread = 13;
constexpr uint64_t kAnswerMin = 2, kAnswerSpread = 8;  // before a tool call

}  // namespace

ReplyParts::ReplyParts(const Quirks& quirks, const InferenceRequest& request,
                       const Draws& of_reply) {
  if (!request.stream || request.route != Route::kChat) return;
  if (quirks.Happens(Quirk::kReasoning, of_reply)) {
    reasoning_ = kReasoningMin + PickFor(Quirk::kReasoning, of_reply, kReasoningSpread);
  }
  if (quirks.Happens(Quirk::kToolCalls, of_reply)) {
    call_from_ = reasoning_ + kAnswerMin + PickFor(Quirk::kToolCalls, of_reply, kAnswerSpread);
  }
}

TokenPart ReplyParts::PartOf(uint64_t index) const {
  if (index + 1 < reasoning_) return TokenPart::kReasoning;
  if (index + 1 == reasoning_ || index == call_from_) return TokenPart::kMark;
  return index > call_from_ ? TokenPart::kArguments : TokenPart::kAnswer;
}

}  // namespace specctl::sim
