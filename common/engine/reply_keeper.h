// ReplyKeeper: what of a reply is kept for the next turn.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/engine/reply_history.h"
#include "common/engine/stream_decoder.h"

namespace specctl {

// One for one reply after another; keeps the room that earlier ones took.
class ReplyKeeper {
 public:
  struct Parts {
    bool text = false;       // of the answer
    bool reasoning = false;  // what it thought before
    bool ids = false;        // of all its tokens
  };
  void BeginReply(const Parts& parts);
  // `bears_tokens`: the event's chunk does.
  void TakeEvent(const StreamEvent& event, bool bears_tokens);

  // Valid until the next reply.  No ids where a chunk did not tell its own.
  KeptReply reply() const { return {text_, reasoning_, reasoning_field_, ids_}; }

 private:
  Parts parts_;
  std::string text_, reasoning_;
  std::string_view reasoning_field_;  // lives for ever
  std::vector<uint32_t> ids_;
  bool ids_missing_ = false;  // of a chunk
};

}  // namespace specctl
