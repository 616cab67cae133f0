#include "common/analysis/window_figures.h"

#include <algorithm>

#include "common/analysis/figures.h"

namespace specctl {
namespace {

std::optional<double> Quantile(std::vector<double>& values, double q) {
  if (values.empty()) return std::nullopt;
  const auto nth = values.begin() + static_cast<int64_t>(NearestRank(q, values.size()) - 1);
  // Three quantiles of thousands of windows: no full sort.
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

std::optional<double> MsIfKnown(const std::optional<int64_t>& ns) {
  return ns ? std::optional(static_cast<double>(*ns) / 1e6) : std::nullopt;
}

// Values of ok requests, by window.
struct RequestValues {
  std::vector<std::vector<double>> ttft_ms, user_tps, itl_ms;
};

RequestValues ValuesByWindow(const WindowSources& sources) {
  RequestValues values{.ttft_ms = std::vector<std::vector<double>>(sources.windows),
                       .user_tps = std::vector<std::vector<double>>(sources.windows),
                       .itl_ms = std::vector<std::vector<double>>(sources.windows)};
  const auto add = [&](std::vector<std::vector<double>>& by_window, SettledRequest::Time time_ns,
                       std::optional<double> value) {
    const auto index = static_cast<size_t>(std::max<int64_t>(time_ns.value_or(0), 0) / kSecondNs);
    if (value && index < by_window.size()) by_window[index].push_back(*value);
  };
  for (const SettledRequest& request : sources.requests) {
    if (!request.ok()) continue;
    // A wait belongs to where it began, a rate to where its stream was complete.
    add(values.ttft_ms, request.begin_ns, TtftMs(request));
    add(values.user_tps, request.end_ns, UserTps(request));
    add(values.itl_ms, request.end_ns, ItlMs(request));
  }
  return values;
}

void SetServers(const ServerFold& servers, size_t index, WindowFigures& figures) {
  const ServerWindow window = servers.WindowAt(index);
  figures.servers_running = window.running;
  figures.servers_waiting = window.waiting;
  figures.servers_kv_cache_share = window.kv_cache_share;
  figures.servers_generated_tokens = window.generated_tokens;
  figures.replicas = window.replicas;
  if (window.accepted_tokens && window.drafts.value_or(0) > 0) {
    // The target model adds a token to each draft.
    figures.servers_acceptance_per_draft = 1 + *window.accepted_tokens / *window.drafts;
  }
}

}  // namespace

std::vector<WindowFigures> DescribeWindows(const WindowSources& sources) {
  const std::vector<double> in_flight = sources.table.MeanSlots(&Window::in_flight);
  RequestValues values = ValuesByWindow(sources);
  std::vector<WindowFigures> described(sources.windows);
  for (size_t i = 0; i < sources.windows; ++i) {
    const Window& window = sources.table.windows()[i];
    WindowFigures& figures = described[i];
    figures.start_s = static_cast<int64_t>(i);
    figures.stage = sources.bounds.At(figures.start_s * kSecondNs);
    // With chunks of unknown tokens the sum is too small.
    if (window.unknown_chunks == 0) figures.output_tps = static_cast<double>(window.output_tokens);
    figures.in_flight_mean = in_flight[i];
    figures.begun = window.begun;
    figures.ok = window.ok;
    figures.failed = window.not_ok;
    figures.chunks = window.chunks;
    figures.user_tps_p50 = Quantile(values.user_tps[i], 0.50);
    figures.user_tps_p10 = Quantile(values.user_tps[i], 0.10);
    figures.user_tps_p1 = Quantile(values.user_tps[i], 0.01);
    figures.ttft_p50_ms = Quantile(values.ttft_ms[i], 0.50);
    figures.ttft_p99_ms = Quantile(values.ttft_ms[i], 0.99);
    figures.itl_p50_ms = Quantile(values.itl_ms[i], 0.50);
    figures.itl_p99_ms = Quantile(values.itl_ms[i], 0.99);
    figures.step_latency_p50_ms = MsIfKnown(window.step_p50_ns);
    figures.step_latency_p99_ms = MsIfKnown(window.step_p99_ns);
    if (window.steps > 0) {
      figures.acceptance_length =
          static_cast<double>(window.step_tokens) / static_cast<double>(window.steps);
    }
    SetServers(sources.servers, i, figures);
  }
  return described;
}

void WithholdPerToken(WindowFigures& window) {
  window.output_tps.reset();
  window.acceptance_length.reset();
  window.user_tps_p50.reset();
  window.user_tps_p10.reset();
  window.user_tps_p1.reset();
  window.itl_p50_ms.reset();
  window.itl_p99_ms.reset();
}

}  // namespace specctl
