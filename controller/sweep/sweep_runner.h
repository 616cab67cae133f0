// SweepRunner: a sweep as function calls, each of whose runs is one (controller/measure).
#pragma once

#include <functional>
#include <set>
#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "common/planning/sweep.h"
#include "controller/fleet/fleet.h"
#include "controller/measure/network.h"
#include "controller/measure/resolved_run.h"
#include "controller/run/stop_token.h"
#include "controller/sweep/cool_down.h"
#include "controller/sweep/sweep_folder.h"
#include "controller/sweep/sweep_job.h"
#include "controller/sweep/sweep_observer.h"

namespace specctl::controller {

// What a sweep uses and does not own.
struct SweepMeans {
  const SweepFolder& folder;
  Fleet& fleet;
  Network& network;
  SweepObserver& observer;
  // Of a fleet whose agents attach themselves: waits for those that a run is to have, and says how
  // many they are.  Empty: the fleet starts as many as a run needs.
  std::function<absl::Status(MeasureRequest&)> choose_agents = {};
};

enum class SweepEnd { kDone, kInterrupted };

class SweepRunner {
 public:
  // All must outlive it.
  SweepRunner(const SweepJob& job, const SweepMeans& means, const StopToken& stop, Sweep& sweep)
      : job_(job), means_(means), stop_(stop), sweep_(sweep) {}

  // Asks every target that is to be measured once, as its first run would: what is wrong with one
  // is told before anything is measured.  Blocks.  Errors as Resolve(), with the target's name.
  absl::Status AskTargets();

  // Measures what is planned, one run after another, and what the schedule adds to it.  sweep.json
  // is written before and after every run, pareto.csv and pareto.svg after it: a process that is
  // killed at any time loses the run that was on, and nothing else.  A run that fails is told and
  // marked, and the sweep goes on.  Blocks. Errors: a file of the sweep's can't be written; the
  // fleet can't start agents.
  absl::StatusOr<SweepEnd> Run();

 private:
  absl::Status PrepareCoolDown();
  absl::StatusOr<ResolvedRun> ResolveNext(const NextRun& next, const std::string& run_id);
  absl::Status RunNext(const NextRun& next);
  // Measures it into its folder, and says in its record what became of it.
  absl::Status MeasureInto(const ResolvedRun& run, const NextRun& next);
  // Writes the run's artifacts and takes its figures.
  absl::Status Finish(const NextRun& next);
  void CoolDownFirst();
  void RememberMetrics(const ResolvedRun& run);

  const SweepJob& job_;
  const SweepMeans& means_;
  const StopToken& stop_;
  Sweep& sweep_;
  CoolDown cool_down_;
  std::set<std::string> no_flush_;  // targets whose caches can't be cleared; "pair": of pairs
  bool any_run_ = false;
};

}  // namespace specctl::controller
