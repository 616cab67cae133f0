#include "tools/sim/flavour_vllm.h"

#include "tools/sim/vllm_metrics.h"
#include "tools/sim/vllm_reply.h"

namespace specctl::sim {
namespace {

VllmApiOptions ApiOptionsOf(const FlavourOptions& options, const ServedEngine& engine) {
  VllmApiOptions api;
  api.rules = {.model = options.model,
               .context_tokens_max = options.context_tokens_max,
               .refuse_continuous_usage = options.refuse_continuous_usage,
               .speculative = engine.batch.draft_length > 0};
  api.api_key = options.api_key;
  api.seed = options.seed;
  api.started = engine.started;
  if (!options.metrics) return api;
  const MetricsLabels labels{.model_name = options.model, .started = api.started};
  api.metrics = [&model = engine.model, labels] {
    return VllmMetrics(model.counters(), model.gauges(), labels);
  };
  return api;
}

}  // namespace

VllmFlavour::VllmFlavour(const FlavourOptions& options, const ServedEngine& engine)
    : api_(ApiOptionsOf(options, engine)),
      spec_metrics_(options.spec_metrics),
      draft_length_(engine.batch.draft_length) {}

std::variant<PlainReply, InferenceRequest> VllmFlavour::Answer(const HttpRequest& request) {
  return api_.Answer(request);
}

std::string VllmFlavour::ResponseId(const InferenceRequest& request, std::string_view request_id,
                                    uint64_t ordinal) const {
  return api_.ResponseId(request.route, request_id, ordinal);
}

std::unique_ptr<ReplyWriter> VllmFlavour::NewWriter(const InferenceRequest& request,
                                                    const ReplyIdentity& identity) const {
  return std::make_unique<VllmReply>(request, identity, spec_metrics_, draft_length_);
}

std::string VllmFlavour::ErrorEvents(const ApiError& error) const {
  std::string bytes;
  AppendHttpChunk(ErrorEvent(error), bytes);
  VllmEvents::End(bytes);
  return bytes;
}

}  // namespace specctl::sim
