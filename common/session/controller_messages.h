// What the controller says in an agent's session, one value type a message; each is encoded and
// decoded by EncodeControllerMessage() and DecodeControllerMessage() alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <absl/status/statusor.h>

#include "common/base/clock.h"
#include "common/journal/event.h"
#include "common/workload/load_job.h"

namespace specctl {
namespace v1 {
class ControllerMessage;
}  // namespace v1

struct WelcomeAgent {
  Nanos lease{};
  Nanos heartbeat{};
  std::string boot_id;        // of the controller's host
  std::string resume_secret;  // to be shown by each later Hello of this process
};

// A part of an agent's job; see prepare_parts.h and prepare_intake.h.
struct PreparePart {
  std::string run_id;
  // The job without its slice's entries; of the first part.
  std::optional<LoadJob> head;
  std::vector<Slice::Entry> entries;
  bool last = false;  // no part follows
};

struct ArmAgent {
  std::string run_id;
  int64_t t0_mono_ns = 0;                   // the controller's clock
  std::optional<int64_t> t0_agent_mono_ns;  // the agent's, where both share a boot
  int64_t t0_unix_ns = 0;
};

// Every batch up to `seq` is on disk.
struct AckBatches {
  std::string run_id;
  uint64_t seq = 0;
};

// Begin no new turn; cancel what is in flight after `grace`; then send what is left and Done.
struct DrainAgent {
  std::string run_id;
  DrainReason reason = DrainReason::kInterrupted;
  Nanos grace{};
};

// Free all that is held of the run, whatever its state.
struct ReleaseRun {
  std::string run_id;
};

// No run follows: the agent may exit.
struct DismissAgent {};

using ControllerMessage = std::variant<WelcomeAgent, PreparePart, ArmAgent, AckBatches, DrainAgent,
                                       ReleaseRun, DismissAgent>;

v1::ControllerMessage EncodeControllerMessage(const ControllerMessage& message);
// INVALID_ARGUMENT  the message is empty or of a kind this version doesn't know
// DATA_LOSS         it has an enumeration value that this version doesn't know, which is named with
//                   the message: "Drain: reason: got 9, ..."
absl::StatusOr<ControllerMessage> DecodeControllerMessage(v1::ControllerMessage message);

}  // namespace specctl
