#include "controller/probe/null_target_facts.h"

#include <utility>

#include "common/engine/request_dialect.h"

namespace specctl::controller {

TargetProbed NullTargetFacts(std::string url) {
  TargetProbed facts;
  facts.url = std::move(url);
  facts.engine = "vllm";
  facts.identity.speculation_method = kNoSpeculation;
  facts.model = "sim";
  facts.served_models = {facts.model};
  facts.token_source = TokenSource::kContinuousUsage;
  facts.dialect =
      EncodeDialect({.stream_fields = StreamFields({.usage = true, .continuous_usage = true})});
  facts.metrics_note = "null servers run beside the agents, each for itself";
  return facts;
}

}  // namespace specctl::controller
