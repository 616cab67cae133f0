#include "common/export/aiperf_metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace specctl {
namespace {

using Number = std::optional<double>;
constexpr double kNsPerMs = 1e6, kNsPerS = 1e9;

Number Ms(const AiperfRequest::Time& time_ns) {
  return time_ns ? Number(static_cast<double>(*time_ns) / kNsPerMs) : std::nullopt;
}

Number Tokens(const AiperfRequest::Count& count) { return count ? Number(*count) : std::nullopt; }

Number DecodeNs(const AiperfRequest& request) {
  if (!request.ttft_ns || !request.latency_ns) return std::nullopt;
  return static_cast<double>(*request.latency_ns - *request.ttft_ns);
}

// Of the first chunk where its tokens are known (AIPerf: --per-chunk-usage), else 1.
Number InterTokenNs(const AiperfRequest& request) {
  const Number decode_ns = DecodeNs(request);
  if (!decode_ns || !request.output_tokens || *request.output_tokens < 2) return std::nullopt;
  const uint32_t output = *request.output_tokens;
  const uint32_t first = request.first_chunk_tokens.value_or(1);
  const uint32_t after_first = first > 0 && first < output ? output - first : output - 1;
  return *decode_ns / after_first;
}

Number InterTokenMs(const AiperfRequest& request) {
  const Number ns = InterTokenNs(request);
  return ns ? Number(*ns / kNsPerMs) : std::nullopt;
}

Number TokensPerSecondPerUser(const AiperfRequest& request) {
  const Number ns = InterTokenNs(request);
  return ns && *ns > 0 ? Number(kNsPerS / *ns) : std::nullopt;
}

Number PerSecond(const AiperfRequest::Count& tokens, const AiperfRequest::Time& time_ns) {
  if (!tokens || !time_ns || *time_ns <= 0) return std::nullopt;
  return *tokens / (static_cast<double>(*time_ns) / kNsPerS);
}

// Without those of reasoning, where the server tells them; AIPerf has no value of 0.
Number AnswerTokens(const AiperfRequest& request) {
  if (!request.output_tokens) return std::nullopt;
  const uint32_t reasoning = request.reasoning_tokens.value_or(0);
  if (*request.output_tokens <= reasoning) return std::nullopt;
  return *request.output_tokens - reasoning;
}

Number ReasoningTokens(const AiperfRequest& request) {
  if (request.reasoning_tokens.value_or(0) == 0) return std::nullopt;
  return *request.reasoning_tokens;
}

Number UsageTotal(const AiperfRequest& request) {
  if (!request.usage_input || !request.usage_output) return std::nullopt;
  return static_cast<double>(*request.usage_input) + *request.usage_output;
}

Number OutputMismatch(const AiperfRequest& request) {
  if (!request.max_tokens || *request.max_tokens == 0 || !request.output_tokens) {
    return std::nullopt;
  }
  const double asked = *request.max_tokens;
  return (*request.output_tokens - asked) / asked * 100;
}

Number AcceptanceLength(const AiperfRequest& request) {
  if (!request.verify_steps || !request.accepted_tokens) return std::nullopt;
  return 1 + static_cast<double>(*request.accepted_tokens) / *request.verify_steps;
}

Number AcceptanceRate(const AiperfRequest& request) {
  if (!request.accepted_tokens || request.drafted_tokens.value_or(0) == 0) return std::nullopt;
  return static_cast<double>(*request.accepted_tokens) / *request.drafted_tokens * 100;
}

Number AcceptedPerVerified(const AiperfRequest& request) {
  if (!request.verify_steps || !request.accepted_tokens || !request.drafted_tokens) {
    return std::nullopt;
  }
  const double steps = *request.verify_steps;
  return (*request.accepted_tokens + steps) / (*request.drafted_tokens + steps);
}

constexpr std::string_view kMs = "ms", kTok = "tokens", kPerUser = "tokens/sec/user";

constexpr AiperfRecordMetric kRecordMetrics[] = {
    {{"request_latency", "Request Latency", kMs}, [](auto& r) { return Ms(r.latency_ns); }},
    {{"time_to_first_token", "Time to First Token", kMs}, [](auto& r) { return Ms(r.ttft_ns); }},
    {{"time_to_second_token", "Time to Second Token", kMs},
     [](auto& r) { return Ms(r.second_chunk_ns); }},
    {{"time_to_first_output_token", "Time to First Output Token", kMs},
     [](auto& r) { return Ms(r.answer_ns); }},
    {{"inter_token_latency", "Inter Token Latency", kMs}, InterTokenMs},
    {{"decode_duration", "Decode Duration", kMs},
     [](auto& r) {
       const Number ns = DecodeNs(r);
       return ns ? Number(*ns / kNsPerMs) : std::nullopt;
     }},
    {{"output_token_throughput_per_user", "Output Token Throughput Per User", kPerUser},
     TokensPerSecondPerUser},
    {{"e2e_output_token_throughput", "E2E Output Token Throughput", kPerUser},
     [](auto& r) { return PerSecond(r.output_tokens, r.latency_ns); }},
    {{"prefill_throughput_per_user", "Prefill Throughput Per User", kPerUser},
     [](auto& r) { return PerSecond(r.input_tokens, r.ttft_ns); }},
    {{"output_sequence_length", "Output Sequence Length", kTok},
     [](auto& r) { return Tokens(r.output_tokens); }},
    {{"input_sequence_length", "Input Sequence Length", kTok},
     [](auto& r) { return Tokens(r.input_tokens); }},
    {{"output_token_count", "Output Token Count", kTok}, AnswerTokens},
    {{"reasoning_token_count", "Reasoning Token Count", kTok}, ReasoningTokens},
    {{"osl_mismatch_diff_pct", "OSL Mismatch Diff %", "%"}, OutputMismatch},
    {{"usage_prompt_tokens", "Usage Prompt Tokens", kTok},
     [](auto& r) { return Tokens(r.usage_input); }},
    {{"usage_completion_tokens", "Usage Completion Tokens", kTok},
     [](auto& r) { return Tokens(r.usage_output); }},
    {{"usage_total_tokens", "Usage Total Tokens", kTok}, UsageTotal},
    {{"usage_reasoning_tokens", "Usage Reasoning Tokens", kTok},
     [](auto& r) { return Tokens(r.reasoning_tokens); }},
    {{"usage_prompt_cache_read_tokens", "Usage Prompt Cache Read Tokens", kTok},
     [](auto& r) { return Tokens(r.cached_tokens); }},
    {{"http_req_connection_reused", "HTTP Connection Reused", "ratio"},
     [](auto& r) { return Number(r.reused_connection ? 1 : 0); }},
    {{"spec_decode_acceptance_length", "Acceptance Length", "ratio"}, AcceptanceLength},
    {{"spec_decode_draft_acceptance_rate", "Draft Acceptance Rate", "%"}, AcceptanceRate},
    {{"spec_decode_accepted_per_verified", "Accepted per Verified", "ratio"}, AcceptedPerVerified},
    {{"spec_decode_steps", "Spec Decode Steps", "count"},
     [](auto& r) { return Tokens(r.verify_steps); }},
    {{"spec_decode_accepted_draft_tokens", "Accepted Draft Tokens", kTok},
     [](auto& r) { return Tokens(r.accepted_tokens); }},
    {{"spec_decode_draft_tokens", "Draft Tokens", kTok},
     [](auto& r) { return Tokens(r.drafted_tokens); }},
};

constexpr std::array<double, 9> kQuantiles = {1, 5, 10, 25, 50, 75, 90, 95, 99};

// numpy's "linear": the place (n - 1) q among the sorted values.  `at(i)`: the i-th of them.
template <class At>
void SetQuantiles(uint64_t count, const At& at, AiperfStatistics& statistics) {
  for (size_t i = 0; i < kQuantiles.size(); ++i) {
    const double place = static_cast<double>(count - 1) * kQuantiles[i] / 100;
    const auto below = static_cast<uint64_t>(place);
    const double low = at(below), high = at(std::min(below + 1, count - 1));
    statistics.quantiles[i] = low + (high - low) * (place - static_cast<double>(below));
  }
}

}  // namespace

