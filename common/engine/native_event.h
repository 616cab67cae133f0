// NativeEvent: an event of an engine's own route, which has no `choices`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/engine/json_walker.h"
#include "common/engine/stream_decoder.h"

namespace specctl {

// SGLang's /generate: {"text", "output_ids", "meta_info": {..}, "index"}.  `text` and `output_ids`
// are all there is so far, or with --incremental-streaming-output what came since;
// meta_info.completion_tokens is always the total.
// llama.cpp's /completion: {"index", "content", "tokens", "stop", "tokens_predicted", ..}. `tokens`
// is not complete; `tokens_predicted` is the total.
struct NativeEvent {
  using Error = JsonWalker::Error;
  using Key = JsonWalker::Key;
  using Value = JsonWalker::Value;

  // Reads a field of the event's root, where it is one of these.
  Error ReadField(JsonWalker& json, Key key, Value& value);

  // The event is one of a native route.
  bool is_native() const { return has_meta_info || (has_content && has_stop); }

  // Says what it says as an event with one choice does.
  void MoveTo(StreamEvent& event) const;

  std::string_view text, content, id, finish_reason, stop_type;
  std::string_view statistics;  // meta_info, where it has such of speculation; else empty
  std::optional<uint64_t> index, completion_tokens, prompt_tokens, cached_tokens, reasoning_tokens;
  std::optional<uint32_t> output_ids;  // their number
  std::string_view output_ids_json;    // the list itself
  bool has_meta_info = false, has_content = false, has_stop = false, stopped = false;

 private:
  Error ReadMetaInfo(JsonWalker& json, Value value);
  Error ReadFinishReason(JsonWalker& json, Value value);
};

}  // namespace specctl
