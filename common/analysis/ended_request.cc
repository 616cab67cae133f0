#include "common/analysis/ended_request.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/analysis/statistics_check.h"

namespace specctl {
namespace {

uint32_t Narrow(uint64_t value) {
  // Rows are kept for the whole run: 32 bits each; what is larger is no response of ours.
  return static_cast<uint32_t>(std::min<uint64_t>(value, std::numeric_limits<uint32_t>::max()));
}

std::optional<uint32_t> Narrow(const std::optional<uint64_t>& value) {
  return value ? std::optional(Narrow(*value)) : std::nullopt;
}

void SetTimes(const OpenRequest& open, const RequestFinished* finish, SettledRequest& settled) {
  const int64_t to_run_ns = open.to_run_ns;
  settled.begin_ns = open.begun.begin_mono_ns + to_run_ns;
  settled.due_ns = open.begun.due_mono_ns + to_run_ns;
  if (open.first_us) settled.first_token_ns = *open.first_us * 1000 + to_run_ns;
  if (open.last_us) settled.last_token_ns = *open.last_us * 1000 + to_run_ns;
  if (open.answer_us) settled.first_answer_ns = *open.answer_us * 1000 + to_run_ns;
  // Lost: its begin and its chunks are all that is known.
  if (finish == nullptr) return;
  if (finish->start_mono_ns) settled.start_ns = *finish->start_mono_ns + to_run_ns;
  settled.end_ns = finish->end_mono_ns + to_run_ns;
  settled.connect_ns = finish->connect_ns;
  settled.round_trip_ns = finish->round_trip_ns;
}

void SetEnd(const RequestFinished& finish, SettledRequest& settled) {
  settled.input_tokens = Narrow(finish.input_tokens);
  // Absent is neither hot nor cold: the server does not report it.
  if (finish.cached_tokens) {
    settled.prompt_cache = *finish.cached_tokens > 0 ? PromptCache::kHot : PromptCache::kCold;
  }
  settled.totals_only = finish.token_source == TokenSource::kTotalsOnly;
  // Its chunks tell no counts; the prompt's step gives one token.
  if (settled.totals_only) settled.first_chunk_tokens = 1;
  settled.resends = static_cast<uint16_t>(std::min<uint32_t>(finish.resends, 0xffff));
  settled.outcome = finish.outcome;
  settled.failure = finish.failure;
  if (finish.speculation && finish.speculation->draft_length > 0) {
    settled.draft_length = finish.speculation->draft_length;
  }
}

void SetChunks(const OpenRequest& open, SettledRequest& settled) {
  settled.chunks = Narrow(open.chunks);
  settled.first_chunk_tokens = open.first_tokens;
  settled.counted_tokens = Narrow(open.counted_tokens);
  settled.chunks_unknown = open.unknown_chunks > 0;
  settled.has_reasoning = open.has_reasoning;
  settled.first_within_us = open.first_within_us;
  settled.last_within_us = open.last_within_us;
}

void SetTokens(const TokenCount& tokens, SettledRequest& settled) {
  settled.output_tokens = Narrow(tokens.total);
  settled.apart_tokens = Narrow(tokens.apart);
  settled.token_fault = tokens.fault;
  settled.unattributed = tokens.unattributed();
}

std::optional<RequestSteps> ChunkSteps(const RunContext& run, const OpenRequest& open,
                                       const RequestFinished& finish) {
  const bool counted =
      open.chunks > 0 && open.unknown_chunks == 0 && finish.token_source != TokenSource::kTimings;
  if (!counted || !run.ChunkIsStep(open.begun.target)) return std::nullopt;
  // The prompt's step alone.
  if (open.chunks == 1) return RequestSteps{};
  return StepsOfChunks(open.after_first, *open.last_tokens);
}

// The statistics, with the number of steps that the mean tells where it goes with them.
SpeculationStats WithStepsOfMean(const RequestFinished& finish, uint64_t total) {
  SpeculationStats stats = *finish.speculation;
  if (stats.steps || !finish.tokens_per_iteration) return stats;
  const auto steps = StepsOfMean(*finish.tokens_per_iteration, total);
  if (!steps) return stats;
  stats.steps = steps->steps;
  stats.retractions = 0;  // the mean is over all iterations
  return ContradictsItself(stats, total) ? *finish.speculation : stats;
}

std::optional<RequestSteps> StatsSteps(const OpenRequest& open, const SpeculationStats& stats,
                                       uint64_t total) {
  DeliveredTokens delivered{
      .total = total, .chunks = open.chunks, .last_chunk_tokens = std::nullopt};
  // The chunks say how the end of the response cut its last step.
  if (open.chunks > 1 && open.unknown_chunks == 0) {
    delivered.after_first = &open.after_first;
    delivered.last_chunk_tokens = open.last_tokens;
  }
  return StepsOfStats(stats, delivered);
}

// What the server said of the response as a whole, if it can be right.
std::optional<RequestSteps> ToldAtTheEnd(EndedRequest& request) {
  const RequestFinished& finish = request.finish;
  if (!request.tokens.total) return std::nullopt;
  const uint64_t total = *request.tokens.total;
  if (finish.speculation) {
    request.settled.contradictory_statistics = ContradictsItself(*finish.speculation, total);
    if (request.settled.contradictory_statistics) return std::nullopt;
    return StatsSteps(request.open, WithStepsOfMean(finish, total), total);
  }
  if (!finish.tokens_per_iteration) return std::nullopt;
  std::optional<RequestSteps> steps = StepsOfMean(*finish.tokens_per_iteration, total);
  request.settled.contradictory_statistics = !steps.has_value();
  return steps;
}

void SetSteps(const RunContext& run, EndedRequest& request) {
  const RequestFinished& finish = request.finish;
  const std::optional<uint64_t>& total = request.tokens.total;
  const auto steps_of = [&](StepSource source) -> std::optional<RequestSteps>& {
    return request.steps[static_cast<size_t>(source)];
  };
  // Each source is kept: which one counts is chosen for the target as a whole, at the end.
  steps_of(StepSource::kStats) = ToldAtTheEnd(request);
  if (finish.timings) {
    steps_of(StepSource::kTimings) = StepsOfTimings(*finish.timings, total.value_or(0));
  }
  // Its chunks can't be trusted; what the server says of its steps can.
  if (request.tokens.unattributed()) return;
  steps_of(StepSource::kChunks) = ChunkSteps(run, request.open, finish);
}

RequestFinished NeverFinished(const OpenRequest& open) {
  RequestFinished finish;
  finish.ordinal = open.begun.ordinal;
  finish.outcome = Outcome::kLost;
  finish.failure = FailureKind::kAgentLost;
  finish.error = "its end was never reported";
  finish.chunks = open.chunks;
  return finish;
}

}  // namespace

EndedRequest EndRequest(const RunContext& run, uint32_t agent, OpenRequest open,
                        const RequestFinished* finish) {
  EndedRequest request;
  SettledRequest& settled = request.settled;
  settled.position = open.begun.position;
  settled.question = run.QuestionOf(settled.position);
  settled.turn = open.begun.turn;
  settled.agent = agent;
  settled.target = open.begun.target;
  request.cycle = run.CycleOf(settled.position);
  request.finish = finish != nullptr ? *finish : NeverFinished(open);
  if (const LoggedResponse* const logged = run.LoggedAs(request.finish.response_id)) {
    request.statistics_logged = true;
    // What came with the response goes first.
    if (!request.finish.speculation) request.finish.speculation = logged->speculation;
  }
  request.tokens = CountTokens(open, request.finish);
  request.open = std::move(open);
  SetTimes(request.open, finish, settled);
  SetChunks(request.open, settled);
  SetEnd(request.finish, settled);
  SetTokens(request.tokens, settled);
  SetSteps(run, request);
  return request;
}

std::optional<ToldSteps> BestSteps(const EndedRequest& request) {
  // In the order of trust; the first that tells anything.
  for (size_t i = 0; i < kStepSources; ++i) {
    const std::optional<RequestSteps>& steps = request.steps[i];
    if (!steps) continue;
    ToldSteps told{.source = static_cast<StepSource>(i)};
    if (steps->detail >= StepDetail::kSteps) told.steps = steps->steps;
    // Neither tells drafts.
    if (told.source == StepSource::kChunks || steps->detail == StepDetail::kSteps) return told;
    const bool drafts_known =
        told.source == StepSource::kStats || steps->detail == StepDetail::kEach;
    if (drafts_known) told.drafts = steps->drafts;
    told.drafted_tokens = steps->drafted;
    told.accepted_tokens = steps->accepted;
    return told;
  }
  return std::nullopt;
}

}  // namespace specctl
