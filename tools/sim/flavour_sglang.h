// SglangFlavour: a server of SGLang 0.5.23.
#pragma once

#include "tools/sim/flavour_options.h"

namespace specctl::sim {

class SglangFlavour final : public Flavour {
 public:
  SglangFlavour(const FlavourOptions& options, const ServedEngine& engine);

  std::variant<PlainReply, InferenceRequest> Answer(const HttpRequest& request) override;
  std::string ResponseId(const InferenceRequest& request, std::string_view request_id,
                         uint64_t ordinal) const override;
  std::unique_ptr<ReplyWriter> NewWriter(const InferenceRequest& request,
                                         const ReplyIdentity& identity) const override;
  PlainReply Error(const ApiError& error) const override;
  std::string ErrorEvents(const ApiError& error) const override;

 private:
  PlainReply Get(const std::string& path) const;
  PlainReply FlushCache();

  const FlavourOptions options_;
  const ServedEngine engine_;
  const RequestRules rules_;
};

}  // namespace specctl::sim
