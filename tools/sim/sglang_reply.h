// SglangReply: a reply on SGLang's OpenAI routes, byte for byte as 0.5.23 writes it.
#pragma once

#include <string>
#include <vector>

#include "tools/sim/flavour_options.h"
#include "tools/sim/reply_writer.h"

namespace specctl::sim {

// Chunks without text are not sent: their tokens show in a later chunk's usage, or in the last
// event's only.
class SglangReply final : public ReplyWriter {
 public:
  // `request` and `identity` must outlive it.
  SglangReply(const InferenceRequest& request, const ReplyIdentity& identity,
              const FlavourOptions& options, uint32_t draft_length);

  void WriteEmpty(const ReplyState& state, std::string& out) override;
  bool WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) override;
  std::string WholeBody(const ReplyState& state) const override;

 private:
  // What follows `"choices":[`, in one HTTP chunk.
  void Event(std::string_view choices_and_more, std::string& out) const;
  void WriteRole(std::string& out);
  bool ChatEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces);
  bool CompletionEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces);
  void EndEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) const;
  std::vector<std::string> UnsentDeltas(const ReplyState& state) const;
  std::string Logprobs(const ReplyState& state) const;
  std::string MatchedStop(const ReplyState& state) const;
  std::string Usage(uint64_t completion_tokens) const;  // on a chunk
  std::string FinalUsage(const ReplyState& state) const;
  // {"spec_tokens_details":{..}}; empty where there is nothing to tell, or it was not asked for.
  std::string SpecDetails(const ReplyState& state) const;

  const InferenceRequest& request_;
  const ReplyIdentity& identity_;
  const SglangNames names_;
  const bool cache_report_;
  const uint32_t draft_length_;
  std::string prefix_;  // up to and with `"choices":[`
  bool begun_ = false;
};

}  // namespace specctl::sim
