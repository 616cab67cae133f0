// What of a reply goes back to the server with the next turn.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/dataset/conversation.h"

namespace specctl {

// Which parts of it.
enum class ReplyHistory {
  kAnswer,              // the answer's text
  kAnswerAndReasoning,  // that, and the reasoning in the field that the server sent it in
  kTokenIds             // the ids of all its tokens
};

// The answer in a reply of gpt-oss that came with its channel marks: what follows the last
// `<|channel|>final<|message|>`, up to the next mark.  Text without `<|channel|>` is all answer.
// As specdec_bench's postprocess_gptoss does.
std::string_view FinalChannel(std::string_view text);

// What a reader kept of a reply.
struct KeptReply {
  std::string_view text;
  std::string_view reasoning;
  std::string_view reasoning_field;  // "reasoning" or "reasoning_content"
  const std::vector<uint32_t>& ids;  // empty: not told
};
Message ReplyMessage(const KeptReply& reply, ReplyHistory history);

}  // namespace specctl
