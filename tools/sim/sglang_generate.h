// SGLang's own route, /generate: its requests and its replies.
#pragma once

#include <string>
#include <variant>

#include "common/base/json_writer.h"
#include "tools/sim/flavour_options.h"
#include "tools/sim/reply_writer.h"
#include "tools/sim/request_fields.h"

namespace specctl::sim {

// A request to /generate, read by `rules`.  As SGLang answers, an error of a request for a stream
// is told in that stream: InferenceRequest::refused_by_engine.
std::variant<InferenceRequest, ApiError> ReadGenerateRequest(const HttpRequest& request,
                                                             const RequestRules& rules);

// One event for each step: text and output_ids of all steps so far, or with `incremental` of this
// one, and meta_info, whose last has the statistics of speculation.
class SglangGenerateReply final : public ReplyWriter {
 public:
  // `request` and `identity` must outlive it.
  SglangGenerateReply(const InferenceRequest& request, const ReplyIdentity& identity,
                      const FlavourOptions& options, uint32_t draft_length);

  // Again what was sent, with no token more.
  void WriteEmpty(const ReplyState& state, std::string& out) override;
  bool WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) override;
  std::string WholeBody(const ReplyState& state) const override;

 private:
  // What is not yet sent, or all of it.
  std::string Body(const ReplyState& state, bool whole) const;

  const InferenceRequest& request_;
  const ReplyIdentity& identity_;
  const bool incremental_;
  const SglangNames names_;
  const uint32_t draft_length_;
};

}  // namespace specctl::sim
