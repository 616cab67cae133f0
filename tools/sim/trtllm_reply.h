// TrtllmReply: a reply of TensorRT-LLM's trtllm-serve, from its source; no recording exists.
#pragma once

#include "tools/sim/inference_request.h"
#include "tools/sim/reply_writer.h"

namespace specctl::sim {

// Chunks with tokens and without text are sent, too.
class TrtllmReply final : public ReplyWriter {
 public:
  // `request` and `identity` must outlive it.
  TrtllmReply(const InferenceRequest& request, const ReplyIdentity& identity);

  bool WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) override;
  std::string WholeBody(const ReplyState& state) const override;

 private:
  // `end`: of the event, a blank where the server puts one.
  void Event(std::string_view choices_and_more, std::string_view end, std::string& out) const;
  std::string ChatChoice(const ReplyState& state) const;
  std::string CompletionChoice(const ReplyState& state) const;
  std::string Usage(uint64_t completion_tokens) const;

  const InferenceRequest& request_;
  const ReplyIdentity& identity_;
  std::string prefix_;  // up to and with `"choices":[`
  bool begun_ = false;
};

}  // namespace specctl::sim
