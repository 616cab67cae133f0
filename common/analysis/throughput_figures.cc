#include "common/analysis/throughput_figures.h"

#include <algorithm>
#include <functional>

#include "common/stats/intervals.h"

namespace specctl {
namespace {

Estimate FromRatio(const RatioEstimate& ratio) {
  Estimate estimate{.value = ratio.value, .low = std::nullopt, .high = std::nullopt};
  if (ratio.interval) {
    estimate.low = ratio.interval->low;
    estimate.high = ratio.interval->high;
    estimate.degrees = ratio.degrees;
  }
  return estimate;
}

Estimate Exactly(double value) {
  return {.value = value, .low = std::nullopt, .high = std::nullopt};
}

std::optional<Estimate> MeanPerSecond(std::span<const Window> windows,
                                      const std::function<double(const Window&)>& value) {
  std::vector<double> series;
  series.reserve(windows.size());
  for (const Window& window : windows) series.push_back(value(window));
  const std::optional<RatioEstimate> mean = EstimateSeriesMean(series);
  if (!mean) return std::nullopt;
  Estimate estimate = FromRatio(*mean);
  if (estimate.low) estimate.low = std::max(*estimate.low, 0.0);  // a rate
  return estimate;
}

// Mean over requests, its interval by conversation.
std::optional<Estimate> MeanUserTps(const RequestSet& requests) {
  std::vector<RatioTerm> terms;
  std::optional<uint64_t> position;
  for (const SettledRequest* request : requests) {
    const std::optional<double> tps = request->ok() ? UserTps(*request) : std::nullopt;
    if (!tps) continue;
    // Turns of one conversation share a prompt and a slot: they are not independent.
    if (position != request->position) terms.emplace_back();
    position = request->position;
    terms.back().numerator += *tps;
    terms.back().denominator += 1;
  }
  const std::optional<RatioEstimate> mean = EstimateRatio(terms);
  return mean ? std::optional(FromRatio(*mean)) : std::nullopt;
}

double OutputTokens(const Window& window) { return static_cast<double>(window.output_tokens); }

bool TokensKnown(std::span<const Window> windows) {
  return std::all_of(windows.begin(), windows.end(),
                     [](const Window& window) { return window.unknown_chunks == 0; });
}

std::optional<double> PeakTps(std::span<const Window> windows) {
  if (windows.empty() || !TokensKnown(windows)) return std::nullopt;
  double peak = 0;
  for (const Window& window : windows) peak = std::max(peak, OutputTokens(window));
  return peak;
}

// Of a run of `length_s`, whose last window is cut: it is taken together with the one before, so
// that all time is in a window of a second or more and none has less than the mean.
std::optional<double> PeakTpsOfRun(std::span<const Window> windows, double length_s) {
  const auto whole = static_cast<size_t>(length_s);
  // A second's tokens say nothing beside those of a shorter run.
  if (whole == 0 || windows.size() < whole || !TokensKnown(windows)) return std::nullopt;
  double last = 0;
  for (const Window& window : windows.subspan(whole - 1)) last += OutputTokens(window);
  last /= length_s - static_cast<double>(whole - 1);
  return std::max(PeakTps(windows.first(whole - 1)).value_or(0), last);
}

void SetPerGpu(std::optional<uint32_t> gpus, ThroughputFigures& figures) {
  if (!gpus || *gpus == 0 || !figures.output_tps) return;
  figures.output_tps_per_gpu = figures.output_tps->value / *gpus;
}

}  // namespace

ThroughputFigures ThroughputOfWindows(const ThroughputInput& input) {
  ThroughputFigures figures;
  if (TokensKnown(input.windows)) {
    figures.output_tps = MeanPerSecond(input.windows, OutputTokens);
    // One request without prompt tokens makes every sum too small.
    if (input.input_known) {
      figures.total_tps = MeanPerSecond(input.windows, [](const Window& window) {
        return static_cast<double>(window.output_tokens + window.input_tokens);
      });
    }
  }
  figures.requests_per_s =
      MeanPerSecond(input.windows, [](const Window& window) { return double{1} * window.ok; });
  figures.user_tps_mean = MeanUserTps(*input.requests);
  figures.output_tps_peak = PeakTps(input.windows);
  SetPerGpu(input.gpus, figures);
  return figures;
}

void WithholdPerToken(ThroughputFigures& figures) {
  figures.output_tps.reset();
  figures.total_tps.reset();
  figures.user_tps_mean.reset();
  figures.output_tps_per_gpu.reset();
  figures.output_tps_peak.reset();
}

ThroughputFigures ThroughputOfRun(const ThroughputInput& input, const TokenTotals& tokens,
                                  double length_s) {
  ThroughputFigures figures;
  // Nothing happened after T0.
  if (length_s <= 0) return figures;
  if (tokens.output) {
    const auto output = static_cast<double>(*tokens.output);
    // A run has one length and one total: no sample, so no interval.
    figures.output_tps = Exactly(output / length_s);
    if (tokens.input && input.input_known) {
      figures.total_tps = Exactly((output + static_cast<double>(*tokens.input)) / length_s);
    }
  }
  uint64_t ok = 0;
  for (const Window& window : input.windows) ok += window.ok;
  figures.requests_per_s = Exactly(static_cast<double>(ok) / length_s);
  figures.user_tps_mean = MeanUserTps(*input.requests);
  figures.output_tps_peak = PeakTpsOfRun(input.windows, length_s);
  // Tokens that chunks do not show are in the mean alone.
  const bool below = figures.output_tps && figures.output_tps_peak &&
                     *figures.output_tps_peak < figures.output_tps->value;
  if (below) figures.output_tps_peak.reset();
  SetPerGpu(input.gpus, figures);
  return figures;
}

TokenTotals TotalsOf(std::span<const SettledRequest> requests) {
  TokenTotals totals;
  for (const SettledRequest& request : requests) {
    if (request.input_tokens) totals.input = totals.input.value_or(0) + *request.input_tokens;
    if (request.output_tokens) {
      totals.output = totals.output.value_or(0) + *request.output_tokens;
    } else {
      ++totals.requests_without_totals;
    }
  }
  return totals;
}

}  // namespace specctl
