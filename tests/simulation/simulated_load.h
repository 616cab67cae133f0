// SimulatedLoad: LoadGenerator without servers, sockets and coroutines.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "agent/schedule/conversation_feed.h"
#include "agent/schedule/run_clock.h"
#include "agent/stream/batch_recorder.h"
#include "common/workload/load_job.h"

namespace specctl::simulation {

// Slots, ramp, limits, drains and batches as LoadGenerator's; how long a request takes, what comes
// of it and when depends on (seed, run, position, turn) alone.  So what the load does in the time
// since T0 is the same whatever the network does, as long as it is woken when it is due.
class SimulatedLoad {
 public:
  struct Options {
    uint64_t seed = 0;
    uint64_t incarnation = 0;
    double failing_share = 0;
    Nanos real_minus_mono{0};
    std::function<void(AgentBatch)> on_batch;
  };

  // `t0` of whole microseconds, so that batches can be compared: they count chunks in these.
  SimulatedLoad(const LoadJob& job, MonoTime t0, Options options);

  void Drain(UnassignedReason reason, Nanos grace, MonoTime now);
  // When OnTime is due; after the last batch: never again.
  MonoTime due() const;
  void OnTime(MonoTime now);
  bool finished() const { return finished_; }

 private:
  struct Slot {
    uint64_t global = 0;
    MonoTime due{};  // of what it waits for
    bool idle = false;
    std::optional<agent::Assignment> assignment;
    uint32_t turn = 0;
    MonoTime free_at{}, begin{};
    agent::RequestLog* log = nullptr;  // a request is in flight
    std::deque<ChunkRecord> coming;
    uint64_t chunks = 0;
    bool begun_any = false, backs_off = false, will_fail = false;
  };

  void Step(Slot& slot, MonoTime now);
  void Begin(Slot& slot, MonoTime now);
  void AppendArrived(Slot& slot, MonoTime now);
  void End(Slot& slot, Outcome outcome, MonoTime now);
  void GoIdle(Slot& slot, MonoTime now);
  void OnIdle(MonoTime at);
  void PassLimits(MonoTime now);
  void Cut(MonoTime now);
  void TakeHealth(MonoTime now);
  FailureKind InterruptionKind() const;

  const LoadJob job_;
  const Options options_;
  const MonoTime t0_;
  agent::RunClock clock_;
  agent::ConversationFeed feed_;
  agent::BatchRecorder recorder_;
  std::vector<Slot> slots_;
  std::optional<MonoTime> limit_, cancel_at_;
  UnassignedReason stop_reason_ = UnassignedReason::kLimit;
  bool drained_ = false, any_idle_ = false, finished_ = false, cut_now_ = false;
  uint32_t slots_begun_ = 0;
  MonoTime batch_due_{}, health_due_{}, health_from_{};
};

}  // namespace specctl::simulation
