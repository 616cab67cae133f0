// PaceStream: the events of one reply of fixed pace, from prepared bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tools/sim/http_reply.h"
#include "tools/sim/inference_request.h"
#include "tools/sim/vllm_events.h"

namespace specctl::sim {

// The request must be a streamed one.  Not thread-safe.
class PaceStream {
 public:
  // `tokens`: of the chunks after the first, over and over; not empty, each >= 1; must outlive
  // this.
  PaceStream(InferenceRequest request, const ReplyIdentity& identity,
             std::span<const uint32_t> tokens);
  PaceStream(const PaceStream&) = delete;
  PaceStream& operator=(const PaceStream&) = delete;

  // Appends the next token-bearing event and what goes with it: before the first the role event,
  // after the last usage, [DONE] and the end.  Returns its tokens.
  // Precondition: !done().
  uint32_t Next(std::string& out);

  bool done() const { return sent_tokens_ == request_.max_tokens; }
  uint64_t chunks() const { return chunks_; }
  const InferenceRequest& request() const { return request_; }

 private:
  const InferenceRequest request_;
  VllmEvents writer_;
  const std::span<const uint32_t> tokens_;
  uint64_t chunks_ = 0;
  uint64_t sent_tokens_ = 0;
};

}  // namespace specctl::sim
