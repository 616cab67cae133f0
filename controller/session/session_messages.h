// What passes between the session hub and the run, as plain values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/clock.h"
#include "common/journal/event.h"
#include "common/workload/load_job.h"
#include "common/workload/workload.h"

namespace specctl::controller {

// One call of an agent's Session; an agent that dials again gets another one.  Never reused.
using SessionId = uint64_t;

// --- from agents --------------------------------------------------------------------------------

// Its version and join token have been checked.
struct AgentHello {
  uint64_t incarnation = 0;       // of the agent's process
  std::optional<uint32_t> agent;  // the number it was spawned with, or had before the cut
  HostFacts host;
};

struct AgentPrepared {
  std::string error;  // not empty: it can't run its slice
};

struct AgentArmed {
  std::string error;
};

struct ReceivedBatch {
  AgentBatch batch;
  std::string encoded_event;  // the bytes of the v1.Event that holds it, as the journal wants them
};

struct AgentHeartbeat {};

struct AgentDone {
  bool stopped = false;  // a signal ended its work early
};

// The call has ended; nothing more comes from this session.
struct SessionCut {
  std::string reason;
};

using AgentInput = std::variant<AgentHello, AgentPrepared, AgentArmed, ReceivedBatch,
                                AgentHeartbeat, AgentDone, SessionCut>;

struct SessionInput {
  SessionId session = 0;
  AgentInput input;
};

// --- to agents ----------------------------------------------------------------------------------

struct WelcomeAgent {
  uint32_t agent = 0;
  Nanos lease{};
  Nanos heartbeat{};
  std::string boot_id;  // of the controller's host
};

// An agent's whole job.  Its conversations are named, not copied: a slice of a large dataset is
// read from the shared rows part by part while it is being sent.
struct PrepareAgent {
  std::shared_ptr<const RunSpec> spec;
  std::shared_ptr<const Secrets> secrets;
  std::shared_ptr<const std::vector<TargetJob>> targets;
  uint32_t agent = 0;
  uint32_t agents = 1;
  uint32_t slots = 0;
  std::shared_ptr<const Workload> workload;
  std::vector<uint64_t> order_indices;  // the agent's, ascending
};

struct ArmAgent {
  int64_t t0_mono_ns = 0;                   // the controller's clock
  std::optional<int64_t> t0_agent_mono_ns;  // the agent's, where both share a boot
  int64_t t0_unix_ns = 0;
};

// Every batch up to `seq` is on disk.
struct AckBatches {
  uint64_t seq = 0;
};

enum class DrainReason { kInterrupted, kAgentLost, kTooManyFailures };

// Begin no new turn; cancel what is in flight after `grace`.
struct DrainAgent {
  DrainReason reason = DrainReason::kInterrupted;
  Nanos grace{};
};

struct ReleaseAgent {};

using AgentOutput =
    std::variant<WelcomeAgent, PrepareAgent, ArmAgent, AckBatches, DrainAgent, ReleaseAgent>;

}  // namespace specctl::controller
