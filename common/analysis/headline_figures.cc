#include "common/analysis/headline_figures.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/analysis/conservation.h"
#include "common/analysis/figures.h"
#include "common/analysis/goodput.h"
#include "common/analysis/throughput_figures.h"
#include "common/base/hash.h"

namespace specctl {
namespace {

LatencyFigures Latencies(const ResultSources& sources, const RequestSet& requests,
                         const IntervalSketch& step_latency,
                         std::optional<SteadyTime> steady = std::nullopt) {
  return LatenciesOf({.requests = &requests,
                      .step_latency = &step_latency,
                      .reasoning_marked = sources.reasoning_marked,
                      .steady = steady});
}

// Neighbours in time are alike, whosever prompts they are: its error is that of the distribution's.
void SetSteadyUserTps(FigureSet& set) {
  const auto& described = set.latency.user_tps;
  if (!set.throughput.user_tps_mean || !described || !described->intervals) return;
  const SteadyBounds& bounds = described->intervals->mean;
  set.throughput.user_tps_mean->low = bounds.low;
  set.throughput.user_tps_mean->high = bounds.high;
  set.throughput.user_tps_mean->degrees = bounds.degrees;
}

// Of the whole run.
ThroughputInput InputOf(const ResultSources& sources, const Results& results) {
  return {.windows = sources.state.windows.windows().subspan(0, sources.windows),
          .requests = &sources.all,
          .input_known = sources.input_known,
          .gpus = results.spec.gpus};
}

double BegunPerSecond(std::span<const Window> windows) {
  double begun = 0;
  for (const Window& window : windows) begun += window.begun;
  return windows.empty() ? 0 : begun / static_cast<double>(windows.size());
}

void SetOfHold(const ResultSources& sources, const Results::Hold& hold, ThroughputInput input,
               Results& results) {
  const std::span<const Window> windows = sources.state.windows.windows();
  const SliceSums& sums = sources.state.settlement.slices().all();
  const SteadyTime steady{.begin_ns = static_cast<int64_t>(hold.start_s) * kSecondNs,
                          .length_ns = static_cast<int64_t>(hold.windows) * kSecondNs,
                          .seed = Fnv1a(results.spec.run_id)};
  FigureSet whole;
  input.windows = windows.subspan(static_cast<size_t>(hold.start_s), hold.windows);
  input.requests = &sources.held_hold;
  whole.throughput = ThroughputOfWindows(input);
  whole.latency = Latencies(sources, sources.held_hold, sums.WholeHold(), steady);
  SetSteadyUserTps(whole);
  // Of what became of the requests, also after the hold.
  GoodputInput goodput{.requests = &sources.hold,
                       .terms = &results.spec.goodput,
                       .begun_per_s = BegunPerSecond(input.windows),
                       .steady = steady};
  SetGoodput(goodput, whole.throughput);
  results.headline.throughput = whole.throughput;
  results.headline.latency = whole.latency;
  if (!sources.leaves_out) return;
  // What the agents distorted stands beside the headline, for comparison.
  results.with_invalid = std::move(whole);
  input.windows = sources.sound_windows;
  input.requests = &sources.held_sound;
  results.headline.throughput = ThroughputOfWindows(input);
  results.headline.latency = Latencies(sources, sources.held_sound, sums.SoundHold(), steady);
  SetSteadyUserTps(results.headline);
  RequestSet sound = sources.hold;
  std::erase_if(sound, [](const SettledRequest* each) { return each->in_invalid_window; });
  // The share is of fewer requests than began: long ones meet an invalid window more often.
  goodput.requests = &sound;
  goodput.begun_per_s = BegunPerSecond(sources.sound_windows);
  SetGoodput(goodput, results.headline.throughput);
}

}  // namespace

void SetWholeRun(const ResultSources& sources, Results& results) {
  const ThroughputInput input = InputOf(sources, results);
  results.whole_run.throughput = ThroughputOfRun(input, results.tokens, results.run_length_s);
  results.whole_run.latency =
      Latencies(sources, sources.all, sources.state.settlement.slices().all().Whole());
  if (results.run_length_s > 0) {
    SetGoodput({.requests = &sources.all,
                .terms = &results.spec.goodput,
                .begun_per_s = static_cast<double>(sources.all.size()) / results.run_length_s},
               results.whole_run.throughput);
  }
}

void SetHeadline(const ResultSources& sources, Results& results) {
  if (!results.headline_is_whole_run) {
    return SetOfHold(sources, *results.hold, InputOf(sources, results), results);
  }
  // Ramp and drain are no steady state: no intervals.
  results.headline.throughput = results.whole_run.throughput;
  results.headline.latency = results.whole_run.latency;
}

SliceFigures DescribeSlice(const ResultSources& sources, const SliceInput& input) {
  SliceFigures slice;
  RequestSet headline;
  for (const SettledRequest* request : *input.requests) {
    AddOutcome(*request, slice.conservation);
    slice.output_tokens += request->output_tokens.value_or(0);
    slice.input_tokens += request->input_tokens.value_or(0);
    // A stage is described by all that began in it.
    const bool in_headline =
        input.by_stage || sources.headline_is_whole_run || request->stage == Stage::kHold;
    if (in_headline) headline.push_back(request);
  }
  slice.figures.acceptance = sources.acceptance->Of(headline);
  if (input.by_stage || sources.headline_is_whole_run) {
    slice.figures.latency = Latencies(sources, headline, input.sums->Whole());
  } else {
    RequestSet held = sources.HeldOf(headline);
    if (sources.leaves_out) {
      std::erase_if(held, [](const SettledRequest* each) { return each->in_invalid_window; });
    }
    slice.figures.latency = Latencies(
        sources, held, sources.leaves_out ? input.sums->SoundHold() : input.sums->WholeHold());
  }
  if (sources.run_length_s > 0) {
    slice.whole_run_output_tps = static_cast<double>(slice.output_tokens) / sources.run_length_s;
  }
  return slice;
}

}  // namespace specctl
