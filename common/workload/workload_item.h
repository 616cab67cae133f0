// WorkloadItem: a conversation as it is sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/dataset/conversation.h"

namespace specctl {

// What an agent needs of a conversation, and nothing else: the controller keeps the rest of the row
// (PlannedRow).  Fields as Conversation's.
struct WorkloadItem {
  std::vector<std::vector<Message>> turns;  // at least one, each of at least one message
  std::optional<uint32_t> max_tokens;
  std::string model;
  std::string extra_json;
  // Which row it is, for error messages.
  std::string question_id;
  uint64_t line = 0;
};

}  // namespace specctl
