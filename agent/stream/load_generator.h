// LoadGenerator: an agent's share of a run, from resolving the targets to the last batch.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <absl/status/status.h>
#include <boost/asio/io_context.hpp>

#include "agent/null_server/null_server.h"
#include "agent/schedule/arrival_schedule.h"
#include "agent/schedule/run_clock.h"
#include "agent/stream/slot_runner.h"
#include "common/base/task_group.h"
#include "common/workload/load_job.h"

namespace specctl::agent {

// Runs on one reactor thread, alone: no other party is on the path of a request.
//
//   LoadGenerator generator(io, job, options);
//   if (auto s = co_await generator.Prepare(); !s.ok()) ...
//   co_await generator.Run(begin);    // every batch went to options.on_batch, the last one too
//
// Not thread-safe: every call happens on the reactor's thread.
class LoadGenerator final : private SlotHost {
 public:
  struct Options {
    // Gets each batch, in order.
    std::function<void(AgentBatch)> on_batch;
    uint64_t files_max = 0;    // how many files this process may open
    uint64_t incarnation = 0;  // of this process
    Nanos batch_interval = std::chrono::milliseconds(200);
    Nanos idle_max = Exchange::kIdleMax;
    DrainPolicy::Options drain;
  };

  // `io` is run by RunReactor(io, loop).
  LoadGenerator(boost::asio::io_context& io, LoopWatch& loop, LoadJob job, Options options);
  ~LoadGenerator() override;

  // Starts null servers where targets are such, resolves the targets and checks that every request
  // can be composed.  The message names the flag, file or URL at fault; RESOURCE_EXHAUSTED where
  // the slots need more files than there are.
  Task<absl::Status> Prepare();
  // Applies the load from `begin` on, which is `late` after T0; returns when nothing is in flight
  // and all is reported.  Ramp, warm-up and limit of a closed loop count from `begin`; arrivals of
  // an open loop keep the times that they have from T0, and are late.
  Task<void> Run(MonoTime begin, Nanos late = Nanos(0));

  // Begins no new turn; what is in flight after `grace` is cancelled.  A second call may only
  // shorten the grace.
  void Drain(UnassignedReason reason, Nanos grace);

 private:
  void OnBegun(bool first) override;
  void OnIdle(MonoTime at) override;
  void OnArrivalOver(uint32_t local_slot) override;
  FailureKind InterruptionKind() const override;

  Task<absl::Status> StartNullServers();
  Task<void> EndNullServers();
  absl::Status CheckFiles() const;
  absl::Status CheckRows() const;
  void MakeSlot();
  Task<void> BeginSlots();
  Task<void> BeginArrivals(OpenLoop loop);
  void BeginArrival(const Assignment& assignment, MonoTime due);
  Task<void> WatchLimits();
  Task<void> SendBatches();
  Task<void> WatchLoop();
  void CutBatch();
  void TakeHealth(MonoTime now);
  void NotifyAll();
  void InterruptAll();

  boost::asio::io_context& io_;
  LoopWatch& loop_;
  LoadJob job_;  // once prepared, null servers are targets like others
  const Options options_;
  HealthMeter health_;
  StreamDecoder decoder_;
  std::optional<ReadSet> read_set_;
  std::optional<RequestComposer> composer_;
  std::vector<std::unique_ptr<NullServer>> null_servers_;
  std::vector<Target> targets_;
  std::optional<RunClock> clock_;
  std::optional<ConversationFeed> feed_;
  std::optional<TargetChooser> chooser_;
  std::optional<BatchRecorder> recorder_;
  std::vector<std::unique_ptr<SlotRunner>> slots_;
  std::vector<uint32_t> free_slots_;  // of an open loop: the last that was used comes first
  Wakeup begin_wakeup_, limit_wakeup_, batch_wakeup_, tick_wakeup_;
  MonoTime health_due_{};
  uint32_t slots_begun_ = 0;
  bool any_idle_ = false;
  bool interrupted_ = false;
  UnassignedReason stop_reason_ = UnassignedReason::kLimit;
  std::optional<MonoTime> limit_;      // of the duration, until it has passed
  std::optional<MonoTime> cancel_at_;  // what is in flight then is cancelled
  bool drained_ = false;               // Drain() was called, maybe before Run()
  TaskGroup slot_tasks_, service_tasks_;
};

}  // namespace specctl::agent
