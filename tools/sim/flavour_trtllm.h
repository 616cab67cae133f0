// TrtllmFlavour: a server of TensorRT-LLM (trtllm-serve), from its source; no recording exists.
#pragma once

#include "tools/sim/flavour_options.h"
#include "tools/sim/trtllm_metrics.h"

namespace specctl::sim {

class TrtllmFlavour final : public Flavour {
 public:
  TrtllmFlavour(const FlavourOptions& options, const ServedEngine& engine);

  std::variant<PlainReply, InferenceRequest> Answer(const HttpRequest& request) override;
  std::string ResponseId(const InferenceRequest& request, std::string_view request_id,
                         uint64_t ordinal) const override;
  std::unique_ptr<ReplyWriter> NewWriter(const InferenceRequest& request,
                                         const ReplyIdentity& identity) const override;
  PlainReply Error(const ApiError& error) const override;
  std::string ErrorEvents(const ApiError& error) const override;
  std::string PlainBytes(const PlainReply& reply, const ReplyHead& head) const override;
  std::string StreamHeadBytes(const ReplyHead& head) const override;
  bool HeadAtAdmission() const override { return true; }

 private:
  PlainReply Get(const std::string& path);
  PlainReply Iterations();
  PlainReply Metrics();
  void CollectBefore(MonoTime end);
  std::string Models() const;

  const FlavourOptions options_;
  const ServedEngine engine_;
  TrtllmCollector collector_;
  const RequestRules chat_rules_;
  const RequestRules completion_rules_;
};

}  // namespace specctl::sim
