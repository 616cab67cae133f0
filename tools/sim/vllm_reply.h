// VllmReply: a reply as vLLM's API process writes it.
#pragma once

#include "tools/sim/reply_writer.h"
#include "tools/sim/vllm_events.h"

namespace specctl::sim {

class VllmReply final : public ReplyWriter {
 public:
  // `request` and `identity` must outlive it.
  VllmReply(const InferenceRequest& request, const ReplyIdentity& identity,
            SpecMetricsDetail spec_metrics, uint32_t draft_length);

  bool WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) override;
  std::string WholeBody(const ReplyState& state) const override;

 private:
  std::string Metrics(const ReplyState& state) const;

  const InferenceRequest& request_;
  const ReplyIdentity& identity_;
  const SpecMetricsDetail spec_metrics_;
  const uint32_t draft_length_;
  const VllmEvents events_;
};

}  // namespace specctl::sim
