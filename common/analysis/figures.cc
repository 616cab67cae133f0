#include "common/analysis/figures.h"

#include <algorithm>
#include <functional>

#include "common/base/hash.h"
#include "common/stats/steady_intervals.h"

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

// A time from the request's start to something, which of a request that was in flight where the
// hold ended is longer than the hold let it be.
std::optional<CensoredValue> MsUntil(const SettledRequest& request, Time from_ns, Time to_ns) {
  if (const auto ms = Ms(from_ns, to_ns)) return CensoredValue{.value = *ms};
  if (!request.cut || !from_ns || !request.start_ns) return std::nullopt;
  return CensoredValue{.value = *Ms(from_ns, request.end_ns), .censored = true};
}

std::optional<CensoredValue> Seen(std::optional<double> value) {
  return value ? std::optional(CensoredValue{.value = *value}) : std::nullopt;
}

using Figure = std::function<std::optional<CensoredValue>(const SettledRequest&)>;

std::optional<Distribution> DescribeOk(const RequestSet& requests, const Figure& figure) {
  std::vector<CensoredValue> values;
  std::vector<double> observed;
  for (const SettledRequest* request : requests) {
    const auto value = request->ok() ? figure(*request) : std::nullopt;
    if (!value) continue;
    values.push_back(*value);
    if (!value->censored) observed.push_back(value->value);
  }
  // The usual case, without a second sort.
  if (observed.size() == values.size()) return Describe(std::move(observed));
  return CensoredSample(values).Describe();
}

// The figure with its intervals, where the requests are of a steady state.
class Describer {
 public:
  explicit Describer(const LatencyInput& input) : input_(input) {}

  std::optional<Distribution> Describe(uint64_t number, const Figure& figure) const {
    if (!input_.steady) return DescribeOk(*input_.requests, figure);
    std::vector<TimedValue> timed;
    std::vector<CensoredValue> values;
    const auto length_ns = static_cast<double>(input_.steady->length_ns);
    for (const SettledRequest* request : *input_.requests) {
      const auto value = request->ok() ? figure(*request) : std::nullopt;
      if (!value) continue;
      const auto since_ns = static_cast<double>(request->begin_ns - input_.steady->begin_ns);
      values.push_back(*value);
      timed.push_back(
          {.value = value->value, .censored = value->censored, .at = since_ns / length_ns});
    }
    const CensoredSample sample(values);
    std::optional<Distribution> described = sample.Describe();
    // Each figure's own draws, so that none moves with another.
    const uint64_t seed = SplitMix64(input_.steady->seed + number);
    if (described) described->intervals = SteadyIntervals(timed, sample, seed);
    return described;
  }

 private:
  const LatencyInput& input_;
};

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
void AddStreamErrors(const RequestSet& requests, int sign, const Figure& figure,
                     Distribution& described) {
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
  described.error = ErrorsOf(described, *shortest, *longest);
}

// Of the time from a request's start to the arrival of its first token.
void AddFirstTokenErrors(const RequestSet& requests, const Figure& figure,
                         Distribution& described) {
  const auto moved = [&](const std::function<int64_t(const SettledRequest&)>& by_ns) {
    return DescribeOk(requests,
                      [&](const SettledRequest& r) { return figure(Moved(r, by_ns(r), 0)); });
  };
  const auto lowest = moved([](const SettledRequest& r) { return Within(r.first_within_us); });
  const auto highest = moved([](const SettledRequest&) { return kArrivalNs; });
  described.error = ErrorsOf(described, *lowest, *highest);
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

}  // namespace

std::optional<double> UserTps(const SettledRequest& request) {
  const std::optional<double> tokens = TokensAfterFirst(request);
  const std::optional<int64_t> stream_ns = StreamNs(request);
  if (!tokens || stream_ns.value_or(0) <= 0) return std::nullopt;
  return *tokens * static_cast<double>(kSecondNs) / static_cast<double>(*stream_ns);
}

std::optional<double> ItlMs(const SettledRequest& request) {
  const std::optional<double> tokens = TokensAfterFirst(request);
  const std::optional<int64_t> stream_ns = StreamNs(request);
  // One chunk has no interval between two.
  if (!tokens || !stream_ns || request.chunks < 2) return std::nullopt;
  return static_cast<double>(*stream_ns) / kNsPerMs / *tokens;
}

std::optional<double> TtftMs(const SettledRequest& request) {
  return Ms(request.start_ns, request.first_token_ns);
}

std::optional<double> TtftUserMs(const SettledRequest& request) {
  return Ms(request.due_ns, request.first_token_ns);
}

std::optional<double> RequestLatencyMs(const SettledRequest& request) {
  return Ms(request.start_ns, request.end_ns);
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

std::optional<CensoredValue> TtftOf(const SettledRequest& request) {
  return MsUntil(request, request.start_ns, request.first_token_ns);
}

LatencyFigures LatenciesOf(const LatencyInput& input) {
  const Describer describer(input);
  const RequestSet& requests = *input.requests;
  const bool errors = input.bounds == ErrorBounds::kComputed;
  // Numbers are the seeds' alone: they must not change.
  const auto to_first_token = [&](uint64_t number, const Figure& figure) {
    std::optional<Distribution> described = describer.Describe(number, figure);
    if (described && errors) AddFirstTokenErrors(requests, figure, *described);
    return described;
  };
  const auto stream = [&](uint64_t number, int sign, const Figure& figure) {
    std::optional<Distribution> described = describer.Describe(number, figure);
    if (described && errors) AddStreamErrors(requests, sign, figure, *described);
    return described;
  };
  LatencyFigures figures;
  figures.ttft_ms = to_first_token(1, TtftOf);
  figures.ttft_user_ms = to_first_token(
      2, [](const SettledRequest& r) { return MsUntil(r, r.due_ns, r.first_token_ns); });
  if (input.reasoning_marked) {
    figures.ttfo_ms = describer.Describe(
        3, [](const SettledRequest& r) { return MsUntil(r, r.start_ns, r.first_answer_ns); });
  }
  figures.itl_ms = stream(4, 1, [](const SettledRequest& r) { return Seen(ItlMs(r)); });
  if (input.step_latency != nullptr) figures.step_latency_ms = DescribeMs(*input.step_latency);
  figures.request_latency_ms = describer.Describe(
      5, [](const SettledRequest& r) { return MsUntil(r, r.start_ns, r.cut ? Time() : r.end_ns); });
  figures.request_latency_user_ms = describer.Describe(
      7, [](const SettledRequest& r) { return MsUntil(r, r.due_ns, r.cut ? Time() : r.end_ns); });
  figures.connect_ms =
      DescribeOk(requests, [](const SettledRequest& r) { return Seen(Ms(0, r.connect_ns)); });
  figures.user_tps = stream(6, -1, [](const SettledRequest& r) { return Seen(UserTps(r)); });
  return figures;
}

void WithholdPerToken(LatencyFigures& figures) {
  figures.itl_ms.reset();
  figures.user_tps.reset();
}

}  // namespace specctl
