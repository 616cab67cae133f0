// SimulatedRun: Measure's loop over a RunMachine and a journal in memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "common/workload/workload.h"
#include "controller/run/journal_keeper.h"
#include "controller/run/run_machine.h"
#include "controller/run/run_past.h"
#include "tests/simulation/simulated_fleet.h"
#include "tests/simulation/write_ahead_watch.h"

namespace specctl::simulation {

class SimulatedRun {
 public:
  // `on_finished`: the fleet has no run, and the journal is what it will be.
  SimulatedRun(World& world, SimulatedFleet& fleet, RunHistory& history,
               std::function<void()> on_finished);

  // Goes on with what another life of the controller left on `history`'s disk, which can resume;
  // `past` has begun its life, and the disk holds whole records.
  struct Left {
    controller::RunPast past;
    RunFold fold;
    WriteAheadWatch watch;
  };
  SimulatedRun(World& world, SimulatedFleet& fleet, RunHistory& history, Left left,
               std::function<void()> on_finished);
  // Reads that, and cuts the torn tail off.
  static Left ReadLeft(World& world, RunHistory& history);

  void Begin();
  void Resume(const controller::RunPast& past);
  // The process is gone; a sync that was under way may have reached the disk, or some of it.
  void Die();
  void Interrupt();
  void HoldUntil(MonoTime until);
  // How long a sync takes, at most.
  Nanos sync_max = std::chrono::milliseconds(4);
  bool finished() const { return finished_; }

 private:
  static constexpr Nanos kTurn = std::chrono::milliseconds(50);

  void Take(controller::RunInput& input);
  void TakeBatch(uint32_t agent, ReceivedBatch& batch);
  void FinishSync();
  void AfterItems();
  void Finish();

  void Obey();
  void Do(controller::RecordEvent& record);
  void Do(const controller::SyncJournal&);
  void Do(controller::SendToAgent& send);
  void Do(const controller::SendPrepare& send);
  void Do(const controller::DropAgent& drop) { fleet_.Drop(drop.agent); }
  void Do(const controller::ScrapeBefore&);
  void Do(const controller::ScrapeAfter&);

  void Append(const Event& event);
  bool SyncOnDisk();
  SimulatedFleet::RunSink Sink();
  void OnRecorded(const Event& event);
  void SendToAll(const ControllerMessage& message);
  uint32_t AgentOf(controller::SessionId session) const;
  MonoTime now() const { return world_.queue.now(); }

  World& world_;
  SimulatedFleet& fleet_;
  RunHistory& history_;
  const std::function<void()> on_finished_;
  SeededRandom random_;
  std::shared_ptr<const Workload> workload_;
  controller::JournalKeeper keeper_;
  controller::RunMachine machine_;
  WriteAheadWatch watch_;
  SimulatedThread thread_;
  bool syncing_ = false, finished_ = false;
};

}  // namespace specctl::simulation
