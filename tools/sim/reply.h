// Reply: step outputs of one request -> the bytes that its client gets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/sim/batch_model.h"
#include "tools/sim/draws.h"
#include "tools/sim/http_reply.h"
#include "tools/sim/inference_request.h"
#include "tools/sim/spec_metrics.h"
#include "tools/sim/sse_writer.h"

namespace specctl::sim {

struct ReplyOptions {
  double merge_share = 0;  // steps that wait for the next one and share its event
  SpecMetricsDetail spec_metrics = SpecMetricsDetail::kNone;
  uint32_t draft_length = 0;
};

// What is handed to the socket at once.
struct ReplyPiece {
  std::string bytes;
  uint32_t tokens = 0;  // of a token-bearing event, else 0
};

// One event for each step, but for those that are merged: they are delivered with the next step, as
// vLLM's API process does when it lags; the engine's counters know nothing of it.  The first step
// and the last are never held back.  A request that is not streamed gets one piece at its end. Not
// thread-safe.
class Reply {
 public:
  // `draws`: of the request.
  Reply(InferenceRequest request, ReplyIdentity identity, const ReplyOptions& options, Draws draws);
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  // What is sent when the request has been admitted: the head of a stream, else nothing.
  std::string Head(const ReplyHead& head) const;
  // Pieces that `step` makes; none where it is merged.  `head`: of a reply that is not streamed.
  std::vector<ReplyPiece> OnStep(const StepOutput& step, const ReplyHead& head);

  const InferenceRequest& request() const { return request_; }
  const ReplyIdentity& identity() const { return identity_; }
  const Draws& draws() const { return draws_; }

 private:
  void TakeTokens(const StepOutput& step);
  void AddEvents(const StepOutput& step, std::vector<ReplyPiece>& pieces);
  std::string WholeBody(Finish finish) const;
  std::vector<uint32_t> PromptTokenIds() const;

  const InferenceRequest request_;
  const ReplyIdentity identity_;
  const ReplyOptions options_;
  const Draws draws_;
  SseWriter writer_;
  DraftedSteps drafted_steps_;
  uint64_t tokens_ = 0;               // made so far
  std::string text_;                  // not yet sent
  std::vector<uint32_t> unsent_ids_;  // not yet sent
};

}  // namespace specctl::sim
