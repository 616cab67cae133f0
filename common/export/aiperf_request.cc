#include "common/export/aiperf_request.h"

#include <limits>
#include <numeric>

#include "common/analysis/failure_text.h"

namespace specctl {
namespace {

AiperfRequest::Time Since(int64_t begin_ns, SettledRequest::Time time_ns) {
  if (!time_ns) return std::nullopt;
  return *time_ns - begin_ns;
}

// A number that no response has is none.
AiperfRequest::Count Counted(const std::optional<uint64_t>& count) {
  if (!count || *count >= std::numeric_limits<uint32_t>::max()) return std::nullopt;
  return static_cast<uint32_t>(*count);
}

SpecDecodeRecord OfStats(const SpeculationStats& stats) {
  return {.steps = stats.drafts,
          .accepted = stats.accepted_tokens,
          .drafted = stats.drafted_tokens,
          .draft_length = stats.draft_length > 0 ? std::optional(stats.draft_length) : std::nullopt,
          .histogram = stats.acceptance_histogram,
          .per_step_accepted = stats.per_step_accepted,
          .per_step_drafted = stats.per_step_drafted};
}

SpecDecodeRecord OfTimings(const TimingsStats& stats) {
  const auto& histogram = stats.acceptance_histogram;
  return {.steps = std::accumulate(histogram.begin(), histogram.end(), uint64_t{0}),
          .accepted = stats.accepted_tokens,
          .drafted = stats.drafted_tokens,
          .draft_length = std::nullopt,
          .histogram = histogram,
          .per_step_accepted = {},
          .per_step_drafted = {}};
}

bool PerStepAgrees(std::span<const uint32_t> per_step, uint64_t steps, uint64_t total) {
  return per_step.size() == steps &&
         std::accumulate(per_step.begin(), per_step.end(), uint64_t{0}) == total;
}

bool IsConsistent(const SpecDecodeRecord& record) {
  uint64_t steps = 0, accepted = 0;
  for (size_t j = 0; j < record.histogram.size(); ++j) {
    steps += record.histogram[j];
    accepted += j * record.histogram[j];
  }
  return record.steps > 0 && steps == record.steps && accepted == record.accepted &&
         record.accepted <= record.drafted;
}

std::string_view ErrorType(const RequestFinished& finish) {
  switch (finish.outcome) {
    case Outcome::kOk:
    case Outcome::kFailed:
      break;
    case Outcome::kTimedOut:
      return "RequestTimeoutError";
    case Outcome::kCancelled:
      return "RequestCancellationError";
    case Outcome::kLost:
      return "RequestLostError";
  }
  return finish.failure == FailureKind::kHttpStatus ? "HttpStatusError" : "RequestFailedError";
}

}  // namespace

AiperfRequest AiperfRequestOf(const EndedRequest& request) {
  const SettledRequest& settled = request.settled;
  const RequestFinished& finish = request.finish;
  AiperfRequest made;
  made.begin_ns = settled.begin_ns;
  made.ttft_ns = Since(settled.begin_ns, settled.first_token_ns);
  made.answer_ns = Since(settled.begin_ns, settled.first_answer_ns);
  made.latency_ns = Since(settled.begin_ns, settled.last_token_ns);
  if (const auto gaps = ChunkGapsUs(request); !gaps.empty()) {
    made.second_chunk_ns = int64_t{gaps.front()} * 1000;
  }
  made.input_tokens = settled.input_tokens;
  made.output_tokens = settled.output_tokens;
  made.reasoning_tokens = Counted(finish.reasoning_tokens);
  made.usage_input = Counted(finish.input_tokens);
  made.usage_output = Counted(finish.output_tokens);
  made.cached_tokens = Counted(finish.cached_tokens);
  made.max_tokens = Counted(finish.max_tokens);
  made.first_chunk_tokens = settled.first_chunk_tokens;
  made.reused_connection = !settled.connect_ns;
  if (const auto told = SpecDecodeOf(request)) {
    made.verify_steps = Counted(told->steps);
    made.accepted_tokens = Counted(told->accepted);
    made.drafted_tokens = Counted(told->drafted);
  }
  return made;
}

std::span<const uint32_t> ChunkGapsUs(const EndedRequest& request) {
  const OpenRequest& open = request.open;
  if (open.chunks != open.gaps_us.size() + 1) return {};
  return open.gaps_us;
}

std::optional<SpecDecodeRecord> SpecDecodeOf(const EndedRequest& request) {
  // Held against the tokens that came: no figure of ours uses them either.
  if (request.settled.contradictory_statistics) return std::nullopt;
  std::optional<SpecDecodeRecord> record;
  if (request.finish.speculation) {
    record = OfStats(*request.finish.speculation);
  } else if (request.finish.timings && request.finish.timings->each_step_known) {
    record = OfTimings(*request.finish.timings);
  }
  if (!record || !IsConsistent(*record)) return std::nullopt;
  if (!PerStepAgrees(record->per_step_accepted, record->steps, record->accepted) ||
      !PerStepAgrees(record->per_step_drafted, record->steps, record->drafted)) {
    record->per_step_accepted = record->per_step_drafted = {};
  }
  return record;
}

bool IsAiperfWarmup(const EndedRequest& request, const RunSpec& spec) {
  if (spec.load.warmup.count() == 0) return false;
  const Stage stage = request.settled.stage;
  return stage == Stage::kRamp || stage == Stage::kWarmup;
}

std::optional<AiperfError> AiperfErrorOf(const RequestFinished& finish) {
  if (finish.outcome == Outcome::kOk) return std::nullopt;
  AiperfError error;
  if (finish.outcome == Outcome::kCancelled) {
    error.code = 499;
  } else if (finish.failure == FailureKind::kHttpStatus) {
    error.code = finish.http_status;
  }
  error.type = ErrorType(finish);
  // Few different ones: what a server wrote besides is in requests.jsonl.
  error.message = FailureText(finish);
  return error;
}

}  // namespace specctl
