// Results written by hand: one run with everything in it, and one with next to nothing.
#pragma once

#include "common/analysis/acceptance_counters.h"
#include "common/analysis/results.h"

namespace specctl::testing {

inline Distribution Around(double p50, double spread) {
  return {.count = 1531,
          .mean = p50 + spread / 8,
          .stddev = spread / 2,
          .min = p50 - spread,
          .max = p50 + 4 * spread,
          .p1 = p50 - spread,
          .p5 = p50 - spread * 3 / 4,
          .p10 = p50 - spread / 2,
          .p25 = p50 - spread / 4,
          .p50 = p50,
          .p75 = p50 + spread / 4,
          .p90 = p50 + spread / 2,
          .p95 = p50 + spread * 3 / 4,
          .p99 = p50 + spread,
          .p999 = p50 + 2 * spread};
}

inline RunSpec SampleSpec() {
  RunSpec spec;
  spec.run_id = "20261122-101410-7f3a";
  spec.specctl_version = "0.1.0";
  spec.load.shape = ClosedLoop{512};
  spec.load.agents = 16;
  spec.load.seed = 7;
  spec.request.model = "Llama-3.1-8B";
  spec.request.osl_tokens = 1024;
  spec.request.temperature = 0.0;
  spec.targets = {{.url = "http://vllm-0:8000"}, {.url = "http://vllm-1:8000"}};
  spec.metrics_urls = {"http://vllm-0:8000/metrics", "http://vllm-1:8000/metrics"};
  spec.dataset = {.name = "speed_bench_throughput_1k",
                  .path = "/data/throughput_1k.jsonl",
                  .format = "speed_bench_messages",
                  .sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                  .rows = 1536,
                  .builtin = false};
  spec.tags = {{"team", "a"}, {"gpu", "L4"}, {"team", "b"}};
  spec.gpus = 8;
  return spec;
}

inline TargetProbed SampleTarget(uint32_t target) {
  TargetProbed probed;
  probed.target = target;
  probed.url = "http://vllm-" + std::to_string(target) + ":8000";
  probed.engine = "vllm";
  probed.identity.version = "0.32.0";
  probed.model = "Llama-3.1-8B";
  probed.max_model_len_tokens = 8192;
  probed.token_source = TokenSource::kContinuousUsage;
  probed.metrics_url = probed.url + "/metrics";
  probed.identity.draft_length = 3;
  return probed;
}

inline SliceFigures SampleSlice(Dimension by, std::string key, double acceptance_length) {
  SliceFigures slice;
  slice.by = by;
  slice.key = std::move(key);
  slice.conservation.sent = slice.conservation.ok = 512;
  slice.output_tokens = 522068;
  slice.input_tokens = 524288;
  slice.figures.latency.user_tps = Around(43.1, 10);
  slice.figures.acceptance = AcceptanceFigures{};
  slice.figures.acceptance->per_step = Estimate{acceptance_length, {}, {}};
  return slice;
}

inline AcceptanceFigures SampleAcceptance() {
  AcceptanceFigures figures;
  figures.source = AcceptanceSource::kPerRequest;
  figures.source_share = 0.998;
  figures.steps = 600002;
  figures.drafts = 553333;
  figures.per_step = Estimate{2.61, 2.59, 2.63};
  figures.delivered_per_step = Estimate{2.57, 2.55, 2.59};
  figures.per_draft = Estimate{2.73, 2.714, 2.748};
  figures.accept_rate = Estimate{0.577, 0.571, 0.583};
  figures.request_macro_mean = 2.64;
  figures.conditional = {0.81, 0.74, 0.68};
  figures.joint = {0.81, 0.5994, 0.4076};
  figures.histogram = {114000, 126362, 115101, 244539};
  return figures;
}

inline AgentFigures SampleAgent() {
  AgentFigures agent;
  agent.agent = 0;
  agent.host.hostname = "load-0";
  agent.host.boot_id = "7c5a";
  agent.host.cores = 8;
  agent.slots = 32;
  agent.end_reason = "done";
  agent.conservation.sent = agent.conservation.ok = 96;
  agent.chunks = 37500;
  agent.reads = 37400;
  agent.coalesced_reads = 12;
  agent.receive_lag_p99_ms_max = 4.5;
  agent.cpu_seconds = 11.25;
  return agent;
}

inline WindowFigures SampleWindow() {
  WindowFigures window;
  window.start_s = 12;
  window.stage = Stage::kHold;
  window.verdict = VerdictState::kDegraded;
  window.reasons = {ReasonCode::kInFlightBelowBs, ReasonCode::kSendLag};
  window.labels = {Label::kQueued};
  window.output_tps = 21913.5;
  window.in_flight_mean = 511.25;
  window.begun = 21;
  window.ok = 20;
  window.failed = 1;
  window.ttft_p50_ms = 212.25;
  window.servers_running = 502;
  return window;
}

// The run that the page's example in the documentation shows.
inline Results FullResults() {
  Results results;
  results.spec = SampleSpec();
  results.notes = {"--agents 16: one for each 32 of --bs"};
  results.targets = {SampleTarget(0), SampleTarget(1)};
  results.agents = {SampleAgent()};
  results.start_skew = {.ms = 1.25, .bound_ms = 0.08};
  results.begun_unix_ns = 1795342450000000000;
  results.t0_unix_ns = 1795342455000000000;
  results.ended = true;
  results.verdict.windows = 61;
  results.verdict.windows_degraded = 2;
  results.verdict.labels = {
      {.code = Label::kQueued, .text = "the servers had requests waiting below bs", .windows = 3}};
  results.verdict.checks_not_made = {"arrival bound", "send lag", "clock bound"};
  results.hold =
      Results::Hold{.start_s = 11, .length_s = 61, .windows = 61, .requests_begun = 1305};
  results.run_length_s = 84;
  results.conservation.planned = 1536;
  results.conservation.sent = 1536;
  results.conservation.ok = 1531;
  results.conservation.failed = 3;
  results.conservation.timed_out = 2;
  results.tokens.input = 1572864;
  results.tokens.output = 1566204;
  results.tokens.finish_reasons = {{"length", 1402}, {"stop", 129}};
  results.whole_run.length.output_tokens = Around(1024, 8);
  results.headline.throughput.output_tps = Estimate{21913.4, 21800.2, 22020.9};
  results.headline.throughput.total_tps = Estimate{43700.1, 43500, 43900};
  results.headline.throughput.requests_per_s = Estimate{21.4, 21.2, 21.6};
  results.headline.throughput.user_tps_mean = Estimate{44.3, 44.1, 44.6};
  results.headline.throughput.output_tps_per_gpu = 2739.2;
  results.headline.throughput.output_tps_peak = 22410;
  results.headline.latency.user_tps = Around(43.1, 9.8);
  results.headline.latency.ttft_ms = Around(612, 592);
  results.headline.latency.ttft_ms->error = {.p50 = 0.01, .p90 = 0.2, .p95 = 0.3, .p99 = 0.5};
  results.headline.latency.ttfo_ms = results.headline.latency.ttft_ms;
  results.headline.latency.itl_ms = Around(23.2, 9.1);
  results.headline.latency.step_latency_ms = Around(60.4, 39.4);
  results.headline.latency.step_latency_ms->error = {
      .p50 = 0.03, .p90 = 0.04, .p95 = 0.05, .p99 = 0.05};
  results.headline.latency.request_latency_ms = Around(23960, 9000);
  results.headline.acceptance = SampleAcceptance();
  results.acceptance_from_chunks = AcceptanceFigures{};
  results.acceptance_from_chunks->per_step = Estimate{2.66, 2.64, 2.68};
  results.acceptance_from_chunks->approximate = true;
  results.acceptance_from_chunks->merged_share = 0.021;
  results.whole_run.throughput.output_tps = Estimate{18645, {}, {}};
  results.whole_run.latency.ttft_ms = Around(640, 610);
  results.whole_run.latency.step_latency_ms = Around(59.8, 41);
  results.servers = ServerFigures{};
  ServerCounters& sums = results.servers->sums;
  sums.generated_tokens = 1566204;
  sums.prompt_tokens = 1572864;
  sums.first_tokens = 1536;
  sums.drafts = 553333;
  sums.drafted_tokens = 1659999;
  sums.accepted_tokens = 957266;
  sums.accepted_by_position = {448200, 331668, 177398};
  sums.engine_steps = 607800;
  sums.prefix_hit_rate = 0.021;
  sums.preemptions = 0;
  results.servers->complete = true;
  results.servers->targets = {
      {.metrics = 0, .url = "http://vllm-0:8000/metrics", .target = 0, .counters = sums}};
  results.acceptance_of_counters = AcceptanceOfCounters(sums, /*all_ok=*/false);
  results.acceptance_sources = {{.target = 0,
                                 .source = AcceptanceSource::kPerRequest,
                                 .requests = 1300,
                                 .share = 0.998,
                                 .draft_length = 3,
                                 .merged_share = 0.021}};
  Reconciliation table;
  table.Of(ReconciledRow::kTokens) = {1566204.0, 1566204.0, 1566204.0};
  table.Of(ReconciledRow::kSteps) = {595036.0, 607800.0, 606584.0};
  table.Of(ReconciledRow::kDrafts) = {std::nullopt, 553333.0, 552226.0};
  table.Of(ReconciledRow::kDraftedTokens) = {std::nullopt, 1659999.0, 1656678.0};
  table.Of(ReconciledRow::kAcceptedTokens) = {std::nullopt, 957266.0, 955351.0};
  table.Of(ReconciledRow::kPerStep) = {2.66, 2.575, 2.575};
  table.Of(ReconciledRow::kPerDraft) = {std::nullopt, 2.73, 2.73};
  table.accept_rates = {{std::nullopt, 0.81, 0.81}, {std::nullopt, 0.599, 0.6}};
  table.differences = {
      {.row = ReconciledRow::kSteps,
       .position = {},
       .source = ReconciledSource::kChunks,
       .against = ReconciledSource::kCounters,
       .value = -12764,
       .reasons = {"5 requests did not end ok", "steps merged into others' chunks"},
       .expected = true},
      {.row = ReconciledRow::kDrafts,
       .position = {},
       .source = ReconciledSource::kPerRequest,
       .against = ReconciledSource::kCounters,
       .value = -1107,
       .reasons = {"5 requests did not end ok", "3 ok requests have no statistics"},
       .expected = true}};
  results.reconciliation = table;
  results.whole_token_books.by_chunks = results.whole_token_books.by_totals = 1566204;
  results.servers->latencies.ttft_ms =
      HistogramFigure{1536, {500, 750, 604.2}, {750, 1000, 894.1}, {1000, 2500, 1203.5}};
  results.servers->latencies.queue_ms =
      HistogramFigure{1536, {0, 300, 150}, {0, 300, 270}, {30'000, {}, {}}};
  results.servers->latencies.step_latency_ms =
      HistogramFigure{607800, {50, 75, 60.1}, {75, 100, 79.6}, {75, 100, 98.2}};
  results.servers->running = GaugeSummary{502.3, 512};
  results.servers->waiting = GaugeSummary{3, 17};
  results.servers->kv_cache_share = GaugeSummary{0.61, 0.83};
  results.servers->scrapes = 172;
  results.slices = {SampleSlice(Dimension::kTier, "low_entropy", 3.1),
                    SampleSlice(Dimension::kTier, "mixed", 2.58),
                    SampleSlice(Dimension::kTier, "high_entropy", 2.11)};
  results.windows = {SampleWindow()};
  results.failures = {{.text = "503 (http://vllm-1:8000)",
                       .reason = "HTTP status 503: the queue of 4096 is full",
                       .requests = 3},
                      {.text = "idle for too long (http://vllm-0:8000)",
                       .reason = "silent for 60 s (--idle-timeout)",
                       .requests = 2}};
  results.oddities.passed_over = 4;
  results.oddities.passed_over_by = {{"usage", 3}, {"an event that is no object", 1}};
  results.oddities.left_open = 2;
  results.outages.spans = {{.start_s = 31, .windows = 4}};
  results.outages.output_tps_outside = 9123.5;
  return results;
}

// A run on built-in prompts in which nothing worked.
inline Results BareResults() {
  Results results;
  results.spec = SampleSpec();
  results.spec.dataset = {
      .name = "builtin", .path = "", .format = "", .sha256 = "", .rows = 880, .builtin = true};
  results.spec.targets = {{.url = "http://localhost:8000"}};
  results.spec.load.shape = ClosedLoop{1};
  results.spec.load.agents = 1;
  results.spec.gpus.reset();
  results.verdict.state = VerdictState::kInvalid;
  results.verdict.reasons = {
      {.code = ReasonCode::kAgentLost, .text = "agent 0 was killed by signal 9", .windows = 0},
      {.code = ReasonCode::kJournalEndsEarly,
       .text = "the controller never wrote the run's end",
       .windows = 0}};
  results.headline_is_whole_run = true;
  results.run_length_s = 3.25;
  results.conservation.planned = 880;
  results.conservation.sent = 3;
  results.conservation.failed = 2;
  results.conservation.lost = 1;
  results.conservation.unassigned = {1, 0, 0, 876};
  results.failures = {{.text = "\x1b[31mcan't connect (http://localhost:8000)",
                       .reason = "connect: \x1b[31mConnection refused",
                       .requests = 2}};
  results.journal_torn_bytes = 17;
  return results;
}

}  // namespace specctl::testing
