// VllmFlavour: a server of vLLM 0.32, byte for byte.
#pragma once

#include "tools/sim/flavour_options.h"
#include "tools/sim/vllm_api.h"

namespace specctl::sim {

class VllmFlavour final : public Flavour {
 public:
  VllmFlavour(const FlavourOptions& options, const ServedEngine& engine);

  std::variant<PlainReply, InferenceRequest> Answer(const HttpRequest& request) override;
  std::string ResponseId(const InferenceRequest& request, std::string_view request_id,
                         uint64_t ordinal) const override;
  std::unique_ptr<ReplyWriter> NewWriter(const InferenceRequest& request,
                                         const ReplyIdentity& identity) const override;
  PlainReply Error(const ApiError& error) const override { return ErrorReply(error); }
  std::string ErrorEvents(const ApiError& error) const override;
  bool HeadAtAdmission() const override { return true; }

 private:
  PlainReply DevReply(const HttpRequest& request);
  std::string ServerInfo() const;

  const FlavourOptions options_;
  const ServedEngine engine_;
  const VllmApi api_;
};

}  // namespace specctl::sim
