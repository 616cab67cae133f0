// SimulatedNetwork: calls between agents and the controller that are slow, cut and lost.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "common/base/clock.h"
#include "tests/simulation/event_queue.h"
#include "tests/simulation/seeded_random.h"

namespace specctl::simulation {

// One call of an agent's Session.  Messages keep their order, as in a TCP stream; from a cut on all
// are lost, and each end is told in its own time.  What is on its way is bounded: a writer waits.
struct Call {
  struct AgentSide {
    std::function<void(std::string bytes)> on_message;
    std::function<void()> on_written;          // the message is out, or lost
    std::function<void(absl::Status)> on_end;  // nothing follows
  };
  struct ControllerSide {
    std::function<void(std::string bytes)> on_message;  // after ReadUp, once
    std::function<void()> on_written;
    std::function<void()> on_agent_end;  // no message follows
  };
  struct Way {
    MonoTime last{};
    int on_their_way = 0;  // written, not taken by the reader
    bool writing = false;
  };

  uint32_t link = 0;
  AgentSide agent;
  ControllerSide controller;
  Way up, down;
  std::deque<std::string> arrived;  // at the controller, not read
  bool reading = false;             // the controller waits for the next
  bool broken = false, agent_over = false, controller_over = false;
};
using CallPtr = std::shared_ptr<Call>;

class SimulatedNetwork {
 public:
  // The least one-way latency of each link.
  SimulatedNetwork(EventQueue& queue, uint64_t seed, std::vector<Nanos> latencies, bool jitters);

  // A new call has arrived; sets `controller` of it.
  std::function<void(const CallPtr&)> on_call;
  bool listening = true;  // else calls are refused

  // --- of the agent
  CallPtr Dial(uint32_t link, Call::AgentSide side);
  void WriteUp(const CallPtr& call, std::string bytes);
  void TakenDown(const CallPtr& call);  // the agent has taken a message
  void Cancel(const CallPtr& call);
  void Abandon(const CallPtr& call);  // the agent's process is gone
  // --- of the controller
  void ReadUp(const CallPtr& call);
  void WriteDown(const CallPtr& call, std::string bytes);
  // The agent is told `status` behind all that was written.
  void Finish(const CallPtr& call, const absl::Status& status);
  // What a short call of its own does: `then` after a one-way trip, or never.
  void Carry(uint32_t link, EventQueue::Action then);

  struct CutDelays {
    Nanos agent{0}, controller{0};  // until the end is told; a silent cut's are long
  };
  void Cut(uint32_t link, CutDelays delays);
  void Heal(uint32_t link) { links_[link].up = true; }
  // The controller's process is gone, and hears nothing more; agents learn of it as fast as their
  // links are.  Calls are refused until `listening`.
  void LoseController();
  // How long a dial over a cut link takes to fail, at most.
  Nanos dial_fails_max = std::chrono::milliseconds(500);

  uint64_t messages() const { return messages_; }

 private:
  struct Link {
    Nanos latency{0};
    bool up = true;
    std::vector<std::weak_ptr<Call>> calls;
  };

  Nanos Trip(uint32_t link);
  MonoTime Arrival(uint32_t link, Call::Way& way);
  void EndAgentSide(const CallPtr& call, const absl::Status& status);
  void EndControllerSide(const CallPtr& call);
  void EndControllerLater(const CallPtr& call);
  void TellTakenUp(const CallPtr& call);
  void TellWritten(const CallPtr& call, bool up);

  EventQueue& queue_;
  SeededRandom random_;
  const bool jitters_;
  std::vector<Link> links_;
  uint64_t messages_ = 0;
};

}  // namespace specctl::simulation
