#include "common/analysis/request_record.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace specctl {
namespace {

uint32_t Narrow(uint64_t value) {
  return static_cast<uint32_t>(std::min<uint64_t>(value, std::numeric_limits<uint32_t>::max()));
}

std::optional<uint32_t> Narrow(const std::optional<uint64_t>& value) {
  return value ? std::optional(Narrow(*value)) : std::nullopt;
}

// The server's total; where it gave none, the sum over chunks if each one's tokens are known.
std::optional<uint64_t> TotalTokens(const OpenRequest& request, const RequestFinished& finish) {
  if (finish.output_tokens) return finish.output_tokens;
  if (request.unknown_chunks > 0) return std::nullopt;
  return request.counted_tokens;
}

void SetTimes(const OpenRequest& request, const RequestFinished* finish, RequestRow& row) {
  const int64_t to_run_ns = request.to_run_ns;
  row.begin_ns = request.begun.begin_mono_ns + to_run_ns;
  row.slot_free_ns = request.begun.slot_free_mono_ns + to_run_ns;
  if (request.chunks > 0) {
    row.first_token_ns = request.first_us * 1000 + to_run_ns;
    row.last_token_ns = request.last_us * 1000 + to_run_ns;
  }
  if (request.answer_us) row.first_answer_ns = *request.answer_us * 1000 + to_run_ns;
  if (finish == nullptr) return;
  if (finish->start_mono_ns) row.start_ns = *finish->start_mono_ns + to_run_ns;
  row.end_ns = finish->end_mono_ns + to_run_ns;
}

std::optional<RequestSteps> ChunkSteps(const RunContext& run, const OpenRequest& request,
                                       const RequestFinished& finish) {
  const bool counted = request.chunks > 0 && request.unknown_chunks == 0 &&
                       finish.token_source != TokenSource::kTimings;
  if (!counted || !run.ChunkIsStep(request.begun.target)) return std::nullopt;
  if (request.chunks == 1) return RequestSteps{};
  return StepsOfChunks(request.after_first, *request.last_tokens);
}

std::optional<RequestSteps> StatsSteps(const OpenRequest& request, const RequestFinished& finish) {
  const std::optional<uint64_t> total = TotalTokens(request, finish);
  if (!finish.speculation || !total) return std::nullopt;
  DeliveredTokens delivered{.total = *total, .last_chunk_tokens = std::nullopt};
  if (request.chunks > 1) delivered.last_chunk_tokens = request.last_tokens;
  return StepsOfStats(*finish.speculation, delivered);
}

std::optional<RequestSteps> TimingsSteps(const RequestFinished& finish) {
  if (!finish.timings) return std::nullopt;
  return StepsOfTimings(*finish.timings);
}

void SetTimedSteps(const TimingsStats& stats, RequestRow& row) {
  row.acceptance_source = AcceptanceSource::kTimings;
  row.steps = stats.steps;
  if (stats.each_step_known) {
    row.drafts = std::accumulate(stats.acceptance_histogram.begin(),
                                 stats.acceptance_histogram.end(), uint64_t{0});
  }
  row.drafted_tokens = stats.drafted_tokens;
  row.accepted_tokens = stats.accepted_tokens;
}

// What the row says of its steps: all of them, as counted.
void SetSteps(const RequestRecord& record, RequestRow& row) {
  if (record.steps[static_cast<size_t>(StepSource::kStats)]) {
    const SpeculationStats& stats = *row.finish.speculation;
    row.acceptance_source = AcceptanceSource::kPerRequest;
    row.steps = StepsAfterPrompt(stats, *record.settled.output_tokens);
    row.drafts = stats.drafts;
    row.drafted_tokens = stats.drafted_tokens;
    row.accepted_tokens = stats.accepted_tokens;
  } else if (row.finish.timings) {
    SetTimedSteps(*row.finish.timings, row);
  } else if (record.steps[static_cast<size_t>(StepSource::kChunks)]) {
    row.acceptance_source = AcceptanceSource::kChunks;
    row.steps = record.request.chunks - 1;
  }
}

void SetSettledTimes(const RequestRow& row, SettledRequest& settled) {
  constexpr int64_t kNever = SettledRequest::kNoTime;
  settled.begin_ns = row.begin_ns;
  settled.slot_free_ns = row.slot_free_ns.value_or(kNever);
  settled.start_ns = row.start_ns.value_or(kNever);
  settled.end_ns = row.end_ns.value_or(kNever);
  settled.first_token_ns = row.first_token_ns.value_or(kNever);
  settled.last_token_ns = row.last_token_ns.value_or(kNever);
  settled.first_answer_ns = row.first_answer_ns.value_or(kNever);
  settled.connect_ns = row.finish.connect_ns.value_or(kNever);
}

SettledRequest MakeSettled(const RequestRow& row, const OpenRequest& request) {
  SettledRequest settled;
  settled.position = row.position;
  SetSettledTimes(row, settled);
  settled.input_tokens = Narrow(row.finish.input_tokens);
  settled.output_tokens = Narrow(TotalTokens(request, row.finish));
  settled.totals_only = row.finish.token_source == TokenSource::kTotalsOnly;
  settled.first_chunk_tokens =
      settled.totals_only ? std::optional<uint32_t>(1) : request.first_tokens;
  settled.agent = row.agent;
  settled.target = row.target;
  settled.turn = row.turn;
  settled.chunks = Narrow(request.chunks);
  settled.resends = static_cast<uint16_t>(std::min<uint32_t>(row.finish.resends, 0xffff));
  settled.outcome = row.outcome;
  settled.failure = row.finish.failure;
  settled.has_reasoning = request.has_reasoning;
  settled.first_within_us = request.first_within_us;
  settled.last_within_us = request.last_within_us;
  return settled;
}

RequestFinished NeverFinished(const OpenRequest& request) {
  RequestFinished finish;
  finish.ordinal = request.begun.ordinal;
  finish.outcome = Outcome::kLost;
  finish.failure = FailureKind::kAgentLost;
  finish.error = "its end was never reported";
  finish.chunks = request.chunks;
  return finish;
}

}  // namespace

RequestRecord MakeRecord(const RunContext& run, uint32_t agent, OpenRequest request,
                         const RequestFinished* finish) {
  RequestRecord record;
  RequestRow& row = record.row;
  row.position = request.begun.position;
  row.cycle = run.CycleOf(row.position);
  row.planned_row = run.OrderIndexOf(row.position);
  row.turn = request.begun.turn;
  row.agent = agent;
  row.target = request.begun.target;
  SetTimes(request, finish, row);
  row.finish = finish != nullptr ? *finish : NeverFinished(request);
  row.outcome = row.finish.outcome;
  if (request.chunks > 0) row.first_chunk_tokens = request.first_tokens;
  row.counted_tokens = request.counted_tokens;
  record.settled = MakeSettled(row, request);
  row.output_tokens = record.settled.output_tokens;
  record.steps = {StatsSteps(request, row.finish), TimingsSteps(row.finish),
                  ChunkSteps(run, request, row.finish)};
  for (size_t i = 0; i < kStepSources; ++i) {
    if (record.steps[i]) record.settled.steps[i] = record.steps[i]->Sums();
  }
  record.request = std::move(request);
  SetSteps(record, row);
  return record;
}

}  // namespace specctl
