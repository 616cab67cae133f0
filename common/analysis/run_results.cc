#include "common/analysis/run_results.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "common/analysis/agent_description.h"
#include "common/analysis/arrival_proof.h"
#include "common/analysis/conservation.h"
#include "common/analysis/cross_cells.h"
#include "common/analysis/figures.h"
#include "common/analysis/network_figures.h"
#include "common/analysis/outage.h"
#include "common/analysis/reconcile.h"
#include "common/analysis/run_acceptance.h"
#include "common/analysis/slice_notes.h"
#include "common/analysis/token_books.h"
#include "common/analysis/unscraped_targets.h"
#include "common/analysis/window_figures.h"

namespace specctl {
namespace {

constexpr double kHoldSecondsMin = 5;
constexpr uint64_t kHoldRequestsMin = 30;
constexpr double kApartShareMax = 0.01;  // of the tokens; above it per-token figures are withheld

// What all parts of the results are made from.
struct Sources {
  const RunState& state;
  std::vector<SettledRequest> requests;  // in the order of positions and turns
  StageBounds bounds;
  RequestSet all, hold;
  RequestSet sound;    // of the hold's those that no invalid window spoils
  size_t windows = 0;  // up to the last thing that happened to a request
  std::optional<RunAcceptance> acceptance;
  bool reasoning_marked = false, input_known = true;
  bool headline_is_whole_run = false;
  double run_length_s = 0;
  std::vector<Window> sound_windows;  // of the hold

  // Whether invalid windows are left out of the headline: not where nothing would remain.
  bool leaves_out = false;

