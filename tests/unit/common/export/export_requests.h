// Requests of a small run, as the fold gives them to its sink.
#pragma once

#include <string>
#include <vector>

#include "common/analysis/ended_request.h"
#include "common/analysis/run_context.h"
#include "tests/unit/common/report/sample_results.h"

namespace specctl::testing {

inline constexpr int64_t kMs = 1'000'000;
inline constexpr int64_t kUnixT0 = 1'795'342'455'000'000'000;  // 2026-11-22T10:14:15 UTC

inline RunContext ContextOf(const std::vector<std::string>& categories) {
  RunContext run;
  run.begun.emplace();
  run.begun->spec = SampleSpec();
  run.begun->spec.load.warmup = Nanos(0);
  run.begun->spec.dataset.name = "speed_bench_qualitative";
  run.begun->spec.dataset.path = "/data/qualitative.jsonl";
  run.armed = Armed{.t0_mono_ns = 0, .t0_unix_ns = kUnixT0, .boot_id = "boot"};
  for (uint64_t row = 0; row < categories.size(); ++row) {
    PlannedRow planned;
    planned.order_index = row;
    planned.question_id = "q" + std::to_string(row);
    planned.category = categories[row];
    run.planned_rows.emplace(row, planned);
  }
  run.begun->spec.dataset.rows = categories.size();
  run.targets = {SampleTarget(0), SampleTarget(1)};
  return run;
}

// Begins 5 ms after its slot was free, connects for 1 ms, and gets its first token 20 ms after its
// begin; then `chunks` - 1 more of 3 tokens each, 10 ms apart.
inline EndedRequest OkRequest(uint64_t position, uint32_t chunks = 4) {
  EndedRequest request;
  SettledRequest& settled = request.settled;
  settled.position = position;
  settled.turn = 0;
  settled.agent = 3;
  settled.target = 0;
  settled.stage = Stage::kHold;
  settled.outcome = request.finish.outcome = Outcome::kOk;
  settled.due_ns = static_cast<int64_t>(position) * 100 * kMs;
  settled.begin_ns = settled.due_ns + 5 * kMs;
  settled.start_ns = settled.begin_ns + kMs;
  settled.connect_ns = kMs;
  settled.first_token_ns = settled.first_answer_ns = settled.begin_ns + 20 * kMs;
  settled.last_token_ns = *settled.first_token_ns + (chunks - 1) * 10 * kMs;
  settled.end_ns = *settled.last_token_ns + kMs / 2;
  settled.chunks = chunks;
  settled.first_chunk_tokens = 1;
  settled.input_tokens = 10;
  const uint32_t tokens = 1 + 3 * (chunks - 1);
  settled.output_tokens = settled.counted_tokens = tokens;
  request.open.chunks = chunks;
  request.open.counted_tokens = tokens;
  request.open.first_tokens = 1;
  request.open.gaps_us.assign(chunks - 1, 10'000);
  for (uint32_t i = 1; i < chunks; ++i) request.open.after_first.Add(3);
  request.finish.input_tokens = 10;
  request.finish.output_tokens = tokens;
  request.finish.max_tokens = 100;
  request.finish.chunks = chunks;
  // 2 of 3 drafted tokens accepted in each step after the first.
  request.finish.speculation = SpeculationStats{.drafts = chunks - 1,
                                                .drafted_tokens = 3 * (chunks - 1),
                                                .accepted_tokens = 2 * (chunks - 1),
                                                .draft_length = 3,
                                                .acceptance_histogram = {0, 0, chunks - 1, 0},
                                                .per_step_accepted = {},
                                                .per_step_drafted = {}};
  return request;
}

inline EndedRequest CancelledRequest(uint64_t position) {
  EndedRequest request = OkRequest(position);
  request.settled.outcome = request.finish.outcome = Outcome::kCancelled;
  request.finish.failure = FailureKind::kCancelledAtLimit;
  return request;
}

inline EndedRequest FailedRequest(uint64_t position) {
  EndedRequest request = OkRequest(position);
  request.settled.outcome = request.finish.outcome = Outcome::kFailed;
  request.finish.failure = FailureKind::kHttpStatus;
  request.finish.http_status = 503;
  return request;
}

}  // namespace specctl::testing
