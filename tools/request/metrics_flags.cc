#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "common/net/url.h"
#include "tools/request/flag_groups.h"
#include "tools/request/flag_values.h"
#include "tools/request/header_text.h"

namespace specctl::cli {
namespace {

using Request = RequestFlags::Request;

struct MetricsFlags {
  RequestFlags::GivenList urls, headers;
  bool none = false;
  std::optional<bool> iterations;
};

absl::Status AddMetricsUrl(const std::string& text, Request& request) {
  const bool all_addresses = text.starts_with(kAllAddressesPrefix);
  const size_t scheme = all_addresses ? kAllAddressesPrefix.size() : 0;
  const auto url = ParseUrl(std::string_view(text).substr(scheme));
  if (!url.ok()) return BadFlag("--server-metrics", std::string(url.status().message()));
  auto& urls = request.named_metrics_urls;
  const std::string one = url->ToString(), all = std::string(kAllAddressesPrefix) + one;
  // Also where one of its addresses is among all of them.
  for (const std::string& other : urls) {
    if (other != one && other != all) continue;
    return BadFlag("--server-metrics", one + " is given twice");
  }
  urls.push_back(all_addresses ? all : one);
  // In the order of the URLs: the two lists belong together.
  request.secrets.metrics_authorizations.push_back(url->BasicAuthorization());
  return absl::OkStatus();
}

absl::Status TakeMetrics(const MetricsFlags& given, Request& request) {
  RunSpec& spec = request.spec;
  if (given.none && !given.urls->empty()) {
    return BadFlag("--server-metrics", "can't be combined with --no-server-metrics");
  }
  if (given.none) spec.server_metrics = false;
  if (given.iterations.value_or(false) && (given.none || !given.urls->empty())) {
    return BadFlag("--trtllm-iteration-stats",
                   "reads each target's own; can't be combined with --server-metrics or "
                   "--no-server-metrics");
  }
  // Each says where metrics come from, over what the run of --like read.
  if (given.none || !given.urls->empty()) spec.trtllm_iteration_stats = false;
  if (given.iterations) spec.trtllm_iteration_stats = *given.iterations;
  const bool targets_own = given.iterations.value_or(false);
  if (!given.urls->empty() || targets_own) spec.server_metrics = true;
  // URLs that the run before found by itself are found anew.
  const bool kept =
      spec.metrics_urls_named && spec.server_metrics && given.urls->empty() && !targets_own;
  if (kept) request.named_metrics_urls = spec.metrics_urls;  // of --like
  for (const std::string& url : *given.urls) {
    if (auto added = AddMetricsUrl(url, request); !added.ok()) return added;
  }
  if (!given.headers->empty() && request.named_metrics_urls.empty()) {
    return BadFlag(
        "--metrics-header",
        "is only for the URLs of --server-metrics; a target's own metrics get its --header values");
  }
  auto headers = ParseMetricsHeaders(*given.headers);
  if (!headers.ok()) return headers.status();
  request.metrics_headers = *std::move(headers);
  spec.metrics_urls_named = !request.named_metrics_urls.empty();
  return absl::OkStatus();
}

}  // namespace

void AddMetricsFlags(RequestFlags& flags) {
  MetricsFlags given;
  given.urls = flags.ListForStep(
      {"--server-metrics",
       "Metrics URLs to scrape; dns+http://NAME:PORT/PATH: every server behind the name, also as "
       "they come and go [{url}/metrics of each target]",
       "Target"},
      {.delimiter = ','});
  given.headers =
      flags.ListForStep({"--metrics-header",
                         "NAME:VALUE, sent to the URLs of --server-metrics; repeatable. These get "
                         "no --header and no API key, unless they are a target's own",
                         "Target"});
  const auto none =
      flags.SwitchForStep({"--no-server-metrics", "Don't scrape the servers' metrics", "Target"});
  flags.Text({"--sglang-metrics-dir",
              "Folder in which an SGLang server on this machine writes each request's metrics "
              "(its --export-metrics-to-file-dir): acceptance of responses that tell none",
              "Target"},
             [](Request& request, const std::string& dir) {
               request.spec.sglang_metrics_dir = dir;
               return absl::OkStatus();
             });
  const auto iterations = flags.SwitchForStep(
      {"--trtllm-iteration-stats",
       "Read TensorRT-LLM's statistics of iterations (GET /metrics) where it has no other metrics: "
       "this takes them from whoever else reads them",
       "Target"});
  flags.Then([given, none, iterations](const Surroundings&, Request& request) mutable {
    given.none = none->value_or(false);
    given.iterations = *iterations;
    return TakeMetrics(given, request);
  });
}

}  // namespace specctl::cli
