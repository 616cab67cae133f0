#include "common/export/aiperf_summary.h"

#include <algorithm>
#include <cmath>

namespace specctl {
namespace {

constexpr double kSecond = 1e9;

// AIPerf's defaults: 5 % of what was asked for, 50 tokens at most.
bool IsOffInLength(const AiperfRequest& request) {
  if (!request.max_tokens || *request.max_tokens == 0 || !request.output_tokens) return false;
  const double asked = *request.max_tokens;
  return std::abs(*request.output_tokens - asked) > std::min(asked * 0.05, 50.0);
}

struct SumTag {
  AiperfTag name;
  std::string_view of;  // tag of the metric that is summed
};

constexpr SumTag kSums[] = {
    {{"total_isl", "Total Input Sequence Length", "tokens"}, "input_sequence_length"},
    {{"total_osl", "Total Output Sequence Length", "tokens"}, "output_sequence_length"},
    {{"total_output_tokens", "Total Output Tokens", "tokens"}, "output_token_count"},
    {{"total_reasoning_tokens", "Total Reasoning Tokens", "tokens"}, "reasoning_token_count"},
    {{"total_usage_prompt_tokens", "Total Usage Prompt Tokens", "tokens"}, "usage_prompt_tokens"},
    {{"total_usage_completion_tokens", "Total Usage Completion Tokens", "tokens"},
     "usage_completion_tokens"},
    {{"total_usage_total_tokens", "Total Usage Total Tokens", "tokens"}, "usage_total_tokens"},
    {{"total_usage_reasoning_tokens", "Total Usage Reasoning Tokens", "tokens"},
     "usage_reasoning_tokens"},
    {{"total_usage_prompt_cache_read_tokens", "Total Usage Prompt Cache Read Tokens", "tokens"},
     "usage_prompt_cache_read_tokens"},
    {{"total_spec_decode_steps", "Total Spec Decode Steps", "count"}, "spec_decode_steps"},
    {{"total_accepted_draft_tokens", "Total Accepted Draft Tokens", "tokens"},
     "spec_decode_accepted_draft_tokens"},
    {{"total_draft_tokens", "Total Draft Tokens", "tokens"}, "spec_decode_draft_tokens"},
};

}  // namespace

void AiperfSummary::AddRequest(const EndedRequest& request) {
  const SettledRequest& settled = request.settled;
  // A lost request has no end: the window is that of the others.
  const int64_t end_ns = settled.end_ns.value_or(settled.begin_ns);
  if (!window_) window_ = Window{.begin_ns = settled.due_ns, .end_ns = end_ns};
  window_->begin_ns = std::min(window_->begin_ns, settled.due_ns);
  window_->end_ns = std::max(window_->end_ns, end_ns);
  if (const auto error = AiperfErrorOf(request.finish)) {
    ++failed_;
    context_overflows_ += request.finish.failure == FailureKind::kContextOverflow ? 1 : 0;
    AiperfErrorCount& counted = errors_[{error->type, error->message}];
    counted.error = *error;
    ++counted.requests;
    return;
  }
  requests_.push_back(AiperfRequestOf(request));
  for (const uint32_t gap_us : ChunkGapsUs(request)) gaps_.AddGap(gap_us);
  const auto told = SpecDecodeOf(request);
  if (!told) return;
  histogram_.resize(std::max(histogram_.size(), told->histogram.size()));
  for (size_t j = 0; j < told->histogram.size(); ++j) histogram_[j] += told->histogram[j];
}

std::vector<AiperfMetric> AiperfSummary::Metrics(bool throughput) const {
  std::vector<AiperfMetric> metrics;
  for (const AiperfRecordMetric& metric : AiperfRecordMetrics()) {
    std::vector<double> values;
    values.reserve(requests_.size());
    for (const AiperfRequest& request : requests_) {
      if (const auto value = metric.of(request)) values.push_back(*value);
    }
    if (const auto statistics = StatisticsOf(std::move(values))) {
      metrics.push_back({metric.name, *statistics});
    }
  }
  if (const auto gaps = gaps_.StatisticsMs()) metrics.push_back({kInterChunkLatency, *gaps});
  for (const SumTag& sum : kSums) AddSum(sum.name, sum.of, metrics);
  AddTotals(throughput, metrics);
  AddAcceptance(metrics);
  std::sort(metrics.begin(), metrics.end(),
            [](const auto& a, const auto& b) { return a.name.tag < b.name.tag; });
  return metrics;
}

std::vector<AiperfErrorCount> AiperfSummary::Errors() const {
  std::vector<AiperfErrorCount> errors;
  for (const auto& [key, counted] : errors_) errors.push_back(counted);
  std::stable_sort(errors.begin(), errors.end(),
                   [](const auto& a, const auto& b) { return a.requests > b.requests; });
  return errors;
}

std::optional<double> AiperfSummary::SumOf(std::string_view tag) const {
  const std::span<const AiperfRecordMetric> known = AiperfRecordMetrics();
  const auto metric = std::find_if(known.begin(), known.end(),
                                   [&](const auto& each) { return each.name.tag == tag; });
  std::optional<double> sum;
  for (const AiperfRequest& request : requests_) {
    if (const auto value = metric->of(request)) sum = sum.value_or(0) + *value;
  }
  return sum;
}

void AiperfSummary::AddSum(const AiperfTag& name, std::string_view of,
                           std::vector<AiperfMetric>& metrics) const {
  if (const auto sum = SumOf(of)) metrics.push_back({name, *sum});
}

void AiperfSummary::AddTotals(bool throughput, std::vector<AiperfMetric>& metrics) const {
  const auto ok = static_cast<double>(requests_.size());
  const auto failed = static_cast<double>(failed_);
  if (requests_.empty() && failed_ == 0) return;
  const auto off = std::count_if(requests_.begin(), requests_.end(), IsOffInLength);
  metrics.push_back({{"request_count", "Request Count", "requests"}, ok});
  if (failed_ > 0) {
    metrics.push_back({{"error_request_count", "Error Request Count", "requests"}, failed});
  }
  metrics.push_back(
      {{"completed_request_count", "Completed Requests (Success + Error)", "requests"},
       ok + failed});
  metrics.push_back(
      {{"request_error_rate", "Request Error Rate", "%"}, failed / (ok + failed) * 100});
  metrics.push_back({{"context_overflow_count", "Context Overflow Count", "requests"},
                     static_cast<double>(context_overflows_)});
  metrics.push_back(
      {{"osl_mismatch_count", "OSL Mismatch Count", "requests"}, static_cast<double>(off)});
  std::optional<Window> valid;  // first begin to last chunk of ok requests
  for (const AiperfRequest& request : requests_) {
    if (!request.latency_ns) continue;
    const int64_t end_ns = request.begin_ns + *request.latency_ns;
    if (!valid) valid = Window{.begin_ns = request.begin_ns, .end_ns = end_ns};
    valid->begin_ns = std::min(valid->begin_ns, request.begin_ns);
    valid->end_ns = std::max(valid->end_ns, end_ns);
  }
  if (valid && valid->end_ns > valid->begin_ns) {
    metrics.push_back({{"benchmark_duration", "Benchmark Duration", "sec"},
                       static_cast<double>(valid->end_ns - valid->begin_ns) / kSecond});
  }
  if (throughput) AddRates(ok, metrics);
}

void AiperfSummary::AddRates(double ok, std::vector<AiperfMetric>& metrics) const {
  if (!window_ || window_->end_ns <= window_->begin_ns || ok == 0) return;
  const double seconds = static_cast<double>(window_->end_ns - window_->begin_ns) / kSecond;
  const std::optional<double> input = SumOf("input_sequence_length");
  const std::optional<double> output = SumOf("output_sequence_length");
  metrics.push_back({{"request_throughput", "Request Throughput", "requests/sec"}, ok / seconds});
  if (output) {
    metrics.push_back(
        {{"output_token_throughput", "Output Token Throughput", "tokens/sec"}, *output / seconds});
  }
  if (input) {
    metrics.push_back(
        {{"input_token_throughput", "Input Token Throughput", "tokens/sec"}, *input / seconds});
  }
  if (input && output) {
    metrics.push_back({{"total_token_throughput", "Total Token Throughput", "tokens/sec"},
                       (*input + *output) / seconds});
  }
}

void AiperfSummary::AddAcceptance(std::vector<AiperfMetric>& metrics) const {
  const std::optional<double> steps = SumOf("spec_decode_steps");
  const std::optional<double> accepted = SumOf("spec_decode_accepted_draft_tokens");
  const std::optional<double> drafted = SumOf("spec_decode_draft_tokens");
  if (steps && *steps > 0) {
    metrics.push_back({{"spec_decode_token_weighted_acceptance_length",
                        "Token-Weighted Acceptance Length", "ratio"},
                       1 + *accepted / *steps});
  }
  if (drafted && *drafted > 0) {
    metrics.push_back(
        {{"spec_decode_overall_draft_acceptance_rate", "Overall Draft Acceptance Rate", "%"},
         *accepted / *drafted * 100});
  }
}

}  // namespace specctl
