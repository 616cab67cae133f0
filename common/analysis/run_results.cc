#include "common/analysis/run_results.h"

#include <algorithm>
#include <span>
#include <utility>

#include "common/analysis/agent_description.h"
#include "common/analysis/arrival_proof.h"
#include "common/analysis/conservation.h"
#include "common/analysis/cross_cells.h"
#include "common/analysis/headline_figures.h"
#include "common/analysis/network_figures.h"
#include "common/analysis/outage.h"
#include "common/analysis/reconcile.h"
#include "common/analysis/result_sources.h"
#include "common/analysis/run_acceptance.h"
#include "common/analysis/run_so_far.h"
#include "common/analysis/slice_notes.h"
#include "common/analysis/steadiness.h"
#include "common/analysis/stopped_intervals.h"
#include "common/analysis/throughput_figures.h"
#include "common/analysis/token_books.h"
#include "common/analysis/unscraped_targets.h"
#include "common/analysis/window_figures.h"

namespace specctl {
namespace {

constexpr double kApartShareMax = 0.01;  // of the tokens; above it per-token figures are withheld

void SetRun(const RunState& state, Results& results) {
  const RunContext& run = state.run;
  results.spec = run.spec();
  results.notes = run.begun->notes;
  results.targets = run.targets;
  results.begun_unix_ns = run.begun->unix_ns;
  if (run.armed) results.t0_unix_ns = run.armed->t0_unix_ns;
  results.ended = run.ended.has_value();
  if (!run.ended) return;
  results.end = *run.ended;
  // Of a run that ended before its limit though nothing befell it.
  if (run.ended->end == RunEnd::kCompleted && !run.ended->reason.empty()) {
    results.notes.push_back("ended by --until: " + run.ended->reason);
  }
}

void SetBooks(const ResultSources& sources, Results& results) {
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
  results.load_left = LoadLeftBy(state.agents);
  results.failures = state.failures.Causes();
  results.oddities = state.oddities;
}

std::optional<Distribution> DescribeTokens(const ResultSources& sources,
                                           SettledRequest::Tokens SettledRequest::*tokens) {
  std::vector<double> values;
  for (const SettledRequest& request : sources.requests) {
    if (request.ok() && request.*tokens) values.push_back(*(request.*tokens));
  }
  return Describe(std::move(values));
}

void SetTokens(const ResultSources& sources, Results& results) {
  results.tokens = TotalsOf(sources.requests);
  results.tokens.finish_reasons = sources.state.finish_reasons;
  results.whole_run.length.input_tokens = DescribeTokens(sources, &SettledRequest::input_tokens);
  results.whole_run.length.output_tokens = DescribeTokens(sources, &SettledRequest::output_tokens);
}

void SetServers(ResultSources& sources, Results& results) {
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

void SetAcceptance(ResultSources& sources, Results& results) {
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
void WithholdUnattributed(const ResultSources& sources, Results& results) {
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

void SetSlices(const ResultSources& sources, Results& results) {
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
      SliceFigures slice = DescribeSlice(
          sources,
          {.requests = &members[key], .sums = &sums, .by_stage = dimension == Dimension::kStage});
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

void SetOutages(const ResultSources& sources, std::span<const double> backing_off,
                Results& results) {
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

void SetWindows(const ResultSources& sources, Results& results) {
  results.windows = DescribeWindows({.table = sources.state.windows,
                                     .servers = sources.state.servers,
                                     .requests = sources.requests,
                                     .bounds = sources.bounds,
                                     .windows = sources.windows});
}

// What figures can't be told; `results` has all others.
void WithholdFigures(const ResultSources& sources, Results& results) {
  results.growth = FindGrowthOfHold(results);
  if (results.growth) WithholdIntervals(results);
  // After every figure, so that none escapes; before outages, which use what is left.
  WithholdUnattributed(sources, results);
}

// Whether it ended by them or not: the run was looked at all the same.
void WidenStopped(Results& results) {
  if (results.spec.load.until.empty()) return;
  WidenForStopping(results.headline);
  if (results.with_invalid) WidenForStopping(*results.with_invalid);
}

}  // namespace

Results MakeResults(const RunState& state) {
  Results results;
  ResultSources sources = MakeSources(state, RequestsOf(state));
  SetRun(state, results);
  SetHold(sources, results);
  SetBooks(sources, results);
  SetTokens(sources, results);
  SetServers(sources, results);
  SetAcceptance(sources, results);
  SetLogged(state, results);
  SetWholeRun(sources, results);
  SetHeadline(sources, results);
  SetSlices(sources, results);
  SetWindows(sources, results);
  results.arrivals =
      ArrivalsOf(results, sources.requests, state.windows.windows().first(sources.windows));
  results.cells = CrossCellsOf({.run = state.run,
                                .acceptance = *sources.acceptance,
                                .requests = sources.requests,
                                .held = *sources.held,
                                .whole_run = sources.headline_is_whole_run,
                                .leaves_out = sources.leaves_out});
  results.networks = NetworkByTarget(sources.all, sources.headline_latencies());
  results.headline.latency.receive_lag_ms = DescribeMs(state.health.receive_lag());
  WithholdFigures(sources, results);
  WidenStopped(results);
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
                      .lives = state.lives,
                      .verdicts = state.verdicts,
                      .health = state.health},
                     results),
               results);
  return results;
}

std::optional<FigureSet> HoldSoFar(const RunState& state) {
  Results results;
  ResultSources sources = MakeSources(state, RequestsSoFar(state));
  SetRun(state, results);
  SetHold(sources, results);
  if (results.headline_is_whole_run) return std::nullopt;
  SetServers(sources, results);
  sources.acceptance.emplace(state.run, sources.requests, state.settlement.steps(),
                             results.servers);
  results.headline.acceptance = sources.acceptance->Headline(sources.hold);
  SetHeadline(sources, results);
  SetWindows(sources, results);
  WithholdFigures(sources, results);
  WidenStopped(results);
  return std::move(results.headline);
}

}  // namespace specctl
