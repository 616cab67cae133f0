#include "controller/measure/metrics_targets.h"

#include <algorithm>
#include <utility>

#include <absl/strings/match.h>

#include "common/engine/engine_profile.h"
#include "common/net/url.h"

namespace specctl::controller {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

bool HasOrigin(const Url& a, const Url& b) {
  return a.https == b.https && a.port == b.port && absl::EqualsIgnoreCase(a.host, b.host);
}

// What requests to a target are sent with.
Headers TargetHeaders(const Secrets& secrets, uint32_t target) {
  Headers headers = secrets.headers;
  std::string authorization = secrets.AuthorizationOf(target);
  if (!authorization.empty()) headers.emplace_back("Authorization", std::move(authorization));
  return headers;
}

// `more` replaces what has the same name.
void Override(const Headers& more, Headers& headers) {
  for (const auto& header : more) {
    std::erase_if(headers, [&](const auto& there) {
      return absl::EqualsIgnoreCase(there.first, header.first);
    });
  }
  headers.insert(headers.end(), more.begin(), more.end());
}

// Whether what is there is what a target has in place of metrics.
bool HasIterationStats(const RunSpec& spec, const std::vector<TargetProbed>& targets, size_t url) {
  return spec.trtllm_iteration_stats && url < targets.size() && targets[url].metrics_url.empty() &&
         !ProfileNamed(targets[url].engine).iteration_stats_path.empty();
}

}  // namespace

absl::StatusOr<std::vector<MetricsTarget>> MetricsTargets(
    const MeasureRequest& request, const std::vector<TargetProbed>& targets) {
  std::vector<MetricsTarget> metrics;
  const std::vector<std::string>& urls = request.spec.metrics_urls;
  for (size_t i = 0; i < urls.size(); ++i) {
    if (urls[i].empty()) continue;
    std::string_view text = urls[i];
    const bool all_addresses = text.starts_with(kAllAddressesPrefix);
    if (all_addresses) text.remove_prefix(kAllAddressesPrefix.size());
    auto url = ParseUrl(text);
    if (!url.ok()) return url.status();
    MetricsTarget& added = metrics.emplace_back();
    added.all_addresses = all_addresses;
    added.target = static_cast<uint32_t>(i);
    added.url = *std::move(url);
    added.engine = targets[std::min(i, targets.size() - 1)].engine;
    for (const TargetProbed& target : targets) {
      const auto of_target = ParseTargetUrl(target.url);
      if (!of_target.ok() || !HasOrigin(*of_target, added.url)) continue;
      // Credentials go to the target's own origin, and to no other server.
      added.headers = TargetHeaders(request.secrets, target.target);
      break;
    }
    added.iteration_stats = HasIterationStats(request.spec, targets, i);
    if (request.named_metrics_urls.empty()) continue;
    const auto& logins = request.secrets.metrics_authorizations;
    if (i < logins.size() && !logins[i].empty()) {
      Override({{"Authorization", logins[i]}}, added.headers);
    }
    Override(request.metrics_headers, added.headers);
  }
  return metrics;
}

}  // namespace specctl::controller
