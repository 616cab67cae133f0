#include "tests/simulation/simulated_network.h"

#include <algorithm>
#include <utility>

namespace specctl::simulation {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int kOnTheirWayMax = 12;  // of one direction: the window of a stream
constexpr Nanos kLocal = microseconds(20);

}  // namespace

SimulatedNetwork::SimulatedNetwork(EventQueue& queue, uint64_t seed, std::vector<Nanos> latencies,
                                   bool jitters)
    : queue_(queue), random_(seed, Stream::kNetwork), jitters_(jitters) {
  for (const Nanos latency : latencies) links_.push_back({.latency = latency, .calls = {}});
}

Nanos SimulatedNetwork::Trip(uint32_t link) {
  const Nanos least = links_[link].latency;
  if (!jitters_) return least;
  const Nanos jitter = random_.Between(Nanos(0), least);
  const bool bursts = random_.Chance(0.01);
  return least + jitter + (bursts ? random_.Between(Nanos(0), milliseconds(300)) : Nanos(0));
}

MonoTime SimulatedNetwork::Arrival(uint32_t link, Call::Way& way) {
  way.last = std::max(way.last + Nanos(1), queue_.now() + Trip(link));
  return way.last;
}

// --- of the agent -------------------------------------------------------------------------------

CallPtr SimulatedNetwork::Dial(uint32_t link, Call::AgentSide side) {
  auto call = std::make_shared<Call>();
  call->link = link;
  call->agent = std::move(side);
  Link& over = links_[link];
  if (!over.up || !listening) {
    const Nanos fails = over.up ? Trip(link) : random_.Skewed(microseconds(100), dial_fails_max);
    queue_.After(fails, [this, call] {
      EndAgentSide(call, absl::UnavailableError("connect: no one answers"));
    });
    return call;
  }
  std::erase_if(over.calls, [](const auto& one) { return one.expired(); });
  over.calls.push_back(call);
  queue_.At(Arrival(link, call->up), [this, call] {
    if (call->broken) return;
    if (listening) return on_call(call);
    EndAgentSide(call, absl::UnavailableError("connect: refused"));
  });
  return call;
}

void SimulatedNetwork::WriteUp(const CallPtr& call, std::string bytes) {
  ++messages_;
  call->up.writing = true;
  if (++call->up.on_their_way <= kOnTheirWayMax) TellWritten(call, /*up=*/true);
  if (call->broken || call->agent_over) return;
  queue_.At(Arrival(call->link, call->up), [this, call, bytes = std::move(bytes)]() mutable {
    if (call->broken || call->controller_over || !call->controller.on_message) return;
    if (!std::exchange(call->reading, false)) return call->arrived.push_back(std::move(bytes));
    TellTakenUp(call);
    call->controller.on_message(std::move(bytes));
  });
}

void SimulatedNetwork::TellWritten(const CallPtr& call, bool up) {
  queue_.After(kLocal, [call, up] {
    Call::Way& way = up ? call->up : call->down;
    if ((up ? call->agent_over : call->controller_over) || !std::exchange(way.writing, false)) {
      return;
    }
    (up ? call->agent.on_written : call->controller.on_written)();
  });
}

void SimulatedNetwork::TellTakenUp(const CallPtr& call) {
  if (call->up.on_their_way-- > kOnTheirWayMax) TellWritten(call, /*up=*/true);
}

void SimulatedNetwork::TakenDown(const CallPtr& call) {
  if (call->down.on_their_way-- > kOnTheirWayMax) TellWritten(call, /*up=*/false);
}

void SimulatedNetwork::Cancel(const CallPtr& call) {
  EndControllerLater(call);
  queue_.After(kLocal, [this, call] { EndAgentSide(call, absl::CancelledError("cancelled")); });
}

void SimulatedNetwork::Abandon(const CallPtr& call) {
  call->agent_over = true;
  EndControllerLater(call);
}

void SimulatedNetwork::EndControllerLater(const CallPtr& call) {
  if (call->broken || call->agent.on_message == nullptr) return;
  queue_.At(Arrival(call->link, call->up), [this, call] {
    if (!call->broken) EndControllerSide(call);
  });
}

// --- of the controller --------------------------------------------------------------------------

void SimulatedNetwork::ReadUp(const CallPtr& call) {
  if (call->controller_over) return;
  if (call->arrived.empty()) {
    call->reading = true;
    return;
  }
  std::string bytes = std::move(call->arrived.front());
  call->arrived.pop_front();
  TellTakenUp(call);
  // gRPC's own threads: never from within the call that asked.
  queue_.After(Nanos(0), [call, bytes = std::move(bytes)]() mutable {
    if (!call->controller_over) call->controller.on_message(std::move(bytes));
  });
}

void SimulatedNetwork::WriteDown(const CallPtr& call, std::string bytes) {
  ++messages_;
  call->down.writing = true;
  if (++call->down.on_their_way <= kOnTheirWayMax) TellWritten(call, /*up=*/false);
  if (call->broken) return;
  queue_.At(Arrival(call->link, call->down), [call, bytes = std::move(bytes)]() mutable {
    if (!call->broken && !call->agent_over) call->agent.on_message(std::move(bytes));
  });
}

void SimulatedNetwork::Finish(const CallPtr& call, const absl::Status& status) {
  const absl::Status told = status.ok() ? absl::CancelledError("ended by the controller") : status;
  if (!call->broken) {
    queue_.At(Arrival(call->link, call->down), [this, call, told] {
      if (!call->broken) EndAgentSide(call, told);
    });
  }
  queue_.After(kLocal, [this, call] { EndControllerSide(call); });
}

void SimulatedNetwork::Carry(uint32_t link, EventQueue::Action then) {
  if (!links_[link].up) return;
  queue_.After(Trip(link), [this, link, then = std::move(then)] {
    if (links_[link].up) then();
  });
}

// --- what goes wrong ----------------------------------------------------------------------------

void SimulatedNetwork::Cut(uint32_t link, CutDelays delays) {
  Link& cut = links_[link];
  cut.up = false;
  for (const auto& one : std::exchange(cut.calls, {})) {
    const CallPtr call = one.lock();
    if (call == nullptr || call->broken) continue;
    call->broken = true;
    queue_.After(delays.agent, [this, call] {
      EndAgentSide(call, absl::UnavailableError("the connection is lost"));
    });
    queue_.After(delays.controller, [this, call] { EndControllerSide(call); });
  }
}

void SimulatedNetwork::LoseController() {
  listening = false;
  for (uint32_t link = 0; link < links_.size(); ++link) {
    for (const auto& one : std::exchange(links_[link].calls, {})) {
      const CallPtr call = one.lock();
      if (call == nullptr) continue;
      call->controller_over = true;
      if (std::exchange(call->broken, true)) continue;
      queue_.After(Trip(link), [this, call] {
        EndAgentSide(call, absl::UnavailableError("the connection was reset"));
      });
    }
  }
}

void SimulatedNetwork::EndAgentSide(const CallPtr& call, const absl::Status& status) {
  if (std::exchange(call->agent_over, true)) return;
  if (std::exchange(call->up.writing, false)) call->agent.on_written();
  call->agent.on_end(status);
}

void SimulatedNetwork::EndControllerSide(const CallPtr& call) {
  if (std::exchange(call->controller_over, true)) return;
  if (call->controller.on_agent_end) call->controller.on_agent_end();
}

}  // namespace specctl::simulation
