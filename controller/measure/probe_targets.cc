#include "controller/measure/probe_targets.h"

#include <string>
#include <utility>

#include <absl/strings/match.h>
#include <absl/strings/str_format.h>

#include "common/net/tls_context.h"

namespace specctl::controller {
namespace {

// What a target's requests show who is asking by.
std::string CredentialOf(const MeasureRequest& request, uint32_t target) {
  const auto& logins = request.secrets.basic_authorizations;
  if (target < logins.size() && !logins[target].empty()) return "the login of its URL";
  if (!request.api_key_variable.empty()) return "the key in $" + request.api_key_variable;
  for (const auto& [name, value] : request.secrets.headers) {
    if (absl::EqualsIgnoreCase(name, "authorization")) return "--header " + name;
  }
  return "";
}

}  // namespace

absl::StatusOr<std::vector<TargetProbed>> ProbeTargets(const MeasureRequest& request,
                                                       Network& network) {
  const RunSpec& spec = request.spec;
  ProbeInput input;
  input.want_metrics = spec.server_metrics;
  input.engine = spec.engine;
  input.request = spec.request;
  input.prompt_ids = request.probe_ids;
  input.headers = request.secrets.headers;
  input.fetch.timeout = spec.timeouts.connect;
  input.inference_timeout = spec.timeouts.idle;
  auto tls = MakeClientTlsContext(spec.tls);
  if (!tls.ok()) return tls.status();
  input.fetch.tls = *std::move(tls);

  std::vector<TargetProbed> targets;
  for (const TargetSpec& target : spec.targets) {
    const auto index = static_cast<uint32_t>(targets.size());
    input.url = target.url;
    input.model = target.model.empty() ? spec.request.model : target.model;
    input.authorization = request.secrets.AuthorizationOf(index);
    input.credential = CredentialOf(request, index);
    auto found = network.Probe(input, request.wait_ready);
    if (!found.ok()) return found.status();
    found->target = index;
    if (spec.flush_cache) {
      const absl::Status flushed = network.FlushCache(input, found->engine);
      if (!flushed.ok()) return flushed;
    }
    // If nobody named a model, all targets must serve the same: a figure over two models would
    // describe neither.
    const bool chosen = input.model.empty() && spec.request.model_mix.empty();
    if (chosen && !targets.empty() && found->model != targets.front().model) {
      return absl::InvalidArgumentError(
          absl::StrFormat("--model: %s serves %s, but %s serves %s; name a model that both serve, "
                          "or one for each with --target URL,model=M",
                          targets.front().url, targets.front().model, target.url, found->model));
    }
    targets.push_back(*std::move(found));
  }
  return targets;
}

}  // namespace specctl::controller
