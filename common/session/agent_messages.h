// What an agent says in its session, one value type a message; each is encoded and decoded by
// EncodeAgentMessage() and DecodeAgentMessage() alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "common/base/clock.h"
#include "common/journal/batch_codec.h"
#include "common/journal/event.h"

namespace specctl {
namespace v1 {
class AgentMessage;
}  // namespace v1

enum class HeldPhase { kPreparing, kPrepared, kArmed, kDone };

// A run that the agent was told to prepare, and has not been told to release.
struct HeldRun {
  std::string run_id;
  uint32_t agent = 0;  // its index in that run
  HeldPhase phase = HeldPhase::kPreparing;
  // The batches that it keeps, without an Ack: seqs first..last; none where first is above last.
  uint64_t first_kept_seq = 1;
  uint64_t last_seq = 0;
  bool operator==(const HeldRun&) const = default;
};

struct AgentHello {
  uint32_t protocol_version = 0;
  std::string specctl_version;
  uint64_t incarnation = 0;  // random, once for each agent process
  HostFacts host;
  std::string join_token;                // may be empty
  std::optional<uint32_t> spawn_number;  // of a process that the controller started
  std::vector<HeldRun> held;
  // Which place it takes, e.g. its pod's name; of two processes with one name the one that started
  // later stays.  Empty: none but its own.
  std::string name;
  int64_t started_unix_ns = 0;
  std::string resume_secret;  // that Welcome gave; empty at its first Hello
  // How the process of this name before it ended: "was killed by signal 9"; empty: unknown.
  std::string predecessor_end;
};

struct AgentPrepared {
  std::string run_id;
  std::string error;  // not empty: it can't run its slice, and why
};

// The agent begins at T0, or began at once.
struct AgentArmed {
  std::string run_id;
  Nanos late{0};  // how long after T0 it heard of it; 0 in time
};

// A batch on its way: EncodeBatch's bytes.
struct SentBatch {
  std::string bytes;
};

struct AgentHeartbeat {
  int64_t agent_mono_ns = 0;
};

// Every batch has been sent.
struct AgentDone {
  std::string run_id;
  bool stopped = false;   // a signal ended its work early
  uint64_t last_seq = 0;  // of its batches; 0: there was none
};

using AgentMessage =
    std::variant<AgentHello, AgentPrepared, AgentArmed, SentBatch, AgentHeartbeat, AgentDone>;

v1::AgentMessage EncodeAgentMessage(AgentMessage message);
// INVALID_ARGUMENT  the message is empty or of a kind this version doesn't know
// DATA_LOSS         it has an enumeration value that this version doesn't know
absl::StatusOr<AgentMessage> DecodeAgentMessage(v1::AgentMessage message);

// What a Hello must agree with.
struct HelloCheck {
  std::string_view specctl_version;  // ours
  std::string_view join_token;       // empty: anyone may join
};
// UNIMPLEMENTED    another version of the protocol or of specctl; both are named
// UNAUTHENTICATED  the join token is not the controller's
absl::Status CheckHello(const AgentHello& hello, const HelloCheck& check);

}  // namespace specctl
