#include "tools/sim/llamacpp_metrics.h"

#include <absl/strings/str_format.h>

namespace specctl::sim {
namespace {

double Quotient(double part, double whole) { return whole > 0 ? part / whole : 0; }

class LlamacppText {
 public:
  void Count(std::string_view name, std::string_view help, uint64_t value) {
    Begin(name, help, "counter");
    absl::StrAppendFormat(&text_, "llamacpp:%s %d\n", name, value);
  }
  void Time(std::string_view name, std::string_view help, double seconds) {
    Begin(name, help, "counter");
    absl::StrAppendFormat(&text_, "llamacpp:%s %g\n", name, seconds);
  }
  void Gauge(std::string_view name, std::string_view help, double value) {
    Begin(name, help, "gauge");
    absl::StrAppendFormat(&text_, "llamacpp:%s %g\n", name, value);
  }
  void Positions(std::string_view name, std::string_view help, const std::vector<uint64_t>& counts,
                 size_t size) {
    Begin(name, help, "counter");
    for (size_t i = 0; i < size; ++i) {
      absl::StrAppendFormat(&text_, "llamacpp:%s{position=\"%d\"} %d\n", name, i, counts[i]);
    }
  }
  std::string Take() && { return std::move(text_); }

 private:
  void Begin(std::string_view name, std::string_view help, std::string_view type) {
    absl::StrAppendFormat(&text_, "# HELP llamacpp:%s %s\n# TYPE llamacpp:%s %s\n", name, help,
                          name, type);
  }
  std::string text_;
};

}  // namespace

std::string LlamacppMetrics(const EngineCounters& counters, const EngineGauges& gauges) {
  const EndedRequests ended = counters.Ended();
  const SpeculationCounts& speculation = ended.speculation;
  const DecodeProgress& decode = counters.decode;
  const uint64_t passes = counters.iteration_tokens.count();
  const double prompt_s = counters.first_token_s.sum() - counters.queue_s.sum();
  LlamacppText text;
  text.Count("prompt_tokens_total", "Number of prompt tokens processed, excluding cached tokens",
             decode.prefill_tokens);
  text.Count("prompt_tokens_cached_total", "Number of prompt tokens reused from the cache",
             decode.cached_tokens);
  text.Time("prompt_seconds_total", "Total time spent processing prompts", prompt_s);
  text.Count("tokens_predicted_total", "Number of generation tokens processed",
             ended.generation_tokens);
  text.Time("tokens_predicted_seconds_total", "Total time spent generating tokens", ended.decode_s);
  text.Count("n_decode_total",
             "Total number of llama_decode() calls, excluding speculative decoding and multimodal "
             "decoding",
             passes);
  text.Count("n_tokens_max", "Largest observed sequence length (prompt + generation)",
             decode.longest_tokens);
  text.Count("spec_decode_num_draft_tokens_total", "Speculative: Total draft tokens generated",
             speculation.draft_tokens);
  text.Count("spec_decode_num_accepted_tokens_total",
             "Speculative: Total draft tokens accepted by the target model",
             speculation.accepted_tokens);
  text.Count("spec_decode_num_drafts_total",
             "Speculative: Total speculative decoding verification steps", speculation.drafts);
  text.Gauge("prompt_tokens_seconds", "Average prompt throughput in tokens/s",
             Quotient(static_cast<double>(decode.prefill_tokens), prompt_s));
  text.Gauge(
      "predicted_tokens_seconds", "Average generation throughput in tokens/s",
      Quotient(static_cast<double>(ended.generation_tokens - ended.requests), ended.decode_s));
  text.Gauge("requests_processing", "Number of requests processing",
             static_cast<double>(gauges.running));
  text.Gauge("requests_deferred", "Number of requests deferred",
             static_cast<double>(gauges.waiting));
  text.Gauge("n_busy_slots_per_decode", "Average number of busy slots per llama_decode() call",
             Quotient(static_cast<double>(decode.requests), static_cast<double>(passes)));
  // As wide as the widest draft.
  size_t width = 0;
  for (const uint64_t drafted : speculation.drafted_by_position) width += drafted > 0 ? 1 : 0;
  if (width > 0) {
    text.Positions("spec_decode_num_accepted_tokens_per_pos_total",
                   "Accepted tokens per draft position", speculation.accepted_by_position, width);
  }
  return std::move(text).Take();
}

}  // namespace specctl::sim
