// TrtllmReply: a reply of TensorRT-LLM's trtllm-serve, from its source; no recording exists.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tools/sim/inference_request.h"
#include "tools/sim/reply_writer.h"

namespace specctl::sim {

// Chunks with tokens and without text are sent, too.
class TrtllmReply final : public ReplyWriter {
 public:
  // `request` and `identity` must outlive it.
  TrtllmReply(const InferenceRequest& request, const ReplyIdentity& identity);

  void WriteEmpty(const ReplyState& state, std::string& out) override;
  bool WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) override;
  std::string WholeBody(const ReplyState& state) const override;

 private:
  // What one event has of a reply.
  struct Choice {
    std::string_view text = {}, reasoning = {}, tool_calls_json = {};
    std::span<const uint32_t> ids = {};
    std::span<const std::string_view> token_texts = {};
    uint64_t tokens = 0;  // so far
    bool finishes = false;
  };

  void WriteRole(std::string& out);
  void WriteChoice(const ReplyState& state, const Choice& choice, std::string& out) const;
  // `end`: of the event, a blank where the server puts one.
  void Event(std::string_view choices_and_more, std::string_view end, std::string& out) const;
  std::string ChatChoice(const ReplyState& state, const Choice& choice) const;
  std::string CompletionChoice(const ReplyState& state, const Choice& choice) const;
  std::string Usage(uint64_t completion_tokens, uint32_t cached_tokens) const;
  static std::string PerfMetrics(const ReplyState& state);

  const InferenceRequest& request_;
  const ReplyIdentity& identity_;
  std::string prefix_;  // up to and with `"choices":[`
  bool begun_ = false;
};

}  // namespace specctl::sim
