#include "tools/specctl/preflight_request.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "controller/measure/run_id.h"
#include "tools/request/named_target.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

constexpr Nanos kReplyMax = std::chrono::seconds(2);
constexpr int64_t kReplyChunksMin = 2;

}  // namespace

absl::StatusOr<controller::MeasureRequest> NullServerRequest(const std::vector<std::string>& urls) {
  controller::MeasureRequest request;
  request.spec.run_id = controller::NewRunId();
  request.spec.specctl_version = kVersion;
  for (const std::string& url : urls) {
    auto target = ParseTarget("--url", url);
    if (!target.ok()) return target.status();
    request.spec.targets.push_back(std::move(target->spec));
    request.secrets.basic_authorizations.push_back(std::move(target->basic_authorization));
  }
  // Shared in turn, as many targets as agents are a target for each agent.
  request.spec.url_policy = UrlPolicy::kRoundRobin;
  // Always there; null servers answer any prompt alike.
  request.prompts = DatasetRequest{.dataset = "builtin"};
  request.spec.request.ignore_eos = true;
  return request;
}

absl::StatusOr<controller::MeasureRequest> StepRequest(const StepLoad& load, Nanos duration,
                                                       const std::vector<std::string>& urls) {
  // Several replies for each stream and step, so that requests begin and end as in a real run.
  const Nanos reply = std::min(kReplyMax, duration / 3);
  const int64_t chunks = std::max(
      kReplyChunksMin, static_cast<int64_t>(std::llround(load.chunks_per_s * Seconds(reply))));
  auto request = NullServerRequest(urls);
  if (!request.ok()) return request.status();
  request->spec.load.shape = ClosedLoop{load.streams};
  // Over one reply: the streams' ends are then spread, too.
  request->spec.load.ramp = std::chrono::ceil<std::chrono::milliseconds>(reply);
  request->spec.load.duration = duration;
  request->agents = load.agents;
  request->osl_tokens = static_cast<uint32_t>(chunks);
  return request;
}

}  // namespace specctl::cli
