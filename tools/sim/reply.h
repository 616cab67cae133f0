// Reply: step outputs of one request -> the bytes that its client gets.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tools/sim/batch_model.h"
#include "tools/sim/draws.h"
#include "tools/sim/flavour.h"
#include "tools/sim/http_reply.h"
#include "tools/sim/inference_request.h"
#include "tools/sim/quirks.h"
#include "tools/sim/reply_writer.h"

namespace specctl::sim {

struct ReplyOptions {
  double merge_share = 0;     // steps that wait for the next one and share its event
  double textless_share = 0;  // tokens without a text of their own, as parts of a split character
  uint32_t stream_interval = 1;  // tokens from which on an event is sent
  Quirks quirks;
};

// What each step gives is written by the flavour; but for those steps that are merged: they are
// delivered with the next one, as an API process does when it lags; the engine's counters know
// nothing of it.  The first step and the last are never held back.  A request that is not streamed
// gets one piece at its end.  Not thread-safe.
class Reply {
 public:
  // `draws`: of the request.  `flavour` must outlive the reply.
  Reply(InferenceRequest request, ReplyIdentity identity, const ReplyOptions& options, Draws draws,
        const Flavour& flavour);
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  // What is sent when the request has been admitted: the head of a stream and what opens it, or
  // nothing.
  std::string Begin(const ReplyHead& head);
  // Pieces that `step` makes; none where it is merged.  `head`: of a reply that is not streamed.
  std::vector<ReplyPiece> OnStep(const StepOutput& step, const ReplyHead& head);

  const InferenceRequest& request() const { return request_; }
  const ReplyIdentity& identity() const { return identity_; }
  const Draws& draws() const { return draws_; }

 private:
  void TakeStep(const StepOutput& step, UnixTime now);
  void TakeToken(bool has_text, uint32_t id);
  bool IsHeldBack() const;
  void AddWhatFollows(std::vector<ReplyPiece>& pieces);

  const Draws draws_;
  const ReplyOptions options_;
  const InferenceRequest request_;
  const ReplyIdentity identity_;
  const ReplyParts parts_;
  const Flavour& flavour_;
  const std::unique_ptr<ReplyWriter> writer_;
  ReplyState state_;
  bool head_sent_;  // with the first event, or at admission
};

}  // namespace specctl::sim
