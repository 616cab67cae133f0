#include "tools/sim/trtllm_metrics.h"

#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/exposition_text.h"
#include "tools/sim/prefix_cache.h"
#include "tools/sim/python_float.h"

namespace specctl::sim {
namespace {

double MetricValue(uint64_t value) { return static_cast<double>(value); }

double Millis(Nanos duration) { return Seconds(duration) * 1e3; }

// Tokens a request and iteration, of those with a draft.
double AcceptanceLength(const Iteration& iteration) {
  if (iteration.drafts == 0) return 0;
  return 1 + MetricValue(iteration.accepted_tokens) / MetricValue(iteration.drafts);
}

double DraftOverhead(const Iteration& iteration) {
  return iteration.length.count() == 0 ? 0
                                       : Seconds(iteration.drafting) / Seconds(iteration.length);
}

void NumberField(std::string_view name, double value, JsonWriter& json) {
  json.Key(name);
  json.RawValue(PythonFloat(value));
}

void WriteKvCache(const Iteration& iteration, const BatchOptions& batch, JsonWriter& json) {
  const uint64_t blocks = batch.kv_tokens_max / kBlockTokens;
  const uint64_t used = (iteration.kv_tokens + kBlockTokens - 1) / kBlockTokens;
  json.Key("kvCacheStats");
  json.BeginObject();
  json.Field("maxNumBlocks", blocks);
  json.Field("freeNumBlocks", blocks > used ? blocks - used : 0);
  json.Field("usedNumBlocks", used);
  json.Field("tokensPerBlock", kBlockTokens);
  json.EndObject();
}

void WriteRow(const Iteration& iteration, uint32_t rank, const BatchOptions& batch,
              JsonWriter& json) {
  json.BeginObject();
  json.Field("iter", iteration.number);
  NumberField("iterLatencyMS", Millis(iteration.length), json);
  json.Field("numActiveRequests", iteration.running);
  json.Field("numQueuedRequests", iteration.waiting);
  json.Field("numCompletedRequests", iteration.completed);
  json.Field("maxNumActiveRequests", batch.batch_max);
  WriteKvCache(iteration, batch, json);
  json.Key("inflightBatchingStats");
  json.BeginObject();
  json.Field("numScheduledRequests", iteration.prefilling + iteration.decoding);
  json.Field("numContextRequests", iteration.prefilling);
  json.Field("numGenRequests", iteration.decoding);
  json.Field("numPausedRequests", 0);
  json.Field("numCtxTokens", iteration.prefill_tokens);
  json.Field("microBatchId", 0);
  NumberField(
      "avgNumDecodedTokensPerIter",
      iteration.decoding == 0 ? 0 : MetricValue(iteration.tokens) / MetricValue(iteration.decoding),
      json);
  json.EndObject();
  if (batch.draft_length > 0) {
    json.Key("specDecodingStats");
    json.BeginObject();
    json.Field("numDraftTokens", iteration.draft_tokens);
    json.Field("numAcceptedTokens", iteration.accepted_tokens);
    json.Field("numRequestsWithDraftTokens", iteration.drafts);
    NumberField("acceptanceLength", AcceptanceLength(iteration), json);
    NumberField("iterLatencyMS", Millis(iteration.drafting), json);
    NumberField("draftOverhead", DraftOverhead(iteration), json);
    json.EndObject();
  }
  json.Field("attentionDpRank", rank);
  json.EndObject();
}

void WriteIterationFamilies(const TrtllmCollector& collector, const BatchOptions& batch,
                            const MetricLabels& labels, ExpositionText& text) {
  const Iteration& latest = collector.latest();
  // A gauge of each process of the server.
  const MetricLabels gauges = WithLabel(labels, "pid", "1");
  text.Gauge("trtllm_num_requests_running", "Number of active requests", gauges,
             MetricValue(latest.running));
  text.Gauge("trtllm_num_requests_waiting", "Number of queued requests", gauges,
             MetricValue(latest.waiting));
  text.Gauge("trtllm_kv_cache_utilization", "KV cache utilization", gauges,
             MetricValue(latest.kv_tokens) / MetricValue(batch.kv_tokens_max));
  text.Gauge("trtllm_iteration_latency_seconds", "Iteration latency in seconds", gauges,
             Seconds(latest.length));
  text.Counter("trtllm_num_requests_completed_total",
               "Total number of completed requests across iterations", labels,
               MetricValue(collector.completed()));
  if (batch.draft_length == 0) return;
  text.Counter("trtllm_spec_decode_num_draft_tokens_total",
               "Total number of draft tokens in speculative decoding", labels,
               MetricValue(collector.draft_tokens()));
  text.Counter("trtllm_spec_decode_num_accepted_tokens_total",
               "Total number of accepted tokens in speculative decoding", labels,
               MetricValue(collector.accepted_tokens()));
  text.Gauge("trtllm_spec_decode_acceptance_length", "Acceptance length in speculative decoding",
             gauges, AcceptanceLength(latest));
  text.Gauge("trtllm_spec_decode_draft_overhead", "Draft overhead in speculative decoding", gauges,
             DraftOverhead(latest));
}

// Made when the first token of a position was counted.
void WritePositions(const char* name, const char* help, const std::vector<uint64_t>& counts,
                    const MetricLabels& labels, ExpositionText& text) {
  if (counts.empty() || counts.front() == 0) return;
  text.Family(name, help, "counter");
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    text.Sample(WithLabel(labels, "token_position", std::to_string(i)), MetricValue(counts[i]));
  }
}

void WriteRequestFamilies(const EngineCounters& counters, const MetricLabels& labels,
                          ExpositionText& text) {
  const EndedRequests ended = counters.Ended();
  if (ended.requests > ended.aborted) {
    text.Family("trtllm_request_success_total", "Count of successfully processed requests.",
                "counter");
    for (const auto& [reason, count] : {std::pair("stop", counters.finished_by_stop),
                                        std::pair("length", counters.finished_by_length)}) {
      if (count > 0) text.Sample(WithLabel(labels, "finished_reason", reason), MetricValue(count));
    }
    text.Counter("trtllm_prompt_tokens_total",
                 "Cumulative number of prompt (input) tokens processed.", labels,
                 MetricValue(ended.prompt_tokens));
    text.Counter("trtllm_generation_tokens_total",
                 "Cumulative number of generation (output) tokens produced.", labels,
                 MetricValue(ended.generation_tokens));
  }
  text.Counter("trtllm_prompt_cached_tokens_total",
               "Process-lifetime total prompt tokens served from KV cache. Resets only when the "
               "serving process restarts, not when the KV cache is flushed or evicted.",
               labels, MetricValue(ended.cached_tokens));
  WritePositions("trtllm_spec_decode_drafted_tokens_total",
                 "Total drafted tokens per speculative decoding position.",
                 ended.speculation.drafted_by_position, labels, text);
  WritePositions("trtllm_spec_decode_accepted_tokens_total",
                 "Total accepted tokens per speculative decoding position.",
                 ended.speculation.accepted_by_position, labels, text);
}

void WriteTimes(const EngineCounters& counters, const MetricLabels& labels, ExpositionText& text) {
  const auto histogram = [&](const char* name, const char* help, const Histogram& values) {
    if (values.count() == 0) return;
    text.BeginHistogram(name, help);
    text.HistogramSamples(labels, values);
  };
  histogram("trtllm_e2e_request_latency_seconds",
            "Histogram of end to end request latency in seconds.", counters.request_s);
  histogram("trtllm_time_to_first_token_seconds", "Histogram of time to first token in seconds.",
            counters.first_token_s);
  histogram("trtllm_time_per_output_token_seconds",
            "Histogram of time per output token in seconds.", counters.token_gap_s);
  histogram("trtllm_request_queue_time_seconds",
            "Histogram of time spent in WAITING phase for request.", counters.queue_s);
}

// Static facts, as labels of gauges that are 1.
void WriteConfig(const FlavourOptions& options, const BatchOptions& batch,
                 const MetricLabels& labels, ExpositionText& text) {
  const MetricLabels gauges = WithLabel(labels, "pid", "1");
  text.Gauge("trtllm_model_config_info", "Model configuration info",
             WithLabel(WithLabel(gauges, "model", options.model), "dtype", "auto"), 1);
  text.Gauge(
      "trtllm_parallel_config_info", "Parallelism configuration info",
      WithLabel(WithLabel(gauges, "tp_size", std::to_string(options.attention_dp)), "pp_size", "1"),
      1);
  if (batch.draft_length == 0) return;
  text.Gauge("trtllm_speculative_config_info", "Speculative decoding configuration info",
             WithLabel(WithLabel(gauges, "method", options.draft_model.empty() ? "NGram" : "Eagle"),
                       "draft_model", options.draft_model),
             1);
}

}  // namespace

