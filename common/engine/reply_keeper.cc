#include "common/engine/reply_keeper.h"

namespace specctl {

void ReplyKeeper::BeginReply(const Parts& parts) {
  parts_ = parts;
  text_.clear();
  reasoning_.clear();
  ids_.clear();
  ids_missing_ = false;
}

void ReplyKeeper::TakeEvent(const StreamEvent& event, bool bears_tokens) {
  if (parts_.text) text_.append(event.text);
  if (parts_.reasoning && !event.reasoning.empty()) {
    reasoning_.append(event.reasoning);
    reasoning_field_ = event.reasoning_field;
  }
  if (!parts_.ids) return;
  ids_missing_ |= bears_tokens && event.token_ids_json.empty();
  const bool anew = event.text_so_far && !event.token_ids_json.empty();
  if (ids_missing_ || anew) ids_.clear();
  if (!ids_missing_) AppendTokenIds(event.token_ids_json, ids_);
}

}  // namespace specctl
