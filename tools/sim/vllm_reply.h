// VllmReply: a reply as vLLM's API process writes it.
#pragma once

#include <optional>
#include <vector>

#include "tools/sim/reply_writer.h"
#include "tools/sim/vllm_events.h"

namespace specctl::sim {

struct VllmReplyOptions {
  SpecMetricsDetail spec_metrics = SpecMetricsDetail::kNone;
  uint32_t draft_length = 0;
  bool prompt_tokens_details = false;
};

// A step that gives its parsers nothing has no event of its own, but where ids or logprobs were
// asked for.
class VllmReply final : public ReplyWriter {
 public:
  // `request` and `identity` must outlive it.
  VllmReply(const InferenceRequest& request, const ReplyIdentity& identity,
            const VllmReplyOptions& options);

  void WriteEmpty(const ReplyState& state, std::string& out) override;
  bool WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) override;
  std::string WholeBody(const ReplyState& state) const override;

 private:
  std::vector<uint32_t> TakePromptIds();
  void WriteRole(const ReplyState& state, std::string& out);
  void WriteContent(const ReplyState& state, Finish finish, std::string& out);
  std::string Logprobs(const ReplyState& state) const;
  std::string PromptDetails(const ReplyState& state) const;
  std::string Metrics(const ReplyState& state) const;

  const InferenceRequest& request_;
  const ReplyIdentity& identity_;
  const VllmReplyOptions options_;
  const VllmEvents events_;
  bool begun_ = false;
};

}  // namespace specctl::sim
