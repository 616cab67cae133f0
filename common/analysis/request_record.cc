#include "common/analysis/request_record.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace specctl {
namespace {

uint32_t Narrow(uint64_t value) {
  return static_cast<uint32_t>(std::min<uint64_t>(value, std::numeric_limits<uint32_t>::max()));
}

std::optional<uint32_t> Narrow(const std::optional<uint64_t>& value) {
  return value ? std::optional(Narrow(*value)) : std::nullopt;
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

std::optional<RequestSteps> StatsSteps(const OpenRequest& request, const RequestFinished& finish,
                                       const std::optional<uint64_t>& total) {
  if (!finish.speculation || !total) return std::nullopt;
  DeliveredTokens delivered{
      .total = *total, .chunks = request.chunks, .last_chunk_tokens = std::nullopt};
  if (request.chunks > 1 && request.unknown_chunks == 0) {
    delivered.after_first = &request.after_first;
    delivered.last_chunk_tokens = request.last_tokens;
  }
  return StepsOfStats(*finish.speculation, delivered);
}

void SetTokens(const OpenRequest& request, const RequestFinished& finish, RequestRecord& record) {
  record.tokens = CountTokens(request, finish);
  record.row.output_tokens = record.tokens.total;
  record.row.apart_tokens = record.tokens.apart;
  record.row.token_fault = record.tokens.fault;
  SettledRequest& settled = record.settled;
  settled.output_tokens = Narrow(record.tokens.total);
  settled.counted_tokens = Narrow(request.counted_tokens);
  settled.apart_tokens = Narrow(record.tokens.apart);
  settled.token_fault = record.tokens.fault;
  settled.unattributed = record.tokens.unattributed();
  settled.chunks_unknown = request.unknown_chunks > 0;
}

void SetStepsOfSources(const RunContext& run, const OpenRequest& request,
                       const RequestFinished& finish, RequestRecord& record) {
  const std::optional<uint64_t>& total = record.tokens.total;
  if (finish.speculation) record.settled.draft_length = finish.speculation->draft_length;
  record.steps[static_cast<size_t>(StepSource::kStats)] = StatsSteps(request, finish, total);
  if (finish.timings) {
    record.steps[static_cast<size_t>(StepSource::kTimings)] =
        StepsOfTimings(*finish.timings, total.value_or(0));
  }
  if (record.tokens.unattributed()) return;
  record.steps[static_cast<size_t>(StepSource::kChunks)] = ChunkSteps(run, request, finish);
}

// What the row says of its steps, from the best source that it has.
void SetRowSteps(const RequestRecord& record, RequestRow& row) {
  constexpr std::array kNames = {AcceptanceSource::kPerRequest, AcceptanceSource::kTimings,
                                 AcceptanceSource::kChunks};
  for (size_t source = 0; source < kStepSources; ++source) {
    const std::optional<RequestSteps>& steps = record.steps[source];
    if (!steps) continue;
    row.acceptance_source = kNames[source];
    if (steps->detail >= StepDetail::kCount) row.steps = steps->steps;
    if (kNames[source] == AcceptanceSource::kChunks) return;
    const bool drafts_known =
        kNames[source] == AcceptanceSource::kPerRequest || steps->detail == StepDetail::kEach;
    if (drafts_known) row.drafts = steps->drafts;
    row.drafted_tokens = steps->drafted;
    row.accepted_tokens = steps->accepted;
    return;
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
  settled.round_trip_ns = row.finish.round_trip_ns.value_or(kNever);
}

SettledRequest MakeSettled(const RunContext& run, const RequestRow& row,
                           const OpenRequest& request) {
  SettledRequest settled;
  settled.position = row.position;
  settled.question = run.QuestionOf(row.position);
  SetSettledTimes(row, settled);
  settled.input_tokens = Narrow(row.finish.input_tokens);
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
  record.settled = MakeSettled(run, row, request);
  SetTokens(request, row.finish, record);
  SetStepsOfSources(run, request, row.finish, record);
  record.request = std::move(request);
  SetRowSteps(record, row);
  return record;
}

}  // namespace specctl
