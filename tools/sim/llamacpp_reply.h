// LlamacppReply: a reply of llama.cpp's llama-server, byte for byte as b11434 writes it.
#pragma once

#include <string>

#include "tools/sim/inference_request.h"
#include "tools/sim/reply_writer.h"

namespace specctl::sim {

// One event for each token, also of a draft that was accepted; in chat none for a token without
// text.
class LlamacppReply final : public ReplyWriter {
 public:
  // `request` and `identity` must outlive it.
  LlamacppReply(const InferenceRequest& request, const ReplyIdentity& identity);

  void WriteOpening(const ReplyState& state, std::string& out) override;
  bool WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) override;
  std::string WholeBody(const ReplyState& state) const override;

 private:
  // One event's payload: `head` up to what all events of a route have, then `more`.
  std::string Event(std::string_view choices, std::string_view usage,
                    std::string_view timings) const;
  std::string RoleEvent(std::string_view more) const;
  std::string ProgressEvent(const ReplyState& state, uint32_t processed) const;
  std::string TokenEvent(const ReplyState& state, size_t index);
  std::string Delta(const ReplyState& state, size_t index);
  std::string LastEvents(const ReplyState& state) const;
  std::string NativeLast(const ReplyState& state) const;
  std::string Usage(const ReplyState& state) const;
  // ,"timings":{..} after `predicted` tokens.
  std::string Timings(const ReplyState& state, uint64_t predicted) const;

  const InferenceRequest& request_;
  const ReplyIdentity& identity_;
  bool begun_ = false;
  bool call_told_ = false;  // the tool's name was sent
};

}  // namespace specctl::sim
