#include "tests/simulation/simulated_agent.h"

#include <utility>
#include <variant>

#include <absl/strings/str_format.h>

#include "specctl/v1/session.pb.h"
#include "tests/simulation/simulated_fleet.h"

namespace specctl::simulation {
namespace {

constexpr int kProbeBurst = 3;
constexpr Nanos kProbeInterval = std::chrono::seconds(10);
constexpr Nanos kSignalGrace = std::chrono::seconds(1);
constexpr Nanos kProbeMax = std::chrono::seconds(1);

HostFacts FactsOf(const HostPlan& host, uint32_t index) {
  return {.hostname = absl::StrFormat("host-%d", index),
          .boot_id = host.is_controllers ? kControllerBootId : absl::StrFormat("boot-%d", index),
          .cores = 4,
          .pid = 1000 + index,
          .files_max = 65536};
}

}  // namespace

SimulatedAgent::SimulatedAgent(World& world, Identity identity)
    : world_(world),
      identity_(identity),
      clock_(world.scenario.hosts[identity.host]),
      session_thread_(world.queue, {world.scenario.seed, Stream::kAgent, identity.incarnation ^ 1}),
      load_thread_(world.queue, {world.scenario.seed, Stream::kAgent, identity.incarnation ^ 2}),
      machine_(SessionOptions()),
      run_(world, load_thread_, clock_, identity.incarnation, Replies()) {
  run_.on_exit = [this] { Kill(); };
}

agent::SessionMachine::Options SimulatedAgent::SessionOptions() {
  agent::SessionMachine::Options options;
  options.controller_address = "controller:1";
  options.spawn_number = identity_.spawn_number;
  options.incarnation = identity_.incarnation;
  options.host = FactsOf(world_.scenario.hosts[identity_.host], identity_.host);
  options.specctl_version = "simulated";
  options.store.memory_bytes_max = world_.scenario.store_memory_bytes;
  options.store.spool_bytes_max = world_.scenario.spool_bytes_max;
  options.store.make_spool = [disk = spool_]() -> absl::StatusOr<std::unique_ptr<AppendFile>> {
    disk->bytes.clear();  // the file of the run before had no name
    disk->synced_bytes = 0;
    return std::make_unique<fakes::MemoryFile>(disk, "spool");
  };
  options.outage_max = world_.scenario.outage_max;
  return options;
}

agent::AgentRun::Replies SimulatedAgent::Replies() {
  agent::AgentRun::Replies replies;
  replies.prepared = [this](std::string run_id, std::string error) {
    session_thread_.Post([this, run_id = std::move(run_id), error = std::move(error)] {
      machine_.OnPrepared(run_id, error);
      Obey();
    });
  };
  replies.armed = [this](std::string run_id, Nanos late) {
    RunHistory& run = *world_.RunNamed(run_id);
    run.late = std::max(run.late, late);
    session_thread_.Post([this, run_id = std::move(run_id), late] {
      machine_.OnArmed(run_id, late);
      Obey();
    });
  };
  replies.batch = [this](AgentBatch batch) {
    session_thread_.Post([this, batch = std::move(batch)]() mutable {
      machine_.OnBatch(std::move(batch), Now());
      Obey();
    });
  };
  replies.done = [this](std::string run_id, bool stopped) {
    session_thread_.Post([this, run_id = std::move(run_id), stopped] {
      machine_.OnDone(run_id, stopped);
      Obey();
    });
  };
  return replies;
}

void SimulatedAgent::Start() {
  session_thread_.Post([this] {
    machine_.Start(Now());
    Obey();
  });
}

void SimulatedAgent::Kill() {
  if (gone_) return;
  if (call_) world_.network.Abandon(call_);
  Exit();
}

void SimulatedAgent::Terminate() {
  load_thread_.Post([this] {
    if (run_.has_job()) return run_.OnStop(kSignalGrace);
    session_thread_.Post([this] {
      machine_.Leave(absl::CancelledError("told to end before it had any work"));
      Obey();
    });
  });
}

void SimulatedAgent::Stop(Nanos length) {
  session_thread_.HoldUntil(world_.queue.now() + length);
  load_thread_.HoldUntil(world_.queue.now() + length);
}

void SimulatedAgent::Exit() {
  gone_ = true;
  gone_at_ = world_.queue.now();
  session_thread_.End();
  load_thread_.End();
}

// --- what the machine wants ---------------------------------------------------------------------

void SimulatedAgent::Obey() {
  for (agent::SessionCommand& command : machine_.TakeCommands()) {
    std::visit([this](auto& what) { Do(what); }, command);
  }
  ArrangeTimer();
}

void SimulatedAgent::Tell(const AgentMessage& message) const {
  constexpr const char* kNames[] = {"Hello", "Prepared", "Armed", "Batch", "Heartbeat", "Done"};
  world_.Tell(absl::StrFormat("host %d says %s", identity_.host, kNames[message.index()]));
}

void SimulatedAgent::Do(agent::DialController&) {
  ++calls_;
  batch_swallowed_ = false;
  call_ = world_.network.Dial(
      identity_.host, {.on_message =
                           [this](std::string bytes) {
                             session_thread_.Post([this, call = call_, bytes = std::move(bytes)] {
                               OnWireMessage(call, bytes);
                             });
                           },
                       .on_written =
                           [this] {
                             session_thread_.Post([this] {
                               machine_.OnWritten();
                               Obey();
                             });
                           },
                       .on_end =
                           [this](absl::Status status) {
                             session_thread_.Post([this, status = std::move(status)] {
                               call_.reset();
                               world_.Tell(absl::StrFormat("host %d: its call has ended: %s",
                                                           identity_.host, status.ToString()));
                               machine_.OnCallEnded(status, Now());
                               Obey();
                             });
                           }});
}

void SimulatedAgent::Do(agent::WriteMessage& write) {
  if (!call_ || call_->agent_over) return;
  if (Swallows(write.message)) {
    return session_thread_.Post([this] {
      machine_.OnWritten();
      Obey();
    });
  }
  if (world_.tells) Tell(write.message);
  world_.network.WriteUp(call_, EncodeAgentMessage(std::move(write.message)).SerializeAsString());
}

bool SimulatedAgent::Swallows(const AgentMessage& message) {
  if (calls_ < 2) return false;
  if (world_.plant == Plant::kDoneForgotten) return std::holds_alternative<AgentDone>(message);
  return world_.plant == Plant::kBatchDroppedAtRedial &&
         std::holds_alternative<SentBatch>(message) && !std::exchange(batch_swallowed_, true);
}

void SimulatedAgent::Do(agent::CancelCall&) {
  if (call_) world_.network.Cancel(call_);
}

void SimulatedAgent::Do(agent::GiveJob& give) {
  load_thread_.Post([this, job = std::move(give.job)]() mutable { run_.OnJob(std::move(job)); });
}

void SimulatedAgent::Do(agent::GiveArm& give) {
  load_thread_.Post([this, order = std::move(give.order)] { run_.OnArm(order); });
}

void SimulatedAgent::Do(agent::GiveDrain& give) {
  load_thread_.Post([this, order = std::move(give.order)] { run_.OnDrain(order); });
}

void SimulatedAgent::Do(agent::GiveRelease& give) {
  load_thread_.Post([this, run_id = std::move(give.run_id)] { run_.OnRelease(run_id); });
}

void SimulatedAgent::Do(agent::EndSession&) {
  load_thread_.Post([this] { run_.OnEnd(); });
}

void SimulatedAgent::ArrangeTimer() {
  const MonoTime due = machine_.due();
  if (due == MonoTime::max() || due >= timer_at_) return;
  timer_at_ = due;
  world_.queue.At(clock_.WhenShows(due), [this, due] {
    session_thread_.Post([this, due] {
      if (timer_at_ == due) timer_at_ = MonoTime::max();
      machine_.OnTimer(Now());
      Obey();
    });
  });
}

// --- what comes ---------------------------------------------------------------------------------

void SimulatedAgent::OnWireMessage(const CallPtr& call, const std::string& bytes) {
  world_.network.TakenDown(call);
  v1::ControllerMessage wire;
  if (!wire.ParseFromString(bytes)) return world_.Find("agent: got bytes that are no message");
  auto decoded = DecodeControllerMessage(std::move(wire));
  if (!decoded.ok()) return world_.Find(decoded.status().ToString());
  if (auto* ack = std::get_if<AckBatches>(&*decoded); ack != nullptr) {
    if (world_.plant == Plant::kAckedTooFar) ++ack->seq;
  }
  constexpr const char* kNames[] = {"Welcome", "Prepare", "Arm",    "Ack",
                                    "Drain",   "Release", "Dismiss"};
  if (world_.tells) {
    world_.Tell(absl::StrFormat("host %d hears %s", identity_.host, kNames[decoded->index()]));
  }
  machine_.OnMessage(*std::move(decoded), Now());
  Obey();
}

// --- clock probes -------------------------------------------------------------------------------

// A burst at once, and again in intervals, as ClockProber's.  Each exchange is told by the next.
void SimulatedAgent::Do(agent::ProbeClock&) {
  if (gone_ || machine_.ended()) return;
  burst_again_ = bursting_;
  if (std::exchange(bursting_, true)) return;
  Probe(kProbeBurst, std::nullopt);
}

void SimulatedAgent::Probe(int left, std::optional<ClockExchange> previous) {
  if (gone_ || left < 0) return EndBurst();
  const uint64_t number = ++probes_;
  ClockExchange exchange{.agent_send_mono_ns = MonoNs(Now())};
  world_.queue.After(kProbeMax, [this, number] {
    if (probes_ == number) EndBurst();
  });
  world_.network.Carry(identity_.host, [this, number, left, previous, exchange]() mutable {
    if (previous) {
      world_.fleet->OnClock({.incarnation = identity_.incarnation, .exchange = *previous});
    }
    exchange.controller_receive_mono_ns = MonoNs(world_.queue.now());
    exchange.controller_send_mono_ns = MonoNs(world_.queue.now());
    world_.network.Carry(identity_.host, [this, number, left, exchange]() mutable {
      if (probes_ != number) return;
      exchange.agent_receive_mono_ns = MonoNs(Now());
      Probe(left - 1, exchange);
    });
  });
}

void SimulatedAgent::EndBurst() {
  ++probes_;
  bursting_ = false;
  agent::ProbeClock again;
  if (std::exchange(burst_again_, false)) return Do(again);
  if (gone_ || std::exchange(probes_later_, true)) return;
  world_.queue.After(kProbeInterval, [this] {
    probes_later_ = false;
    agent::ProbeClock later;
    Do(later);
  });
}

}  // namespace specctl::simulation