  const RequestSet& headline() const { return headline_is_whole_run ? all : hold; }
};

int64_t LastKnownNs(const SettledRequest& request) {
  return std::max({request.begin_ns, request.last_token_ns.value_or(request.begin_ns),
                   request.end_ns.value_or(request.begin_ns)});
}

Sources MakeSources(const RunState& state) {
  Sources sources{.state = state, .requests = state.settlement.settled()};
  if (state.run.begun) sources.bounds = state.Bounds();
  // Conversations in a row, as estimates by conversation need them, and in one order always.
  std::sort(sources.requests.begin(), sources.requests.end(),
            [](const SettledRequest& a, const SettledRequest& b) {
              return std::tie(a.position, a.turn, a.begin_ns, a.agent) <
                     std::tie(b.position, b.turn, b.begin_ns, b.agent);
            });
  int64_t last_ns = -1;
  for (const SettledRequest& request : sources.requests) {
    sources.all.push_back(&request);
    const bool in_hold = request.stage == Stage::kHold;
    if (in_hold) sources.hold.push_back(&request);
    if (in_hold && !request.in_invalid_window) sources.sound.push_back(&request);
    last_ns = std::max(last_ns, LastKnownNs(request));
    sources.reasoning_marked = sources.reasoning_marked || request.has_reasoning;
    if (request.ok() && !request.input_tokens) sources.input_known = false;
  }
  if (last_ns >= 0) sources.windows = static_cast<size_t>(last_ns / kSecondNs) + 1;
  sources.windows = std::min(sources.windows, state.windows.windows().size());
  return sources;
}

void SetRun(const RunState& state, Results& results) {
  const RunContext& run = state.run;
  results.spec = run.spec();
  results.notes = run.begun->notes;
  results.targets = run.targets;
  results.begun_unix_ns = run.begun->unix_ns;
  if (run.armed) results.t0_unix_ns = run.armed->t0_unix_ns;
  results.ended = run.ended.has_value();
  if (run.ended) results.end = *run.ended;
}

void LeaveOutInvalid(Sources& sources, Results::Hold& hold) {
  const auto first = static_cast<size_t>(hold.start_s);
  for (size_t i = first; i < first + hold.windows; ++i) {
    const WindowVerdict* verdict = sources.state.verdicts.At(i);
    if (verdict != nullptr && verdict->state == VerdictState::kInvalid) continue;
    sources.sound_windows.push_back(sources.state.windows.windows()[i]);
  }
  const bool any_invalid = sources.sound_windows.size() < hold.windows;
  const bool any_ok = std::any_of(sources.sound.begin(), sources.sound.end(),
                                  [](const SettledRequest* request) { return request->ok(); });
  // With nothing sound left the distorted figures stand; the verdict says what they are.
  sources.leaves_out = any_invalid && any_ok && !sources.sound_windows.empty();
  if (sources.leaves_out) hold.windows_left_out = hold.windows - sources.sound_windows.size();
}

void SetHold(Sources& sources, Results& results) {
  int64_t last_ns = 0;
  for (const SettledRequest& request : sources.requests) {
    last_ns = std::max(last_ns, LastKnownNs(request));
  }
  results.run_length_s = static_cast<double>(last_ns) / static_cast<double>(kSecondNs);
  sources.run_length_s = results.run_length_s;
  const auto last = static_cast<int64_t>(sources.windows);
  // A hold that nothing ended lasts as long as anything happened.
  const int64_t end = std::min(sources.bounds.drain_s, last);
  if (sources.bounds.has_hold() && sources.bounds.hold_s < end) {
    const int64_t length = end - sources.bounds.hold_s;
    results.hold = Results::Hold{.start_s = static_cast<double>(sources.bounds.hold_s),
                                 .length_s = static_cast<double>(length),
                                 .windows = static_cast<uint64_t>(length),
                                 .requests_begun = sources.hold.size()};
  }
  results.headline_is_whole_run = !results.hold || results.hold->length_s < kHoldSecondsMin ||
                                  results.hold->requests_begun < kHoldRequestsMin;
  sources.headline_is_whole_run = results.headline_is_whole_run;
  if (!results.headline_is_whole_run) LeaveOutInvalid(sources, *results.hold);
}

void SetBooks(const Sources& sources, Results& results) {
  const RunState& state = sources.state;
  const Books books = BalanceBooks(state.run, state.agents, sources.requests);
  results.conservation = books.run;
  for (size_t i = 0; i < state.agents.size(); ++i) {
    if (state.agents[i].joined) {
      results.agents.push_back(
          DescribeAgent(state.agents[i], books.agents[i], state.run.spec().load));
    }
  }
  results.start_skew = StartSkewOf(results.agents);
  results.failures = state.failures.Causes();
  results.oddities = state.oddities;
}

std::optional<Distribution> DescribeTokens(const Sources& sources,
                                           SettledRequest::Tokens SettledRequest::*tokens) {
  std::vector<double> values;
  for (const SettledRequest& request : sources.requests) {
    if (request.ok() && request.*tokens) values.push_back(*(request.*tokens));
  }
  return Describe(std::move(values));
}

void SetTokens(const Sources& sources, Results& results) {
  results.tokens = TotalsOf(sources.requests);
  results.tokens.finish_reasons = sources.state.finish_reasons;
  results.whole_run.length.input_tokens = DescribeTokens(sources, &SettledRequest::input_tokens);
  results.whole_run.length.output_tokens = DescribeTokens(sources, &SettledRequest::output_tokens);
}

void SetServers(Sources& sources, Results& results) {
  // Gauges are of what the headline is of.
  size_t first = 0, last = sources.windows;
  if (!results.headline_is_whole_run) {
    first = static_cast<size_t>(results.hold->start_s);
    last = first + results.hold->windows;
  }
  results.servers = sources.state.servers.Figures(first, last);
  results.metrics_failures = sources.state.servers.Failures();
  for (ScrapeFailure& failure : UnscrapedTargets(sources.state.run)) {
    results.metrics_failures.push_back(std::move(failure));
  }
}

void SetAcceptance(Sources& sources, Results& results) {
  sources.acceptance.emplace(sources.state.run, sources.requests, sources.state.settlement.steps(),
                             results.servers);
  results.acceptance_sources = sources.acceptance->Sources();
  results.whole_run.acceptance = sources.acceptance->Headline(sources.all);
  // Also of windows that are left out: how late an agent read changes no acceptance.
  results.headline.acceptance = results.headline_is_whole_run
                                    ? results.whole_run.acceptance
                                    : sources.acceptance->Headline(sources.hold);
  results.acceptance_from_chunks = sources.acceptance->FromChunks(sources.headline());
  results.acceptance_of_counters = sources.acceptance->OfCounters();
}

// What the server's own files said, if they were read.
void SetLogged(const RunState& state, Results& results) {
  if (!state.run.logged) return;
  results.logged = state.run.logged->Figures({.requests = results.conservation.sent,
                                              .with_id = state.requests_with_id,
                                              .found = state.logged_requests,
                                              .output_tokens = results.tokens.output.value_or(0),
                                              .resends = results.conservation.resends});
}

// Where too many tokens can't be given to chunks, what is left tells of the others alone.
void WithholdUnattributed(const Sources& sources, Results& results) {
  results.whole_token_books = BooksOf(sources.all);
  results.token_books = BooksOf(sources.headline());
  results.tokens_withheld = results.token_books.ApartShare() > kApartShareMax;
  if (results.whole_token_books.ApartShare() > kApartShareMax) {
    WithholdPerToken(results.whole_run.latency);
    // TPS of the whole run stays: it is by totals.
    results.whole_run.throughput.user_tps_mean.reset();
    results.whole_run.throughput.output_tps_peak.reset();
  }
  if (!results.tokens_withheld) return;
  WithholdPerToken(results.headline.latency);
  // The whole run's TPS is by totals, which stand.
  if (results.headline_is_whole_run) {
    results.headline.throughput = results.whole_run.throughput;
  } else {
    WithholdPerToken(results.headline.throughput);
  }
  if (results.with_invalid) {
    WithholdPerToken(results.with_invalid->throughput);
    WithholdPerToken(results.with_invalid->latency);
  }
  for (SliceFigures& slice : results.slices) WithholdPerToken(slice.figures.latency);
  for (CrossCell& cell : results.cells) cell.user_tps_mean.reset();
  for (WindowFigures& window : results.windows) WithholdPerToken(window);
}

void SetHeadline(const Sources& sources, Results& results) {
  const SliceSums& sums = sources.state.settlement.slices().all();
  const SliceSums::Part whole = sums.Whole();
  const std::span<const Window> windows = sources.state.windows.windows();
  FigureSet& headline = results.headline;
  ThroughputInput input{.windows = windows.subspan(0, sources.windows),
                        .requests = &sources.all,
                        .input_known = sources.input_known,
                        .gpus = results.spec.gpus,
                        .goodput = results.spec.goodput};
  results.whole_run.throughput = ThroughputOfRun(input, results.tokens, results.run_length_s);
  results.whole_run.latency =
      LatenciesOf(sources.all, whole.step_latency, sources.reasoning_marked);
  if (results.headline_is_whole_run) {
    headline.throughput = results.whole_run.throughput;
    headline.latency = results.whole_run.latency;
  } else {
    input.windows =
        windows.subspan(static_cast<size_t>(results.hold->start_s), results.hold->windows);
    input.requests = &sources.hold;
    headline.throughput = ThroughputOfWindows(input);
    headline.latency =
        LatenciesOf(sources.hold, sums.WholeHold().step_latency, sources.reasoning_marked);
  }
  // What the agents distorted stands beside the headline, for comparison.
  if (sources.leaves_out) {
    results.with_invalid = FigureSet{.throughput = std::move(headline.throughput),
                                     .latency = std::move(headline.latency)};
    input.windows = sources.sound_windows;
    input.requests = &sources.sound;
    headline.throughput = ThroughputOfWindows(input);
    headline.latency = LatenciesOf(sources.sound, sums.hold.step_latency, sources.reasoning_marked);
  }
}

SliceFigures DescribeSlice(const Sources& sources, const RequestSet& requests,
                           const SliceSums& sums, bool by_stage) {
  SliceFigures slice;
  RequestSet headline;
  for (const SettledRequest* request : requests) {
    AddOutcome(*request, slice.conservation);
    slice.output_tokens += request->output_tokens.value_or(0);
    slice.input_tokens += request->input_tokens.value_or(0);
    // A stage is described by all that began in it.
    const bool in_headline =
        by_stage || sources.headline_is_whole_run || request->stage == Stage::kHold;
    if (in_headline) headline.push_back(request);
  }
  const bool whole = by_stage || sources.headline_is_whole_run;
  const SliceSums::Part part = whole ? sums.Whole() : sums.WholeHold();
  if (!whole && sources.leaves_out) {
    RequestSet sound;
    std::copy_if(headline.begin(), headline.end(), std::back_inserter(sound),
                 [](const SettledRequest* request) { return !request->in_invalid_window; });
    slice.figures.latency = LatenciesOf(sound, sums.hold.step_latency, sources.reasoning_marked);
  } else {
    slice.figures.latency = LatenciesOf(headline, part.step_latency, sources.reasoning_marked);
  }
  slice.figures.acceptance = sources.acceptance->Of(headline);
  if (sources.run_length_s > 0) {
    slice.whole_run_output_tps = static_cast<double>(slice.output_tokens) / sources.run_length_s;
  }
  return slice;
}

void SetSlices(const Sources& sources, Results& results) {
  for (size_t i = 0; i < kDimensions; ++i) {
    const auto dimension = static_cast<Dimension>(i);
    const SliceTable::Slices& slices = sources.state.settlement.slices().Of(dimension);
    std::map<SliceKey, RequestSet> members;
    for (const SettledRequest& request : sources.requests) {
      // Dropped, or no request has such a property.
      if (slices.empty()) break;
      const auto key = KeyOf(dimension, request, sources.state.run);
      if (key) members[*key].push_back(&request);
    }
    for (const auto& [key, sums] : slices) {
      SliceFigures slice =
          DescribeSlice(sources, members[key], sums, dimension == Dimension::kStage);
      slice.by = dimension;
      slice.key = key.second;
      results.slices.push_back(std::move(slice));
    }
  }
  for (std::string& note :
       SliceNotes(sources.state.settlement.slices(), sources.state.run, sources.requests)) {
    results.notes.push_back(std::move(note));
  }
}

void SetOutages(const Sources& sources, std::span<const double> backing_off, Results& results) {
  // Where chunks have no tokens, a hold has no TPS, and the whole run has one by its totals.
  const bool of_hold = !results.headline_is_whole_run && results.headline.throughput.output_tps;
  const std::optional<Estimate>& output_tps =
      of_hold ? results.headline.throughput.output_tps : results.whole_run.throughput.output_tps;
  HeadlineTime time{.end_s = results.run_length_s};
  if (of_hold) {
    time = {.begin_s = results.hold->start_s,
            .end_s = results.hold->start_s + results.hold->length_s,
            .left_out_s = static_cast<double>(results.hold->windows_left_out)};
  }
  std::optional<double> step_p50_ms;
  if (results.whole_run.latency.step_latency_ms) {
    step_p50_ms = results.whole_run.latency.step_latency_ms->p50;
  }
  Outages& outages = results.outages;
  outages.spans = FindOutages({.windows = results.windows,
                               .requests = sources.requests,
                               .backing_off = backing_off,
                               .verdicts = sources.state.verdicts,
                               .step_p50_ms = step_p50_ms});
  if (!outages.spans.empty() && output_tps) {
    outages.output_tps_outside = TpsOutside(outages.spans, time, output_tps->value);
  }
}

void SetJudgement(Judgement judgement, Results& results) {
  results.verdict = std::move(judgement.verdict);
  for (std::string& note : judgement.notes) results.notes.push_back(std::move(note));
  for (size_t i = 0; i < results.windows.size(); ++i) {
    WindowJudgement& judged = judgement.windows[i];
    results.windows[i].verdict = judged.state;
    results.windows[i].reasons = std::move(judged.reasons);
    results.windows[i].labels = std::move(judged.labels);
  }
}

}  // namespace

Results MakeResults(const RunState& state) {
  Results results;
  Sources sources = MakeSources(state);
  SetRun(state, results);
  SetHold(sources, results);
  SetBooks(sources, results);
  SetTokens(sources, results);
  SetServers(sources, results);
  SetAcceptance(sources, results);
  SetLogged(state, results);
  SetHeadline(sources, results);
  SetSlices(sources, results);
  results.arrivals =
      ArrivalsOf(results, sources.requests, state.windows.windows().first(sources.windows),
                 sources.bounds.drain_s);
  results.cells = CrossCellsOf({.run = state.run,
                                .acceptance = *sources.acceptance,
                                .requests = sources.requests,
                                .whole_run = sources.headline_is_whole_run,
                                .leaves_out = sources.leaves_out});
  results.networks = NetworkByTarget(sources.all, sources.headline());
  results.headline.latency.receive_lag_ms = DescribeMs(state.health.receive_lag());
  results.windows = DescribeWindows({.table = state.windows,
                                     .servers = state.servers,
                                     .requests = sources.requests,
                                     .bounds = sources.bounds,
                                     .windows = sources.windows});
  // After every figure, so that none escapes; before outages, which use what is left.
  WithholdUnattributed(sources, results);
  results.reconciliation = Reconcile(state.run, *sources.acceptance, sources.requests, results);
  const std::vector<double> backing_off = state.windows.MeanSlots(&Window::backing_off);
  // Needs windows and step latencies; the verdict needs the outages.
  SetOutages(sources, backing_off, results);
  SetJudgement(Judge({.run = state.run,
                      .agents = state.agents,
                      .requests = sources.requests,
                      .servers = state.servers,
                      .backing_off = backing_off,
                      .contradictions = state.contradictions,
                      .verdicts = state.verdicts,
                      .health = state.health},
                     results),
               results);
  return results;
}

}  // namespace specctl
