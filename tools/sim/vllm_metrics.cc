#include "tools/sim/vllm_metrics.h"

#include <absl/strings/str_format.h>

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/sim/python_float.h"

namespace specctl::sim {
namespace {

// One sample of a family: its labels beside engine and model_name, and its value.
struct Sample {
  std::string before_model;  // labels sort by name: "finished_reason=\"stop\","
  std::string after_model;   // ",position=\"0\""
  double value = 0;
};

double AsDouble(uint64_t value) { return static_cast<double>(value); }

class Writer {
 public:
  explicit Writer(const MetricsLabels& labels) : labels_(labels) {
    created_ = PrometheusFloat(Seconds(labels.started.time_since_epoch()));
  }

  void Gauge(std::string_view name, std::string_view help, const std::vector<Sample>& samples) {
    Family(name, help, "gauge", samples);
  }

  void Counter(std::string_view name, std::string_view help, const std::vector<Sample>& samples) {
    // Python's client adds _total to the name that the engine gives.
    Family(absl::StrFormat("%s_total", name), help, "counter", samples);
    Created(name, help, samples);
  }

  void Histogram(std::string_view name, std::string_view help, const sim::Histogram& histogram) {
    Head(name, help, "histogram");
    const std::span<const double> bounds = histogram.bounds();
    for (size_t i = 0; i <= bounds.size(); ++i) {
      // One more than the bounds: everything.
      const std::string bound = i < bounds.size() ? PrometheusFloat(bounds[i]) : "+Inf";
      Line(absl::StrFormat("%s_bucket", name),
           {absl::StrFormat("le=\"%s\",", bound), "", AsDouble(histogram.Cumulative(i))});
    }
    Line(absl::StrFormat("%s_count", name), {"", "", AsDouble(histogram.count())});
    Line(absl::StrFormat("%s_sum", name), {"", "", histogram.sum()});
    Created(name, help, {Sample{}});
  }

  void ProcessStart() {
    Head("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
         "gauge");
    absl::StrAppendFormat(&text_, "process_start_time_seconds %s\n", created_);
  }

  std::string TakeText() && { return std::move(text_); }

 private:
  void Head(std::string_view name, std::string_view help, std::string_view type) {
    absl::StrAppendFormat(&text_, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
  }

  void Line(std::string_view name, const Sample& sample) {
    absl::StrAppendFormat(&text_, "%s{engine=\"%s\",%smodel_name=\"%s\"%s} %s\n", name,
                          labels_.engine, sample.before_model, labels_.model_name,
                          sample.after_model, PrometheusFloat(sample.value));
  }

  void Family(std::string_view name, std::string_view help, std::string_view type,
              const std::vector<Sample>& samples) {
    Head(name, help, type);
    for (const Sample& sample : samples) Line(name, sample);
  }

  void Created(std::string_view name, std::string_view help, std::vector<Sample> samples) {
    // Python's client library adds these to counters and histograms.
    for (Sample& sample : samples) sample.value = Seconds(labels_.started.time_since_epoch());
    Family(absl::StrFormat("%s_created", name), help, "gauge", samples);
  }

  const MetricsLabels& labels_;
  std::string created_;
  std::string text_;
};

std::vector<Sample> One(uint64_t value) { return {{"", "", AsDouble(value)}}; }

void WriteSpecDecode(const EngineCounters& counters, Writer& writer) {
  // vLLM has these families only with speculation.
  if (counters.accepted_by_position.empty()) return;
  writer.Counter("vllm:spec_decode_num_drafts", "Number of spec decoding drafts.",
                 One(counters.drafts));
  writer.Counter("vllm:spec_decode_num_draft_tokens", "Number of draft tokens.",
                 One(counters.draft_tokens));
  writer.Counter("vllm:spec_decode_num_accepted_tokens", "Number of accepted tokens.",
                 One(counters.accepted_tokens));
  std::vector<Sample> positions;
  for (const uint64_t accepted : counters.accepted_by_position) {
    positions.push_back(
        {"", absl::StrFormat(",position=\"%d\"", positions.size()), AsDouble(accepted)});
  }
  writer.Counter("vllm:spec_decode_num_accepted_tokens_per_pos",
                 "Accepted tokens per draft position.", positions);
}

void WriteGauges(const EngineGauges& gauges, Writer& writer) {
  writer.Gauge("vllm:num_requests_running", "Number of requests in model execution batches.",
               One(gauges.running));
  writer.Gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.",
               One(gauges.waiting));
  writer.Gauge("vllm:kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.",
               {{"", "", gauges.kv_cache_usage}});
}

void WriteTokens(const EngineCounters& counters, Writer& writer) {
  writer.Counter("vllm:prefix_cache_queries",
                 "Prefix cache queries, in terms of number of queried tokens.",
                 One(counters.prefix_queries));
  writer.Counter("vllm:prefix_cache_hits",
                 "Prefix cache hits, in terms of number of cached tokens.",
                 One(counters.prefix_hits));
  writer.Counter("vllm:num_preemptions", "Cumulative number of preemption from the engine.",
                 One(counters.preemptions));
  writer.Counter("vllm:prompt_tokens", "Number of prefill tokens processed.",
                 One(counters.prompt_tokens));
  writer.Counter("vllm:generation_tokens", "Number of generation tokens processed.",
                 One(counters.generation_tokens));
  writer.Counter("vllm:request_success", "Count of successfully processed requests.",
                 {{"finished_reason=\"stop\",", "", AsDouble(counters.finished_by_stop)},
                  {"finished_reason=\"length\",", "", AsDouble(counters.finished_by_length)},
                  {"finished_reason=\"abort\",", "", 0},
                  {"finished_reason=\"error\",", "", 0},
                  {"finished_reason=\"repetition\",", "", 0}});
}

void WriteHistograms(const EngineCounters& counters, Writer& writer) {
  writer.Histogram("vllm:request_prompt_tokens", "Number of prefill tokens processed.",
                   counters.request_prompt_tokens);
  writer.Histogram("vllm:request_generation_tokens", "Number of generation tokens processed.",
                   counters.request_generation_tokens);
  writer.Histogram("vllm:iteration_tokens_total", "Histogram of number of tokens per engine_step.",
                   counters.iteration_tokens);
  writer.Histogram("vllm:time_to_first_token_seconds",
                   "Histogram of time to first token in seconds.", counters.first_token_s);
  writer.Histogram("vllm:inter_token_latency_seconds",
                   "Histogram of inter-token latency in seconds.", counters.token_gap_s);
  writer.Histogram("vllm:e2e_request_latency_seconds",
                   "Histogram of e2e request latency in seconds.", counters.request_s);
  writer.Histogram("vllm:request_queue_time_seconds",
                   "Histogram of time spent in WAITING phase for request.", counters.queue_s);
}

}  // namespace

std::string VllmMetrics(const EngineCounters& counters, const EngineGauges& gauges,
                        const MetricsLabels& labels) {
  Writer writer(labels);
  writer.ProcessStart();
  WriteSpecDecode(counters, writer);
  WriteGauges(gauges, writer);
  WriteTokens(counters, writer);
  WriteHistograms(counters, writer);
  return std::move(writer).TakeText();
}

}  // namespace specctl::sim
