#include "tests/simulation/simulated_fleet.h"

#include <memory>
#include <utility>

#include <absl/strings/str_format.h>

namespace specctl::simulation {
namespace {

controller::FleetMachine::Options FleetOptions(World& world, bool resuming) {
  controller::FleetMachine::Options options;
  options.boot_id = kControllerBootId;
  options.resuming = resuming;
  options.make_secret = [&world]() -> absl::StatusOr<std::string> {
    return Sha256Hex(absl::StrFormat("%d %d", world.scenario.seed, ++world.secrets));
  };
  return options;
}

}  // namespace

SimulatedFleet::SimulatedFleet(World& world, Spawn spawn, bool resuming)
    : world_(world),
      spawn_(std::move(spawn)),
      thread_(world.queue, {world.scenario.seed, Stream::kController, 1}),
      hub_(world.queue, world.network,
           [this](controller::SessionInput input) {
             thread_.Post(
                 [this, input = std::make_shared<controller::SessionInput>(std::move(input))] {
                   machine_.OnSession(std::move(*input), world_.queue.now());
                   Obey();
                 });
           }),
      machine_(FleetOptions(world, resuming)) {}

void SimulatedFleet::Ask(const EventQueue::Action& action) {
  thread_.CatchUp();
  machine_.OnTick(world_.queue.now());
  action();
  Obey();
}

void SimulatedFleet::Obey() {
  for (controller::FleetCommand& command : machine_.TakeCommands()) {
    std::visit([this](auto& what) { Do(what); }, command);
  }
}

void SimulatedFleet::Do(controller::ToSession& send) {
  hub_.Send(send.session, std::move(send.message));
}

void SimulatedFleet::Do(controller::ToRun& to) {
  if (sink_) sink_(std::move(to.input));
}

void SimulatedFleet::Grow(uint32_t agents) {
  Ask([this, agents] {
    while (machine_.spawned_alive() < agents) {
      spawn_(next_number_);
      machine_.OnSpawned(next_number_++, world_.queue.now());
    }
  });
}

void SimulatedFleet::BeginRun(const std::string& run_id, uint32_t agents, RunSink sink) {
  Ask([&] {
    sink_ = std::move(sink);
    machine_.BeginRun(run_id, agents, world_.queue.now());
  });
}

void SimulatedFleet::ResumeRun(const std::string& run_id, controller::FleetRoster roster,
                               RunSink sink) {
  Ask([&] {
    sink_ = std::move(sink);
    machine_.ResumeRun(run_id, std::move(roster));
  });
}

void SimulatedFleet::GiveUpResuming() {
  Ask([this] { machine_.GiveUpResuming(); });
}

void SimulatedFleet::Drop(uint32_t agent) {
  Ask([this, agent] { machine_.Drop(agent); });
}

void SimulatedFleet::EndRun() {
  Ask([this] {
    machine_.EndRun();
    sink_ = nullptr;
  });
}

void SimulatedFleet::Send(controller::SessionId session, controller::SessionOutput output) {
  hub_.Send(session, std::move(output));
}

void SimulatedFleet::Consumed(controller::SessionId session) { hub_.Consumed(session); }

void SimulatedFleet::Dismiss() {
  Ask([this] {
    machine_.EndRun();
    machine_.Dismiss();
  });
  hub_.Shutdown(kDismissPatience);
}

void SimulatedFleet::OnDied(uint32_t number) {
  thread_.Post([this, number] {
    machine_.OnProcessDied(number, absl::StrFormat("process %d was killed", number),
                           world_.queue.now());
    Obey();
  });
}

void SimulatedFleet::OnClock(const controller::ClockTold& told) {
  thread_.Post([this, told] {
    machine_.OnClock(told, world_.queue.now());
    Obey();
  });
}

}  // namespace specctl::simulation
