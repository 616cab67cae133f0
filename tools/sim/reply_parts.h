// ReplyParts: what each token of a reply is.
#pragma once

#include <cstdint>

#include "tools/sim/draws.h"
#include "tools/sim/inference_request.h"
#include "tools/sim/quirks.h"

namespace specctl::sim {

enum class TokenPart : uint8_t {
  kAnswer,
  kReasoning,
  kMark,      // ends the reasoning, or begins the tool call: it has no text
  kArguments  // of the tool call
};

// Reasoning and its mark come first, then some of the answer, then the tool call to the end.
class ReplyParts {
 public:
  // All answer.
  ReplyParts() = default;
  // By the quirks; a reply that is no stream of a chat is all answer.
  ReplyParts(const Quirks& quirks, const InferenceRequest& request, const Draws& of_reply);

  TokenPart PartOf(uint64_t index) const;
  bool BeginsCall(uint64_t index) const { return index == call_from_; }
  bool has_reasoning() const { return reasoning_ > 0; }

 private:
  uint64_t reasoning_ = 0;           // tokens, the mark among them
  uint64_t call_from_ = UINT64_MAX;  // index of the mark of the tool call
};

}  // namespace specctl::sim
