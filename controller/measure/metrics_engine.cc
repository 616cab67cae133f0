#include "controller/measure/metrics_engine.h"

#include <algorithm>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/engine/engine_profile.h"
#include "common/net/tls_context.h"
#include "common/prometheus/exposition.h"

namespace specctl::controller {
namespace {

// A name that the text has and the engine's families are known by; empty: none.
std::string NameOf(const EngineProfile& profile, std::string_view text) {
  std::string name;
  // A text that can't be read to its end has shown what it is before.
  const absl::Status read = ForEachSample(text, [&](const SampleView& sample) {
    if (name.empty() && IsOwnFamilyNamed(profile, sample.name)) name = sample.name;
  });
  return read.ok() || !name.empty() ? name : std::string();
}

std::string DisplayNames(std::span<const std::string> engines) {
  std::vector<std::string> names;
  for (const std::string& engine : engines) {
    const std::string name(ProfileNamed(engine).display_name);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace

absl::StatusOr<std::string> EngineOfMetrics(std::string_view url, std::string_view text,
                                            std::span<const std::string> engines) {
  for (const std::string& engine : engines) {
    const EngineProfile& profile = ProfileNamed(engine);
    // Of an unknown engine nothing can be said that its metrics would contradict.
    if (profile.metrics.empty() && profile.built_on == nullptr) return engines.front();
    if (!NameOf(profile, text).empty()) return engine;
  }
  for (const EngineProfile* other : EngineProfiles()) {
    const std::string name = NameOf(*other, text);
    if (name.empty()) continue;
    return absl::InvalidArgumentError(absl::StrFormat(
        "--server-metrics %s: need metrics of %s, got those of %s (%s); name the metrics URL of a "
        "server that is measured, or leave it out: each target's own are found",
        std::string(url), DisplayNames(engines), std::string(other->display_name), name));
  }
  return engines.front();
}

absl::Status SettleNamedMetrics(const MeasureRequest& request,
                                const std::vector<TargetProbed>& targets, Network& network,
                                std::vector<MetricsTarget>& metrics) {
  if (request.named_metrics_urls.empty() || metrics.empty()) return absl::OkStatus();
  FetchOptions fetch;
  fetch.timeout = request.spec.timeouts.connect;
  auto tls = MakeClientTlsContext(request.spec.tls);
  if (!tls.ok()) return tls.status();
  fetch.tls = *std::move(tls);
  for (MetricsTarget& of : metrics) {
    const auto text = network.Metrics(of, fetch);
    if (!text.ok()) continue;
    // Its own first: several engines may be measured.
    std::vector<std::string> engines = {of.engine};
    for (const TargetProbed& target : targets) engines.push_back(target.engine);
    auto engine = EngineOfMetrics(of.url.ToString(), *text, engines);
    if (!engine.ok()) return engine.status();
    of.engine = *std::move(engine);
  }
  return absl::OkStatus();
}

}  // namespace specctl::controller
