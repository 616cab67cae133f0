#include "common/analysis/figures.h"

#include <algorithm>
#include <functional>

#include "common/analysis/goodput.h"
#include "common/stats/intervals.h"

namespace specctl {
namespace {

constexpr double kNsPerMs = 1e6;

using Time = SettledRequest::Time;

std::optional<double> Ms(Time from_ns, Time to_ns) {
  if (!from_ns || !to_ns) return std::nullopt;
  return static_cast<double>(*to_ns - *from_ns) / kNsPerMs;
}

// From the first token to the last.
std::optional<int64_t> StreamNs(const SettledRequest& request) {
  if (!request.first_token_ns || !request.last_token_ns) return std::nullopt;
  return *request.last_token_ns - *request.first_token_ns;
}

// Tokens that arrived after the first chunk.
std::optional<double> TokensAfterFirst(const SettledRequest& request) {
  // Its total is known, but not when the tokens came.
  if (request.unattributed) return std::nullopt;
  if (!request.output_tokens || !request.first_chunk_tokens) return std::nullopt;
  // All in the first chunk: no time was measured over which to divide.
  if (*request.output_tokens <= *request.first_chunk_tokens) return std::nullopt;
  return static_cast<double>(*request.output_tokens - *request.first_chunk_tokens);
}

using Figure = std::function<std::optional<double>(const SettledRequest&)>;

std::optional<Distribution> DescribeOk(const RequestSet& requests, const Figure& figure) {
  std::vector<double> values;
  for (const SettledRequest* request : requests) {
    if (!request->ok()) continue;
    if (const std::optional<double> value = figure(*request)) values.push_back(*value);
  }
  return Describe(std::move(values));
}

// The same request with the arrivals of its first and last token moved by so much.
SettledRequest Moved(const SettledRequest& request, int64_t first_ns, int64_t last_ns) {
  SettledRequest moved = request;
  if (moved.first_token_ns) moved.first_token_ns = *moved.first_token_ns + first_ns;
  if (moved.last_token_ns) moved.last_token_ns = *moved.last_token_ns + last_ns;
  return moved;
}

// An arrival lies in (t - within, t + 1 us), t being rounded down to whole microseconds.
constexpr int64_t kArrivalNs = 1'000;
int64_t Within(uint32_t us) { return -int64_t{us} * 1'000; }

// Of a figure that grows with the time from the first token to the last (`sign` 1) or falls with it
// (-1).
std::optional<Distribution> DescribeStream(const RequestSet& requests, int sign, ErrorBounds bounds,
                                           const Figure& figure) {
  std::optional<Distribution> described = DescribeOk(requests, figure);
  if (!described || bounds == ErrorBounds::kLeftOut) return described;
  auto shortest = DescribeOk(requests, [&](const SettledRequest& r) {
    const int64_t last_ns = std::max(Within(r.last_within_us), -StreamNs(r).value_or(0));
    const auto value = figure(Moved(r, kArrivalNs, last_ns));
    return value ? value : figure(r);  // all of its tokens may have come at once: no bound
  });
  auto longest = DescribeOk(requests, [&](const SettledRequest& r) {
    // Moved apart, the ends of a stream without a figure would have one.
    return figure(r) ? figure(Moved(r, Within(r.first_within_us), kArrivalNs)) : std::nullopt;
  });
  if (sign < 0) std::swap(shortest, longest);
  described->error = ErrorsOf(*described, *shortest, *longest);
  return described;
}

// Of the time from a request's start to the arrival of its first token.
std::optional<Distribution> DescribeToFirstToken(const RequestSet& requests, ErrorBounds bounds,
                                                 const Figure& figure) {
  std::optional<Distribution> described = DescribeOk(requests, figure);
  if (!described || bounds == ErrorBounds::kLeftOut) return described;
  const auto moved = [&](const std::function<int64_t(const SettledRequest&)>& by_ns) {
    return DescribeOk(requests,
                      [&](const SettledRequest& r) { return figure(Moved(r, by_ns(r), 0)); });
  };
  const auto lowest = moved([](const SettledRequest& r) { return Within(r.first_within_us); });
  const auto highest = moved([](const SettledRequest&) { return kArrivalNs; });
  described->error = ErrorsOf(*described, *lowest, *highest);
  return described;
}

Estimate FromRatio(const RatioEstimate& ratio) {
  Estimate estimate{.value = ratio.value, .low = std::nullopt, .high = std::nullopt};
  if (ratio.interval) {
    estimate.low = ratio.interval->low;
    estimate.high = ratio.interval->high;
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

Distribution Described(const LogLinearSketch& sketch) {
  const auto ms = [](Nanos value) { return static_cast<double>(value.count()) / kNsPerMs; };
  const auto quantile = [&](double q) { return ms(*sketch.Quantile(q)); };
  return Distribution{.count = sketch.count(),
                      .mean = *sketch.mean_ns() / kNsPerMs,
                      .stddev = *sketch.stddev_ns() / kNsPerMs,
                      .min = ms(*sketch.min()),
                      .max = ms(*sketch.max()),
                      .p1 = quantile(0.01),
                      .p5 = quantile(0.05),
                      .p10 = quantile(0.10),
                      .p25 = quantile(0.25),
                      .p50 = quantile(0.50),
                      .p75 = quantile(0.75),
                      .p90 = quantile(0.90),
                      .p95 = quantile(0.95),
                      .p99 = quantile(0.99),
                      .p999 = quantile(0.999),
                      .error = std::nullopt};
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

std::optional<double> UserTps(const SettledRequest& request) {
  const std::optional<double> tokens = TokensAfterFirst(request);
  const std::optional<int64_t> stream_ns = StreamNs(request);
  if (!tokens || stream_ns.value_or(0) <= 0) return std::nullopt;
  return *tokens * static_cast<double>(kSecondNs) / static_cast<double>(*stream_ns);
}

std::optional<double> InterTokenSeconds(const SettledRequest& request) {
  const std::optional<double> tokens = TokensAfterFirst(request);
  const std::optional<int64_t> stream_ns = StreamNs(request);
  // One chunk has no interval between two.
  if (!tokens || !stream_ns || request.chunks < 2) return std::nullopt;
  return static_cast<double>(*stream_ns) / static_cast<double>(kSecondNs) / *tokens;
}

std::optional<double> TtftMs(const SettledRequest& request) {
  return Ms(request.start_ns, request.first_token_ns);
}

std::optional<Distribution> DescribeMs(const IntervalSketch& sketch) {
  if (sketch.count() == 0) return std::nullopt;
  Distribution described = Described(sketch.Values());
  QuantileErrors errors;
  // Exact arrivals have only the stamps' microsecond and the sketch's rounding, added below.
  if (sketch.inexact() > 0) {
    errors = ErrorsOf(described, Described(sketch.Lowest()), Described(sketch.Highest()));
  }
  const auto widen = [](double& error, double value) {
    error += kArrivalNs / kNsPerMs + LogLinearSketch::kErrorMax * value;
  };
  widen(errors.p50, described.p50);
  widen(errors.p90, described.p90);
  widen(errors.p95, described.p95);
  widen(errors.p99, described.p99);
  described.error = errors;
  return described;
}

std::optional<Distribution> DescribeMs(const LagHistogram& histogram) {
  if (histogram.count() == 0) return std::nullopt;
  LogLinearSketch sketch;
  // Upper ends: a lag is never shown smaller than it was.
  histogram.ForEach([&](Nanos upper_end, uint64_t count) { sketch.AddValue(upper_end, count); });
  return Described(sketch);
}

LatencyFigures LatenciesOf(const RequestSet& requests, const IntervalSketch& step_latency,
                           bool reasoning_marked, ErrorBounds bounds) {
  LatencyFigures figures;
  figures.ttft_ms = DescribeToFirstToken(requests, bounds, TtftMs);
  figures.ttft_user_ms = DescribeToFirstToken(
      requests, bounds, [](const SettledRequest& r) { return Ms(r.due_ns, r.first_token_ns); });
  if (reasoning_marked) {
    figures.ttfo_ms = DescribeOk(
        requests, [](const SettledRequest& r) { return Ms(r.start_ns, r.first_answer_ns); });
  }
  figures.itl_ms = DescribeStream(requests, 1, bounds, [](const SettledRequest& r) {
    const std::optional<double> seconds = InterTokenSeconds(r);
    return seconds ? std::optional(*seconds * 1e3) : std::nullopt;
  });
  figures.step_latency_ms = DescribeMs(step_latency);
  figures.request_latency_ms =
      DescribeOk(requests, [](const SettledRequest& r) { return Ms(r.start_ns, r.end_ns); });
  figures.connect_ms =
      DescribeOk(requests, [](const SettledRequest& r) { return Ms(0, r.connect_ns); });
  figures.user_tps = DescribeStream(requests, -1, bounds, UserTps);
  return figures;
}

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
  SetGoodput(*input.requests, input.goodput, static_cast<double>(input.windows.size()), figures);
  return figures;
}

void WithholdPerToken(ThroughputFigures& figures) {
  figures.output_tps.reset();
  figures.total_tps.reset();
  figures.user_tps_mean.reset();
  figures.output_tps_per_gpu.reset();
  figures.output_tps_peak.reset();
}

void WithholdPerToken(LatencyFigures& figures) {
  figures.itl_ms.reset();
  figures.user_tps.reset();
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
  SetGoodput(*input.requests, input.goodput, length_s, figures);
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
