// SimulatedAgent: an agent's process: SessionClient and AgentProcess without sockets and threads.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/session/session_machine.h"
#include "common/session/clock_messages.h"
#include "tests/simulation/simulated_agent_run.h"

namespace specctl::simulation {

class SimulatedAgent {
 public:
  struct Identity {
    uint32_t host = 0;  // index into Scenario::hosts; its link's as well
    uint64_t incarnation = 0;
    std::optional<uint32_t> spawn_number;
  };

  SimulatedAgent(World& world, Identity identity);

  void Start();
  void Kill();
  // By a signal: it ends its work early, delivers what it has, and exits.
  void Terminate();
  // It does nothing for so long; its connections stay.
  void Stop(Nanos length);
  const Identity& identity() const { return identity_; }
  bool is_gone() const { return gone_; }
  MonoTime gone_at() const { return gone_at_; }
  // What its spools are written to; may be filled up.
  fakes::MemoryDisk& spool() { return *spool_; }

 private:
  agent::SessionMachine::Options SessionOptions();
  agent::AgentRun::Replies Replies();
  MonoTime Now() const { return clock_.Read(world_.queue.now()); }

  void Obey();
  void Do(agent::DialController&);
  void Do(agent::WriteMessage& write);
  void Do(agent::CancelCall&);
  void Do(agent::GiveJob& give);
  void Do(agent::GiveArm& give);
  void Do(agent::GiveDrain& give);
  void Do(agent::GiveRelease& give);
  void Do(agent::ProbeClock&);
  void Do(agent::ReportOutage&) {}
  void Do(agent::EndSession&);

  void Tell(const AgentMessage& message) const;
  void OnWireMessage(const CallPtr& call, const std::string& bytes);
  void ArrangeTimer();
  // Whether a plant keeps the message from going out.
  bool Swallows(const AgentMessage& message);
  void Probe(int left, std::optional<ClockExchange> previous);
  void EndBurst();
  void Exit();

  World& world_;
  const Identity identity_;
  const SimulatedClock clock_;
  SimulatedThread session_thread_, load_thread_;
  std::shared_ptr<fakes::MemoryDisk> spool_ = std::make_shared<fakes::MemoryDisk>();
  agent::SessionMachine machine_;
  SimulatedAgentRun run_;
  CallPtr call_;
  uint32_t calls_ = 0;
  bool batch_swallowed_ = false;  // of this call, by a plant
  // As ClockProber's thread: one probe at a time.
  bool bursting_ = false, burst_again_ = false, probes_later_ = false;
  uint64_t probes_ = 0;
  MonoTime timer_at_ = MonoTime::max();
  bool gone_ = false;
  MonoTime gone_at_{};
};

}  // namespace specctl::simulation
