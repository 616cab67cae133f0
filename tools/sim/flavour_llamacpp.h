// LlamacppFlavour: llama.cpp's llama-server, release b11434.
#pragma once

#include "tools/sim/flavour_options.h"

namespace specctl::sim {

class LlamacppFlavour final : public Flavour {
 public:
  LlamacppFlavour(const FlavourOptions& options, const ServedEngine& engine);

  std::variant<PlainReply, InferenceRequest> Answer(const HttpRequest& request) override;
  std::string ResponseId(const InferenceRequest& request, std::string_view request_id,
                         uint64_t ordinal) const override;
  std::unique_ptr<ReplyWriter> NewWriter(const InferenceRequest& request,
                                         const ReplyIdentity& identity) const override;
  PlainReply Error(const ApiError& error) const override;
  std::string ErrorEvents(const ApiError& error) const override;
  PlainReply MalformedHttp() const override;
  std::string PlainBytes(const PlainReply& reply, const ReplyHead& head) const override;
  std::string StreamHeadBytes(const ReplyHead& head) const override;
  bool ClosesAfterError() const override { return true; }
  bool ClosesAfterStream() const override { return true; }

 private:
  PlainReply Get(const std::string& path) const;
  PlainReply Metrics() const;
  std::string Models() const;
  std::string Props() const;
  std::string Slots() const;
  std::string_view Drafting() const;

  const FlavourOptions options_;
  const ServedEngine engine_;
  const RequestRules rules_;
  const RequestRules native_rules_;
};

}  // namespace specctl::sim
