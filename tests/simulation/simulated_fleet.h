// SimulatedFleet: Fleet without threads, sockets and processes of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "controller/fleet/fleet_machine.h"
#include "tests/simulation/simulated_hub.h"
#include "tests/simulation/simulated_thread.h"
#include "tests/simulation/world.h"

namespace specctl::simulation {

inline constexpr const char* kControllerBootId = "boot-controller";

class SimulatedFleet {
 public:
  using RunSink = std::function<void(controller::RunInput)>;
  // Starts a process with that spawn number.
  using Spawn = std::function<void(uint32_t number)>;

  // `resuming`: as Fleet::Options.
  SimulatedFleet(World& world, Spawn spawn, bool resuming = false);

  // Until `agents` processes that it has started are alive.
  void Grow(uint32_t agents);
  // What Measure asks for; waits for what the fleet's thread has to do before.
  void BeginRun(const std::string& run_id, uint32_t agents, RunSink sink);
  void ResumeRun(const std::string& run_id, controller::FleetRoster roster, RunSink sink);
  void GiveUpResuming();
  void Drop(uint32_t agent);
  void EndRun();
  void Send(controller::SessionId session, controller::SessionOutput output);
  void Consumed(controller::SessionId session);
  // No run follows.
  void Dismiss();

  void OnDied(uint32_t number);
  void OnClock(const controller::ClockTold& told);
  // The process is gone: nothing happens here any more.
  void Die() { thread_.End(); }
  // The process does nothing before then.
  void HoldUntil(MonoTime until) { thread_.HoldUntil(until); }

 private:
  static constexpr Nanos kDismissPatience = std::chrono::seconds(2);

  void Ask(const EventQueue::Action& action);
  void Obey();
  void Do(controller::ToSession& send);
  void Do(controller::CloseSession& close) { hub_.Close(close.session, close.status); }
  void Do(controller::ConsumeInput& consume) { hub_.Consumed(consume.session); }
  void Do(controller::ToRun& to);

  World& world_;
  const Spawn spawn_;
  SimulatedThread thread_;
  SimulatedHub hub_;
  controller::FleetMachine machine_;
  RunSink sink_;
  uint32_t next_number_ = 0;
};

}  // namespace specctl::simulation
