// The counts that an event of a stream carries: `usage`, and llama.cpp's `timings`.
#pragma once

#include "common/engine/json_walker.h"
#include "common/engine/stream_decoder.h"

namespace specctl {

// Reads the value of `usage` into `event`.
JsonWalker::Error ReadUsage(JsonWalker& json, JsonWalker::Value value, StreamEvent& event);

// The same of `timings`.  What is no object, or says nothing of tokens, is not llama.cpp's, and
// changes nothing.
JsonWalker::Error ReadTimings(JsonWalker& json, JsonWalker::Value value, StreamEvent& event);

}  // namespace specctl
