// BatchModel: continuous batching of one engine, under a clock that the caller holds.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "common/base/clock.h"
#include "tools/sim/engine_counters.h"
#include "tools/sim/iteration_log.h"
#include "tools/sim/prefix_cache.h"
#include "tools/sim/sequence.h"
#include "tools/sim/step_time.h"

namespace specctl::sim {

// What EngineCounters::token_gap_s observes.
enum class TokenGaps {
  kSteps,     // the time between two steps of a request
  kTokens,    // of streams: as often as the step gave tokens, its time divided by them
  kRequests,  // a request's mean time per token after its first
};

struct BatchOptions {
  uint32_t batch_max = 1024;           // requests that run at once; others wait
  uint32_t batched_tokens_max = 8192;  // of a step: decodes first, the rest of it prefills
  StepTimeOptions time;
  uint32_t draft_length = 3;  // 0: no speculative decoding
  double no_draft_share = 0;  // steps of a request without a draft, as an N-gram proposer's
  uint64_t kv_tokens_max = 4'000'000;  // beyond it the request that came last is preempted
  bool prefix_cache = false;
  // Whether generation_tokens has what a step made beyond a stop string, as where another process
  // than the engine looks for it.
  bool counts_beyond_stop = false;
  bool drafts_fit_room = false;  // drafts are cut to the tokens that a request may still make
  TokenGaps token_gaps = TokenGaps::kSteps;
  HistogramBounds bounds = VllmBounds();
  size_t iterations_kept = 0;     // in iterations()
  uint32_t decode_interval = 40;  // passes between two values of DecodeProgress's interval
};

// Runs steps over a batch: what waits is admitted first come first served, prompts are computed in
// chunks beside the decoding requests, each decoding request gets 1 + accepted tokens a step.
//
// A request's outputs depend on its SequenceSpec alone, never on the rest of the batch (but a
// preempted one makes one token without a draft when it comes back).  Steps follow one another at
// absolute times; one that could only begin more than its predecessor's length late begins at the
// caller's `now` and is counted in overruns.  Not thread-safe.
class BatchModel {
 public:
  explicit BatchModel(const BatchOptions& options);

  void AddSequence(SequenceSpec spec, MonoTime now);
  // The client has gone.  What was counted stays counted.  No effect on an unknown id.
  void RemoveSequence(uint64_t id);

  // When the running step ends; nullopt while there is nothing to do.
  std::optional<MonoTime> StepEnd() const { return step_end_; }
  // Ends the step, which must end at or before `now`, and begins the next.  Valid until the next
  // call.
  std::span<const StepOutput> Advance(MonoTime now);

  // Whether nothing runs or waits; only then does it forget all prompts.
  bool FlushPrefixCache();

  const EngineCounters& counters() const { return counters_; }
  EngineGauges gauges() const;
  IterationLog& iterations() { return iterations_; }

 private:
  struct Sequence {
    SequenceSpec spec;
    MonoTime arrived;
    MonoTime last_output;
    uint64_t produced = 0;
    uint64_t computed = 0;        // of prefill_target
    uint64_t prefill_target = 0;  // prompt, and what was produced before a preemption
    uint64_t chunk = 0;           // prompt tokens computed in the running step
    uint64_t step = 0;            // number of the next output
    uint64_t cached = 0;          // prompt tokens found in the prefix cache
    MonoTime first_output;
    bool admitted_before = false;
    uint64_t beyond_stop = 0;  // tokens that its last step made beyond a stop string
    SpeculationCounts speculation{0};
    bool decoding() const { return computed == prefill_target; }
    uint64_t kv_tokens() const {
      return decoding() ? spec.prompt_tokens + produced : prefill_target;
    }
  };

  void BeginStep(MonoTime begin);
  void Admit(MonoTime now);
  void StartSequence(Sequence& sequence, MonoTime now);
  bool PreemptWhereFull();
  uint64_t KvTokens() const;
  void EndStepOf(Sequence& sequence, MonoTime end);
  void Verify(const Sequence& sequence, StepOutput& output);
  uint32_t EndByStopString(Sequence& sequence, uint32_t tokens);
  uint32_t DraftTokens(const Sequence& sequence, uint64_t step) const;
  void CountStep(const Sequence& sequence, const StepOutput& output, MonoTime end);
  void CountFinish(const Sequence& sequence, Finish finish, MonoTime end);
  void CountGap(const Sequence& sequence, const StepOutput& output, MonoTime end);
  void CountEnd(const Sequence& sequence, bool aborted);
  void CountPass(MonoTime end);
  void LogPass();

  const BatchOptions options_;
  PrefixCache prefix_cache_;
  EngineCounters counters_;
  std::deque<Sequence> waiting_;
  std::vector<Sequence> running_;  // by admission
  std::optional<MonoTime> step_end_;
  Nanos step_length_{0};
  std::vector<StepOutput> outputs_;
  Iteration pass_;  // the step that is ending
  IterationLog iterations_;
  Iteration interval_;  // sums since DecodeProgress's interval began
  uint32_t interval_passes_ = 0;
  MonoTime interval_begin_;
  bool decoded_before_ = false;  // the last pass had a decoding request
};

}  // namespace specctl::sim
