#include "tools/specctl/probe_targets.h"

#include <string>
#include <utility>

#include <absl/strings/match.h>
#include <absl/strings/str_format.h>

#include "common/net/tls_context.h"

namespace specctl::cli {

namespace {

// What a target's requests show who is asking by.
std::string CredentialOf(const RunSettings& settings, uint32_t target) {
  const auto& logins = settings.secrets.basic_authorizations;
  if (target < logins.size() && !logins[target].empty()) return "the login of its URL";
  if (!settings.api_key_variable.empty()) return "the key in $" + settings.api_key_variable;
  for (const auto& [name, value] : settings.secrets.headers) {
    if (absl::EqualsIgnoreCase(name, "authorization")) return "--header " + name;
  }
  return "";
}

}  // namespace

absl::StatusOr<std::vector<TargetProbed>> ProbeTargets(
    const RunSettings& settings, const std::function<void(std::string_view)>& say) {
  const RunSpec& spec = settings.spec;
  controller::ProbeInput input;
  input.want_metrics = spec.server_metrics;
  input.request = spec.request;
  input.headers = settings.secrets.headers;
  input.fetch.timeout = spec.timeouts.connect;
  input.inference_timeout = spec.timeouts.idle;
  auto tls = MakeClientTlsContext(spec.tls);
  if (!tls.ok()) return tls.status();
  input.fetch.tls = *std::move(tls);

  std::vector<TargetProbed> results;
  for (const TargetSpec& target : spec.targets) {
    const auto index = static_cast<uint32_t>(results.size());
    input.url = target.url;
    input.model = target.model.empty() ? spec.request.model : target.model;
    input.authorization = settings.secrets.AuthorizationOf(index);
    input.credential = CredentialOf(settings, index);
    auto result = controller::WaitUntilReady(input, settings.wait_ready, say);
    if (!result.ok()) return result.status();
    result->target = index;
    const bool chosen = input.model.empty() && spec.request.model_mix.empty();
    if (chosen && !results.empty() && result->model != results.front().model) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "--model: %s serves %s and %s serves %s; name the model of both, or by --target "
          "URL,model=M that of each",
          results.front().url, results.front().model, target.url, result->model));
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