std::span<const AiperfRecordMetric> AiperfRecordMetrics() { return kRecordMetrics; }

std::optional<AiperfStatistics> StatisticsOf(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  AiperfStatistics statistics;
  statistics.count = values.size();
  statistics.min = values.front();
  statistics.max = values.back();
  statistics.sum = std::accumulate(values.begin(), values.end(), 0.0);
  const auto count = static_cast<double>(values.size());
  statistics.avg = statistics.sum / count;
  double squares = 0;
  for (const double value : values) squares += (value - statistics.avg) * (value - statistics.avg);
  statistics.std = std::sqrt(squares / count);
  SetQuantiles(
      values.size(), [&](uint64_t i) { return values[i]; }, statistics);
  return statistics;
}

void GapCounts::AddGap(uint32_t gap_us) {
  if (gap_us >= kDenseUs) {
    ++rest_[gap_us];
    return;
  }
  if (dense_.empty()) dense_.resize(kDenseUs);
  ++dense_[gap_us];
}

std::vector<std::pair<uint32_t, uint64_t>> GapCounts::Ascending() const {
  std::vector<std::pair<uint32_t, uint64_t>> counts;
  for (uint32_t gap = 0; gap < dense_.size(); ++gap) {
    if (dense_[gap] > 0) counts.emplace_back(gap, dense_[gap]);
  }
  counts.insert(counts.end(), rest_.begin(), rest_.end());
  return counts;
}

std::optional<AiperfStatistics> GapCounts::StatisticsMs() const {
  const std::vector<std::pair<uint32_t, uint64_t>> counts = Ascending();
  if (counts.empty()) return std::nullopt;
  constexpr double kUsPerMs = 1000;
  uint64_t sum_us = 0;
  AiperfStatistics statistics;
  std::vector<uint64_t> up_to;  // how many are of this value or a smaller one
  for (const auto& [gap_us, times] : counts) {
    sum_us += gap_us * times;
    statistics.count += times;
    up_to.push_back(statistics.count);
  }
  const auto count = static_cast<double>(statistics.count);
  statistics.sum = static_cast<double>(sum_us) / kUsPerMs;
  statistics.avg = statistics.sum / count;
  statistics.min = counts.front().first / kUsPerMs;
  statistics.max = counts.back().first / kUsPerMs;
  double squares = 0;
  for (const auto& [gap_us, times] : counts) {
    const double apart = gap_us / kUsPerMs - statistics.avg;
    squares += static_cast<double>(times) * apart * apart;
  }
  statistics.std = std::sqrt(squares / count);
  SetQuantiles(
      statistics.count,
      [&](uint64_t i) {
        const auto found = std::upper_bound(up_to.begin(), up_to.end(), i);
        return counts[static_cast<size_t>(found - up_to.begin())].first / kUsPerMs;
      },
      statistics);
  return statistics;
}

}  // namespace specctl