void TrtllmCollector::Collect(const std::vector<Iteration>& iterations) {
  for (const Iteration& iteration : iterations) {
    completed_ += iteration.completed * ranks_;
    draft_tokens_ += iteration.draft_tokens * ranks_;
    accepted_tokens_ += iteration.accepted_tokens * ranks_;
    latest_ = iteration;
  }
}

std::string TrtllmIterations(const std::vector<Iteration>& iterations, uint32_t ranks,
                             const BatchOptions& batch) {
  JsonWriter json;
  json.BeginArray();
  for (const Iteration& iteration : iterations) {
    for (uint32_t rank = 0; rank < ranks; ++rank) WriteRow(iteration, rank, batch, json);
  }
  json.EndArray();
  return std::move(json).Take();
}

std::string TrtllmMetrics(const TrtllmCollector& collector, const FlavourOptions& options,
                          const ServedEngine& engine) {
  const MetricLabels labels = {{"engine_type", "trtllm"}, {"model_name", options.model}};
  const EngineCounters& counters = engine.model.counters();
  ExpositionText text;
  WriteRequestFamilies(counters, labels, text);
  WriteTimes(counters, labels, text);
  WriteIterationFamilies(collector, engine.batch, labels, text);
  WriteConfig(options, engine.batch, labels, text);
  return std::move(text).TakeText();
}

}  // namespace specctl::sim
