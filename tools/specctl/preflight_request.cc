#include "tools/specctl/preflight_request.h"

#include <algorithm>
#include <cmath>

#include "common/workload/null_target.h"
#include "controller/measure/run_id.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

constexpr Nanos kReplyMax = std::chrono::seconds(2);
constexpr int64_t kReplyChunksMin = 2;

}  // namespace

controller::MeasureRequest NullServerRequest(double chunks_per_s) {
  controller::MeasureRequest request;
  request.spec.run_id = controller::NewRunId();
  request.spec.specctl_version = kVersion;
  request.spec.targets.push_back({.url = NullTargetUrl(chunks_per_s)});
  request.secrets.basic_authorizations.emplace_back();
  // Always there; null servers answer any prompt alike.
  request.prompts = DatasetRequest{.dataset = "builtin"};
  request.spec.request.ignore_eos = true;
  return request;
}

controller::MeasureRequest StepRequest(const StepLoad& load, Nanos duration) {
  // Several replies for each stream and step, so that requests begin and end as in a real run.
  const Nanos reply = std::min(kReplyMax, duration / 3);
  const int64_t chunks = std::max(
      kReplyChunksMin, static_cast<int64_t>(std::llround(load.chunks_per_s * Seconds(reply))));
  controller::MeasureRequest request = NullServerRequest(load.chunks_per_s);
  request.spec.load.shape = ClosedLoop{load.streams};
  // Over one reply: the streams' ends are then spread, too.
  request.spec.load.ramp = std::chrono::ceil<std::chrono::milliseconds>(reply);
  request.spec.load.duration = duration;
  request.agents = load.agents;
  request.osl_tokens = static_cast<uint32_t>(chunks);
  return request;
}

}  // namespace specctl::cli
