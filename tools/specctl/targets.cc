#include "tools/specctl/targets.h"

#include <string>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/net/tls_context.h"

namespace specctl::cli {

absl::StatusOr<std::vector<TargetProbed>> ProbeTargets(
    const RunSettings& settings, const std::function<void(std::string_view)>& say) {
  const RunSpec& spec = settings.spec;
  controller::ProbeInput input;
  input.model = spec.request.model;
  input.want_metrics = spec.server_metrics;
  input.request = spec.request;
  input.api_key = settings.secrets.api_key;
  input.headers = spec.request.headers;
  input.headers.insert(input.headers.end(), settings.secrets.headers.begin(),
                       settings.secrets.headers.end());
  input.fetch.timeout = spec.timeouts.connect;
  input.inference_timeout = spec.timeouts.idle;
  auto tls = MakeClientTlsContext(spec.tls);
  if (!tls.ok()) return tls.status();
  input.fetch.tls = *std::move(tls);

  std::vector<TargetProbed> results;
  for (const std::string& url : spec.target_urls) {
    input.url = url;
    auto result = controller::WaitUntilReady(input, settings.wait_ready, say);
    if (!result.ok()) return result.status();
    result->target = static_cast<uint32_t>(results.size());
    if (!results.empty() && result->model != results.front().model) {
      return absl::InvalidArgumentError(
          absl::StrFormat("--model: %s serves %s and %s serves %s; say which", results.front().url,
                          results.front().model, url, result->model));
    }
    results.push_back(*std::move(result));
  }
  return results;
}

std::string_view Describe(TokenSource source) {
  switch (source) {
    case TokenSource::kContinuousUsage:
      return "usage on each chunk";
    case TokenSource::kTokenIds:
      return "token ids";
    case TokenSource::kTimings:
      return "timings";
    case TokenSource::kLogprobs:
      return "logprobs";
    case TokenSource::kTotalsOnly:
      return "only the total at the end";
    case TokenSource::kNone:
      return "not at all";
    case TokenSource::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace specctl::cli
