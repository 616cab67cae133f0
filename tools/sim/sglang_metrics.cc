#include "tools/sim/sglang_metrics.h"

#include <utility>

#include "tools/sim/exposition_text.h"

namespace specctl::sim {
namespace {

double AsSample(uint64_t value) { return static_cast<double>(value); }

// The scheduler's metrics and the tokenizer manager's have other labels.
struct LabelSets {
  MetricLabels scheduler;
  MetricLabels tokenizer;
};

LabelSets LabelsOf(std::string_view model_name) {
  LabelSets sets;
  sets.tokenizer = {{"engine_type", "unified"}, {"model_name", std::string(model_name)}};
  sets.scheduler = sets.tokenizer;
  for (const char* rank : {"moe_ep_rank", "pp_rank", "tp_rank"}) {
    sets.scheduler.emplace_back(rank, "0");
  }
  return sets;
}

void WriteQueueTime(const EngineCounters& counters, const MetricLabels& labels,
                    ExpositionText& text) {
  text.BeginHistogram("sglang:queue_time_seconds", "Histogram of queueing time in seconds.");
  text.HistogramSamples(labels, counters.queue_s);
}

void WriteGapsAndEnded(const EngineCounters& counters, const MetricLabels& labels,
                       ExpositionText& text) {
  if (counters.token_gap_s.count() > 0) {
    text.BeginHistogram("sglang:inter_token_latency_seconds",
                        "Histogram of inter-token latency in seconds.");
    text.HistogramSamples(labels, counters.token_gap_s);
  }
  const EndedRequests all = counters.Ended();
  if (all.requests == 0) return;
  struct Family {
    const char* name;
    const char* help;
    uint64_t EndedRequests::*count;
  };
  constexpr Family kByStreaming[] = {
      {"sglang:prompt_tokens_total", "Number of prefill tokens processed.",
       &EndedRequests::prompt_tokens},
      {"sglang:generation_tokens_total", "Number of generation tokens processed.",
       &EndedRequests::generation_tokens},
      {"sglang:num_requests_total", "Number of requests processed.", &EndedRequests::requests}};
  for (const Family& family : kByStreaming) {
    text.Family(family.name, family.help, "counter");
    for (const auto& [ended, streaming] :
         {std::pair(&counters.ended_whole, "false"), std::pair(&counters.ended_streamed, "true")}) {
      if (ended->requests == 0) continue;
      text.Sample(WithLabel(labels, "is_streaming", streaming), AsSample(ended->*family.count));
    }
  }
  if (all.speculation.drafts > 0) {
    text.Counter("sglang:spec_verify_calls_total",
                 "Number of speculative decoding verification calls.", labels,
                 AsSample(all.speculation.steps));
  }
  if (all.cached_tokens > 0) {
    text.Counter("sglang:cached_tokens_total",
                 "Number of cached prompt tokens by source (device/host/storage).",
                 WithLabel(labels, "cache_source", "device"), AsSample(all.cached_tokens));
  }
  if (all.aborted > 0) {
    text.Counter("sglang:num_aborted_requests_total", "Number of requests aborted.", labels,
                 AsSample(all.aborted));
  }
}

// A histogram split by the label is_streaming.
void WriteByStreaming(std::string_view name, std::string_view help, const Histogram& all,
                      const Histogram& whole, const MetricLabels& labels, ExpositionText& text) {
  if (all.count() == 0) return;
  text.BeginHistogram(name, help);
  if (whole.count() > 0) text.HistogramSamples(WithLabel(labels, "is_streaming", "false"), whole);
  if (all.count() == whole.count()) return;
  text.HistogramSamples(WithLabel(labels, "is_streaming", "true"), all.Without(whole));
}

void WriteGauges(const BatchModel& model, const BatchOptions& batch, const MetricLabels& labels,
                 ExpositionText& text) {
  const EngineGauges now = model.gauges();
  const DecodeProgress& decode = model.counters().decode;
  const bool idle = now.running == 0;
  const double used = now.kv_cache_usage * AsSample(batch.kv_tokens_max);
  const uint64_t prompt = decode.prefill_tokens + decode.cached_tokens;
  const auto gauge = [&](const char* name, const char* help, double value) {
    text.Gauge(name, help, labels, value);
  };
  gauge("sglang:max_total_num_tokens", "Maximum total number of tokens in the KV cache pool.",
        AsSample(batch.kv_tokens_max));
  gauge("sglang:num_running_reqs", "The number of running requests.", AsSample(now.running));
  gauge("sglang:num_queue_reqs", "The number of requests in the waiting queue.",
        AsSample(now.waiting));
  gauge("sglang:gen_throughput", "The generation throughput (token/s).",
        idle ? 0 : decode.interval_tokens_per_s);
  gauge("sglang:cache_hit_rate", "The prefix cache hit rate.",
        prompt == 0 ? 0 : AsSample(decode.cached_tokens) / AsSample(prompt));
  gauge("sglang:token_usage", "The token usage.", now.kv_cache_usage);
  gauge("sglang:num_used_tokens", "The number of used tokens.", used);
  // Stale when idle, as SGLang leaves them.
  const bool drafts = batch.draft_length > 0;
  gauge("sglang:spec_accept_length",
        "Mean acceptance length of speculative decoding (accepted drafts + bonus token per "
        "forward).",
        drafts ? decode.interval_tokens_per_step : 0);
  gauge("sglang:spec_accept_rate",
        "Speculative acceptance rate (`accepted drafts / proposed drafts` in batch).",
        drafts ? decode.interval_accept_rate : 0);
  // 0 before the first interval.
  const bool told = drafts && decode.interval_tokens_per_step > 0;
  gauge("sglang:spec_num_steps", "Currently active speculative_num_steps.",
        told ? batch.draft_length : 0);
  gauge("sglang:spec_num_draft_tokens",
        "Currently active speculative_num_draft_tokens (decouples from steps under topk>1).",
        told ? batch.draft_length + 1 : 0);
}

void WriteProgress(const DecodeProgress& decode, const MetricLabels& labels, ExpositionText& text) {
  const auto by_mode = [&](const char* name, const char* help,
                           std::initializer_list<std::pair<const char*, uint64_t>> modes) {
    text.Family(name, help, "counter");
    for (const auto& [mode, count] : modes) {
      if (count > 0) text.Sample(WithLabel(labels, "mode", mode), AsSample(count));
    }
  };
  by_mode("sglang:cuda_graph_passes_total",
          "Total number of forward passes categorized by CUDA graph.",
          {{"prefill_none", decode.prefill_passes}, {"decode_none", decode.passes}});
  by_mode("sglang:realtime_tokens_total",
          "Total number of tokens processed (updated on each log interval). mode: prefill_compute, "
          "prefill_cache, decode.",
          {{"prefill_compute", decode.prefill_tokens},
           {"decode", decode.tokens},
           {"prefill_cache", decode.cached_tokens}});
}

}  // namespace

HistogramBounds SglangBounds() {
  static constexpr double kFirstToken[] = {0.1, 0.2, 0.4, 0.6, 0.8, 1,  2,   4,   6,
                                           8,   10,  20,  40,  60,  80, 100, 200, 400};
  static constexpr double kGap[] = {0.002, 0.004, 0.006, 0.008, 0.010, 0.015, 0.020, 0.025,
                                    0.030, 0.035, 0.040, 0.060, 0.080, 0.100, 0.200, 0.400,
                                    0.600, 0.800, 1.000, 2.000, 4.000, 6.000, 8.000};
  static constexpr double kRequest[] = {0.1, 0.2, 0.4, 0.6, 0.8, 1,   2,   4,   6,    8,    10,
                                        20,  40,  60,  80,  100, 200, 400, 600, 1200, 1800, 2400};
  static constexpr double kQueue[] = {0,   0.001, 0.005, 0.01, 0.05, 0.1,  0.2,  0.5,  1,    2,
                                      3,   4,     5,     10,   15,   20,   30,   40,   50,   60,
                                      70,  80,    90,    100,  200,  300,  400,  500,  600,  700,
                                      800, 900,   1000,  1200, 1400, 1600, 1800, 2000, 2500, 3000};
  HistogramBounds bounds = VllmBounds();
  bounds.first_token_s = kFirstToken;
  bounds.token_gap_s = kGap;
  bounds.request_s = kRequest;
  bounds.queue_s = kQueue;
  return bounds;
}

std::string SglangMetrics(const BatchModel& model, const BatchOptions& batch,
                          std::string_view model_name) {
  const LabelSets labels = LabelsOf(model_name);
  const EngineCounters& counters = model.counters();
  ExpositionText text;
  WriteQueueTime(counters, labels.scheduler, text);
  WriteByStreaming("sglang:time_to_first_token_seconds",
                   "Histogram of time to first token in seconds.", counters.first_token_s,
                   counters.whole_first_token_s, labels.tokenizer, text);
  WriteGapsAndEnded(counters, labels.tokenizer, text);
  WriteByStreaming("sglang:e2e_request_latency_seconds",
                   "Histogram of End-to-end request latency in seconds", counters.request_s,
                   counters.whole_request_s, labels.tokenizer, text);
  WriteGauges(model, batch, labels.scheduler, text);
  WriteProgress(counters.decode, labels.scheduler, text);
  return std::move(text).TakeText();
}

}  // namespace specctl::sim
